/** The list of queries in PostgreSQL, so that each person finds their own. The evidence is in the log, never here. */
import type { Actor, Receipt } from '../kernel/id.ts'
import { type Code, isCode, Refusal } from '../kernel/refusal.ts'
import type { Store } from '../store/store.ts'

/** One of a person's own queries. Never its text. */
export interface QueryRun {
  readonly id: string
  readonly project: string
  /** ms since 1970. */
  readonly submittedAt: number
  readonly endedAt: number | null
  readonly outcome: 'running' | 'released' | 'refused' | 'aborted'
  readonly code: Code | null
  /** Entry of the log that closed it. */
  readonly seq: number | null
}

export interface RunKey {
  readonly id: string
  readonly project: string
  readonly by: Actor
}

export interface Ending {
  readonly at: number
  readonly outcome: 'released' | 'refused' | 'aborted'
  readonly code?: Code
  /** Its entry. */
  readonly receipt?: Pick<Receipt, 'log' | 'seq'>
}

/** A query that has not ended; `since` is when it was asked, in ms. */
export interface OpenRun extends RunKey {
  readonly since: number
}

export interface Registry {
  /** Refusal CONFLICT when this person has already used this id in this project. */
  begin(key: RunKey, at: number): Promise<void>
  end(key: RunKey, ending: Ending): Promise<void>
  /** Queries that have not ended: at start, those that the last stop cut. */
  open(): Promise<readonly OpenRun[]>
  /** The queries of one person in one project, newest first, 200 at most. */
  list(project: string, by: Actor): Promise<readonly QueryRun[]>
}

const listed = 200

export function openRegistry({ db }: Store): Registry {
  return {
    async begin({ id, project, by }, at) {
      const { issuer, subject } = by
      const row = { id, project, issuer, subject, submitted_ms: at, outcome: 'running' }
      const inserted = await db
        .insertInto('query_run')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst()
      if (!inserted) throw new Refusal('CONFLICT', { rule: 'query.id' })
    },

    async end({ id, project, by }, { at, outcome, code, receipt }) {
      await db
        .updateTable('query_run')
        .set({
          ended_ms: at,
          outcome,
          code: code ?? null,
          audit_log: receipt?.log ?? null,
          audit_seq: receipt?.seq ?? null,
        })
        .where('id', '=', id)
        .where('project', '=', project)
        .where('issuer', '=', by.issuer)
        .where('subject', '=', by.subject)
        .execute()
    },

    async open() {
      const rows = await db
        .selectFrom('query_run')
        .select(['id', 'project', 'issuer', 'subject', 'submitted_ms'])
        .where('outcome', '=', 'running')
        .orderBy('submitted_ms')
        .execute()
      return rows.map(({ id, project, issuer, subject, submitted_ms: since }) => ({
        id,
        project,
        by: { issuer, subject },
        since,
      }))
    },

    async list(project, by) {
      const rows = await db
        .selectFrom('query_run')
        .select(['id', 'submitted_ms', 'ended_ms', 'outcome', 'code', 'audit_seq'])
        .where('project', '=', project)
        .where('issuer', '=', by.issuer)
        .where('subject', '=', by.subject)
        .orderBy('submitted_ms', 'desc')
        .orderBy('id')
        .limit(listed)
        .execute()
      return rows.map((row) => ({
        id: row.id,
        project,
        submittedAt: row.submitted_ms,
        endedAt: row.ended_ms,
        outcome: isOutcome(row.outcome) ? row.outcome : 'aborted',
        code: row.code !== null && isCode(row.code) ? row.code : null,
        seq: row.audit_seq,
      }))
    },
  }
}

const outcomes = ['running', 'released', 'refused', 'aborted'] as const

function isOutcome(text: string): text is QueryRun['outcome'] {
  return outcomes.some((outcome) => outcome === text)
}

/** The highest entry of this log that a row knows, or null; compared with the log at start. */
export async function lastRecorded({ db }: Pick<Store, 'db'>, log: string): Promise<number | null> {
  const row = await db
    .selectFrom('query_run')
    .select(({ fn }) => fn.max('audit_seq').as('last'))
    .where('audit_log', '=', log)
    .executeTakeFirst()
  return row?.last ?? null
}
