/** The rows of requests and permits beside the entries of the log that were written before them: what a start compares. */
import type { Database, Store } from '../store/store.ts'
import { rawSql } from '../store/store.ts'
import type { HabilitationEvent, HappeningType } from './event.ts'
import { addEvents, eventsOf, reserve, type Stored } from './rows.ts'

export interface RecordedEvent {
  /** Of the request. */
  readonly id: string
  readonly type: HappeningType
  /** Whether a start made this row out of the entry of another act, to be safe. */
  readonly isStandIn: boolean
  readonly log: string
  readonly seq: number
}

/** Who suspends when a start cannot know what was decided. */
export const standInRole = 'reconciliation'

export interface Recorded {
  /** Every event with its entry, by entry. */
  events(): Promise<readonly RecordedEvent[]>
  /**
   * Adds the row that an entry should have had, under its own number: no second entry. The work is given the request as it stands and
   * answers null where there is nothing to add. False then, and where there is no such request.
   */
  redo(
    lost: { readonly id: string; readonly log: string; readonly seq: number },
    work: (stored: Stored) => HabilitationEvent | null,
  ): Promise<boolean>
  /** Never gives the number of this request or project again, which the log has and no row may have. */
  reserve(id: string): Promise<void>
}

export function openRecorded({ db }: Pick<Store, 'db'>): Recorded {
  return {
    async events() {
      const rows = await db
        .selectFrom('habilitation_event')
        .select(({ ref }) => [
          'stream',
          'audit_log',
          'audit_seq',
          rawSql<HappeningType>`${ref('body')} ->> 'type'`.as('type'),
          rawSql<string | null>`${ref('body')} ->> 'role'`.as('role'),
        ])
        .orderBy('audit_log')
        .orderBy('audit_seq')
        .execute()
      return rows.map(({ stream, audit_log, audit_seq, type, role }) => ({
        ...{ id: stream, log: audit_log, seq: audit_seq, type },
        isStandIn: type === 'suspended' && role === standInRole,
      }))
    },
    reserve: (id) => reserve(db, id),
    redo: (lost, work) => db.transaction().execute((transaction) => redo(transaction, lost, work)),
  }
}

async function redo(
  transaction: Database,
  { id, log, seq }: Parameters<Recorded['redo']>[0],
  work: Parameters<Recorded['redo']>[1],
): Promise<boolean> {
  const row = transaction.selectFrom('habilitation_stream').select('id').where('id', '=', id).forUpdate()
  if ((await row.executeTakeFirst()) === undefined) return false
  const stored = { id, events: await eventsOf(transaction, id) }
  const event = work(stored)
  if (event === null) return false
  await addEvents(transaction, { id, before: stored.events.length }, [{ event, place: { log, seq } }])
  return true
}
