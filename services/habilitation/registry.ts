/**
 * Events and permits in PostgreSQL; with recorded.ts and rows.ts the only file that names the habilitation tables. Rows are added, never
 * changed. Every row says which entry of the audit log was written before it. Commands take turns here and not under a lock of the row:
 * a command asks the database for more, and would wait for connections that others hold while they wait for it.
 */
import { openTurns, type Turns } from '../kernel/turns.ts'
import type { Database, Store } from '../store/store.ts'
import { event, type HabilitationEvent } from './event.ts'
import {
  type BegunAct,
  beginAct,
  begunActs,
  type EntryPlace,
  eventsOf,
  finishAct,
  forgetAct,
  type Stored,
} from './rows.ts'

/** Gives the next number of a series, from 1; it is used once an act with it has begun, and nobody else gets it until then. */
export type NextNumber = (series: string) => Promise<number>

export interface Registry {
  /** Runs a work that begins and finishes a new request, under the id that it chooses. */
  open(work: (next: NextNumber) => Promise<void>): Promise<void>
  /** Runs a work on a request that nobody else changes meanwhile. False when there is no such request; then the work has not run. */
  change(id: string, work: (stored: Stored, next: NextNumber) => Promise<void>): Promise<boolean>
  /** Before the first entry of an act is written. */
  begin(act: BegunAct): Promise<void>
  /** After the last one. Rejects when the request has moved on. */
  finish(act: BegunAct, places: readonly EntryPlace[]): Promise<void>
  /** Of an act that the log says came to nothing. */
  forget(act: Pick<BegunAct, 'id'>): Promise<void>
  /** What was begun and neither finished nor forgotten, the oldest first. */
  begun(): Promise<readonly BegunAct[]>
  read(id: string): Promise<Stored | null>
  /** By id, the newest first. */
  list(): Promise<readonly Stored[]>
  /** How many events there are in all: events are only ever added, so the same number is the same content. */
  total(): Promise<number>
  /** The request behind a project, how many events it has by now, and the newest version of its permit; null when there is no such project. */
  ofProject(
    project: string,
  ): Promise<{ readonly id: string; readonly events: number; readonly jws: string } | null>
  /** The highest entry of this log that a row knows, or null; compared with the log at start. */
  lastRecorded(log: string): Promise<number | null>
}

export function openRegistry({ db }: Pick<Store, 'db'>): Registry {
  const turns = openTurns()
  return {
    open: (work) => numbered({ db, turns }, work),
    change: (id, work) =>
      turns.take(async () => {
        const events = await eventsOf(db, id)
        if (events.length === 0) return false
        await numbered({ db, turns }, (next) => work({ id, events }, next))
        return true
      }, `of ${id}`),
    begin: (act) => db.transaction().execute((transaction) => beginAct(transaction, act)),
    finish: (act, places) => db.transaction().execute((transaction) => finishAct(transaction, act, places)),
    forget: ({ id }) => forgetAct(db, id),
    begun: () => begunActs(db),
    async read(id) {
      const events = await eventsOf(db, id)
      return events.length === 0 ? null : { id, events }
    },
    list: () => everything(db),
    async total() {
      const row = await db
        .selectFrom('habilitation_stream')
        .select(({ fn }) => fn.sum<string | null>('events').as('total'))
        .executeTakeFirst()
      return Number(row?.total ?? 0)
    },
    ofProject: (project) => ofProject(db, project),
    async lastRecorded(log) {
      const row = await db
        .selectFrom('habilitation_event')
        .select(({ fn }) => fn.max('audit_seq').as('last'))
        .where('audit_log', '=', log)
        .executeTakeFirst()
      return row?.last ?? null
    },
  }
}

async function everything(db: Database): Promise<readonly Stored[]> {
  const rows = await db
    .selectFrom('habilitation_event')
    .select(['stream', 'body'])
    .orderBy('stream', 'desc')
    .orderBy('position')
    .execute()
  const streams = new Map<string, HabilitationEvent[]>()
  for (const { stream, body } of rows) {
    const known = streams.get(stream)
    if (known === undefined) streams.set(stream, [event.parse(body)])
    else known.push(event.parse(body))
  }
  return [...streams].map(([id, events]) => ({ id, events }))
}

async function ofProject(db: Database, project: string) {
  const row = await db
    .selectFrom('habilitation_permit as permit')
    .innerJoin('habilitation_stream as stream', 'stream.id', 'permit.stream')
    .select(['stream.id', 'stream.events', 'permit.jws'])
    .where('permit.project', '=', project)
    .orderBy('permit.version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ?? null
}

/** Lends numbers to one work: whoever else wants one of the same series waits until that is over. */
async function numbered<T>(
  { db, turns }: { readonly db: Database; readonly turns: Turns },
  work: (next: NextNumber) => Promise<T>,
): Promise<T> {
  const held = new Map<string, () => void>()
  const next: NextNumber = async (series) => {
    if (!held.has(series)) held.set(series, await turns.hold(`number ${series}`))
    const row = db.selectFrom('habilitation_counter').select('value').where('name', '=', series)
    return ((await row.executeTakeFirst())?.value ?? 0) + 1
  }
  try {
    return await work(next)
  } finally {
    for (const end of held.values()) end()
  }
}
