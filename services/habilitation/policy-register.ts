/** Proposed bundles in PostgreSQL; the only file that names their table. The acts are entries of the log, and checked there. */
import { z } from 'zod'
import type { Actor } from '../kernel/id.ts'
import type { Database, Store } from '../store/store.ts'

/** What one of the two persons did, and the entry that says so. */
export interface PolicyAct {
  readonly by: Actor
  /** Instant in ms. */
  readonly at: number
  readonly entry: { readonly log: string; readonly seq: number }
}

export interface PolicyProposal {
  readonly sha256: string
  /** The bundle that was in force when it was proposed. */
  readonly previous: string
  /** Paths that differ between the two. */
  readonly changed: readonly string[]
  readonly reason: string
  /** False: of a later version, which this one cannot read; nobody knows whether its cases hold. */
  readonly checked: boolean
  readonly proposed: PolicyAct
  /** The second person; null until there is one. */
  readonly approved: PolicyAct | null
}

export interface PolicyRegister {
  /** The newest first. */
  list(): Promise<readonly PolicyProposal[]>
  /** Adds one, unless the same bundle waits already: then false. `record` writes the entry, and is called once or never. */
  propose(
    proposal: Omit<PolicyProposal, 'proposed' | 'approved'>,
    record: () => Promise<PolicyAct>,
  ): Promise<boolean>
  /** Approves the proposal of a bundle that waits, when `record` has resolved. Null when none does. */
  approve(
    sha256: string,
    record: (proposal: PolicyProposal) => Promise<PolicyAct>,
  ): Promise<PolicyProposal | null>
}

export function openPolicyRegister({ db }: Pick<Store, 'db'>): PolicyRegister {
  return {
    async list() {
      const rows = await all(db).orderBy('proposed_ms', 'desc').orderBy('proposed_seq', 'desc').execute()
      return rows.map(proposalOf)
    },
    propose: (proposal, record) =>
      db.transaction().execute(async (trx) => {
        if ((await pending(trx, proposal.sha256)) !== undefined) return false
        const { by, at, entry } = await record()
        await trx
          .insertInto('habilitation_policy')
          .values({
            ...{ sha256: proposal.sha256, previous: proposal.previous, reason: proposal.reason },
            checked: proposal.checked,
            ...{ changed: JSON.stringify(proposal.changed), proposed_ms: at },
            ...{ proposed_issuer: by.issuer, proposed_subject: by.subject },
            ...{ proposed_log: entry.log, proposed_seq: entry.seq },
          })
          .execute()
        return true
      }),
    approve: (sha256, record) =>
      db.transaction().execute(async (trx) => {
        const row = await pending(trx, sha256)
        if (row === undefined) return null
        const proposal = proposalOf(row)
        const approved = await record(proposal)
        const { by, at, entry } = approved
        await trx
          .updateTable('habilitation_policy')
          .set({
            ...{ approved_issuer: by.issuer, approved_subject: by.subject, approved_ms: at },
            ...{ approved_log: entry.log, approved_seq: entry.seq },
          })
          .where('proposed_log', '=', row.proposed_log)
          .where('proposed_seq', '=', row.proposed_seq)
          .execute()
        return { ...proposal, approved }
      }),
  }
}

const all = (db: Database) => db.selectFrom('habilitation_policy').selectAll()

/** The proposal of a bundle that waits, locked. */
function pending(db: Database, sha256: string) {
  return all(db).where('sha256', '=', sha256).where('approved_ms', 'is', null).forUpdate().executeTakeFirst()
}

type Row = Awaited<ReturnType<ReturnType<typeof all>['executeTakeFirstOrThrow']>>

const paths = z.array(z.string())

function proposalOf(row: Row): PolicyProposal {
  const { sha256, previous, reason, checked } = row
  return {
    ...{ sha256, previous, reason, checked, changed: paths.parse(row.changed) },
    proposed: {
      by: { issuer: row.proposed_issuer, subject: row.proposed_subject },
      at: row.proposed_ms,
      entry: { log: row.proposed_log, seq: row.proposed_seq },
    },
    approved: approvedOf(row),
  }
}

function approvedOf(row: Row): PolicyAct | null {
  const { approved_issuer: issuer, approved_subject: subject, approved_ms: at } = row
  const { approved_log: log, approved_seq: seq } = row
  if (issuer === null || subject === null || at === null || log === null || seq === null) return null
  return { by: { issuer, subject }, at, entry: { log, seq } }
}
