/** The account table: what a node knows of the persons that its issuers vouch for. */

import type { Store } from '../store/store.ts'
import type { IdentityAccount } from '../store/tables.ts'
import { type Account, type Accounts, type Proofs, roles } from './person.ts'
import { applyRecorded } from './proof-table.ts'

/** `kind` is a code of the vocabulary of applicants, such as ETABLISSEMENT_SANTE. */
export interface Organisation {
  readonly id: string
  readonly name: string
  readonly kind: string
}

export interface AccountTable extends Accounts {
  organisations(): Promise<readonly Organisation[]>
  /** Writes organisations, then accounts; those that exist are brought to what is given, but for proofs that were recorded since; others stay as they are. */
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
          await applyRecorded(transaction, { issuer, subject })
        }
      }),
  }
}

/** A value under its name; nothing where there is none. */
function held<Name extends string, Value>(name: Name, value: Value | null) {
  return value === null ? {} : ({ [name]: value } as Record<Name, Value>)
}

function accountOf(row: IdentityAccount): Account {
  const proofs: Proofs = {
    ...held('training', row.training_until_ms),
    ...held('charter', row.charter_until_ms),
    ...held('review', row.review_until_ms),
    ...held('workstation', row.workstation_until_ms),
    ...held('affiliation', row.affiliation_until_ms),
    ...held('interests', row.interests_until_ms),
  }
  const versions = { ...held('training', row.training_version), ...held('charter', row.charter_version) }
  const { manager_issuer: issuer, manager_subject: subject } = row
  return {
    issuer: row.issuer,
    subject: row.subject,
    displayName: row.display_name,
    organisation: row.organisation,
    // A word that this version does not know gives nothing.
    roles: roles.filter((role) => row.roles.includes(role)),
    proofs,
    versions,
    ...(issuer !== null && subject !== null && { manager: { issuer, subject } }),
  }
}

function rowOf({
  issuer,
  subject,
  displayName,
  organisation,
  roles: words,
  ...account
}: Account): IdentityAccount {
  const { proofs, versions = {}, manager } = account
  return {
    issuer,
    subject,
    display_name: displayName,
    organisation,
    roles: [...words],
    training_until_ms: proofs.training ?? null,
    charter_until_ms: proofs.charter ?? null,
    review_until_ms: proofs.review ?? null,
    workstation_until_ms: proofs.workstation ?? null,
    affiliation_until_ms: proofs.affiliation ?? null,
    interests_until_ms: proofs.interests ?? null,
    training_version: versions.training ?? null,
    charter_version: versions.charter ?? null,
    manager_issuer: manager?.issuer ?? null,
    manager_subject: manager?.subject ?? null,
  }
}
