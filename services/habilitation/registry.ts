/**
 * Events and permits in PostgreSQL; with recorded.ts the only file that names the habilitation tables. Rows are added, never changed, but for
 * the one row per request that a command locks. Every row says which entry of the audit log was written before it.
 */
import type { Receipt } from '../kernel/id.ts'
import type { Database, Store } from '../store/store.ts'
import { event, type HabilitationEvent } from './event.ts'
import type { Permit } from './permit.ts'

export interface Stored {
  readonly id: string
  readonly events: readonly HabilitationEvent[]
}

/** What one command adds; each event with the receipt of its entry. */
export interface Addition {
  readonly events: readonly { readonly event: HabilitationEvent; readonly receipt: Receipt }[]
  readonly permit?: { readonly permit: Permit; readonly receipt: Receipt }
}

/** Gives the next number of a series, from 1; a command that is rolled back gives it back. */
export type NextNumber = (series: string) => Promise<number>

export interface Registry {
  /** Adds a new request, under the id that the work chooses. */
  open(work: (next: NextNumber) => Promise<Addition & { readonly id: string }>): Promise<void>
  /** Adds to a request that nobody else changes meanwhile. False when there is no such request; then the work has not run. */
  change(id: string, work: (stored: Stored, next: NextNumber) => Promise<Addition>): Promise<boolean>
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
  return {
    open: (work) =>
      db.transaction().execute(async (trx) => {
        const { id, ...addition } = await work(numbers(trx))
        await trx.insertInto('habilitation_stream').values({ id, project: null, events: 1 }).execute()
        await add(trx, { id, events: [] }, addition)
      }),
    change: (id, work) =>
      db.transaction().execute(async (trx) => {
        const row = trx.selectFrom('habilitation_stream').select('id').where('id', '=', id).forUpdate()
        if ((await row.executeTakeFirst()) === undefined) return false
        const stored = { id, events: await eventsOf(trx, id) }
        await add(trx, stored, await work(stored, numbers(trx)))
        return true
      }),
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

/** The events of a request in their order; none when there is no such request. */
export async function eventsOf(db: Database, id: string): Promise<readonly HabilitationEvent[]> {
  const rows = await db
    .selectFrom('habilitation_event')
    .select('body')
    .where('stream', '=', id)
    .orderBy('position')
    .execute()
  return rows.map(({ body }) => event.parse(body))
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

async function add(
  trx: Database,
  { id, events: before }: Stored,
  { events, permit }: Addition,
): Promise<void> {
  if (events.length === 0) return
  const rows = events.map(({ event: one, receipt }) => ({ event: one, place: receipt }))
  await addEvents(trx, { id, events: before }, rows)
  if (permit !== undefined) await addPermit(trx, id, permit)
}

interface EventRow {
  readonly event: HabilitationEvent
  /** The entry of the log that was written before. */
  readonly place: Pick<Receipt, 'log' | 'seq'>
}

/** Adds events behind those that a request has, whose row the transaction has locked. */
export async function addEvents(
  trx: Database,
  { id, events: before }: Stored,
  events: readonly EventRow[],
): Promise<void> {
  const rows = events.map(({ event: one, place }, i) => ({
    stream: id,
    position: before.length + i + 1,
    at_ms: one.at,
    body: JSON.stringify(one),
    audit_log: place.log,
    audit_seq: place.seq,
  }))
  await trx.insertInto('habilitation_event').values(rows).execute()
  const total = before.length + events.length
  await trx.updateTable('habilitation_stream').set({ events: total }).where('id', '=', id).execute()
}

async function addPermit(
  trx: Database,
  stream: string,
  { permit, receipt }: NonNullable<Addition['permit']>,
) {
  const { sha256, base: project, version, jws } = permit
  const row = { sha256, stream, project, version, jws, audit_log: receipt.log, audit_seq: receipt.seq }
  await trx.insertInto('habilitation_permit').values(row).execute()
  await trx.updateTable('habilitation_stream').set({ project }).where('id', '=', stream).execute()
}

function numbers(trx: Database): NextNumber {
  return async (series) => {
    const { value } = await trx
      .insertInto('habilitation_counter')
      .values({ name: series, value: 1 })
      .onConflict((row) =>
        row
          .column('name')
          .doUpdateSet(({ eb, ref }) => ({ value: eb(ref('habilitation_counter.value'), '+', 1) })),
      )
      .returning('value')
      .executeTakeFirstOrThrow()
    return value
  }
}
