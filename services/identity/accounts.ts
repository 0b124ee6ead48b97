/** The account table: what a node knows of the persons that its issuers vouch for. */
import type { Store } from '../store/store.ts'
import type { IdentityAccount } from '../store/tables.ts'
import { type Account, type Accounts, type Proofs, roles } from './person.ts'

/** `kind` is a code of the vocabulary of applicants, such as ETABLISSEMENT_SANTE. */
export interface Organisation {
  readonly id: string
  readonly name: string
  readonly kind: string
}

export interface AccountTable extends Accounts {
  organisations(): Promise<readonly Organisation[]>
  /** Writes organisations, then accounts; those that exist are brought to what is given, others stay as they are. */
  seed(seeds: {
    readonly organisations: readonly Organisation[]
    readonly accounts: readonly Account[]
  }): Promise<void>
}

export function openAccounts({ db }: Store): AccountTable {
  return {
    async find({ issuer, subject }) {
      const row = await db
        .selectFrom('identity_account')
        .selectAll()
        .where('issuer', '=', issuer)
        .where('subject', '=', subject)
        .executeTakeFirst()
      return row === undefined ? null : accountOf(row)
    },
    async list() {
      const rows = await db
        .selectFrom('identity_account')
        .selectAll()
        .orderBy('issuer')
        .orderBy('subject')
        .execute()
      return rows.map(accountOf)
    },
    organisations: () => db.selectFrom('identity_organisation').selectAll().orderBy('id').execute(),
    seed: ({ organisations, accounts }) =>
      db.transaction().execute(async (transaction) => {
        for (const { id, ...rest } of organisations) {
          await transaction
            .insertInto('identity_organisation')
            .values({ id, ...rest })
            .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
            .execute()
        }
        for (const account of accounts) {
          const { issuer, subject, ...rest } = rowOf(account)
          await transaction
            .insertInto('identity_account')
            .values({ issuer, subject, ...rest })
            .onConflict((conflict) => conflict.columns(['issuer', 'subject']).doUpdateSet(rest))
            .execute()
        }
      }),
  }
}

function accountOf(row: IdentityAccount): Account {
  const { training_until_ms: training, charter_until_ms: charter, review_until_ms: review } = row
  const { interests_until_ms: interests } = row
  const proofs: Proofs = {
    ...(training === null ? {} : { training }),
    ...(charter === null ? {} : { charter }),
    ...(review === null ? {} : { review }),
    ...(interests === null ? {} : { interests }),
  }
  return {
    issuer: row.issuer,
    subject: row.subject,
    displayName: row.display_name,
    organisation: row.organisation,
    // A word that this version does not know gives nothing.
    roles: roles.filter((role) => row.roles.includes(role)),
    proofs,
  }
}

function rowOf(account: Account): IdentityAccount {
  return {
    issuer: account.issuer,
    subject: account.subject,
    display_name: account.displayName,
    organisation: account.organisation,
    roles: [...account.roles],
    training_until_ms: account.proofs.training ?? null,
    charter_until_ms: account.proofs.charter ?? null,
    review_until_ms: account.proofs.review ?? null,
    interests_until_ms: account.proofs.interests ?? null,
  }
}
