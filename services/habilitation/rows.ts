/**
 * The rows of one act. It goes from `beginAct` over its entries to `finishAct`, so that a start can end it wherever it was cut: what it
 * was about to say is known before the log says it.
 */
import { z } from 'zod'
import type { Body } from '../audit/entry.ts'
import type { Actor, Receipt } from '../kernel/id.ts'
import type { Database } from '../store/store.ts'
import { event, type HabilitationEvent } from './event.ts'
import type { Permit } from './permit.ts'

export interface Stored {
  readonly id: string
  readonly events: readonly HabilitationEvent[]
}

/** An act that was decided and is being recorded. */
export interface BegunAct {
  readonly id: string
  /** The request that it is about, and how many events that had. */
  readonly stream: string
  readonly before: number
  /** POSIX milliseconds. */
  readonly at: number
  readonly events: readonly HabilitationEvent[]
  /** The entry of each event, as the log is to have it. */
  readonly entries: readonly (Body | z.infer<typeof someEntry>)[]
  /** Who acts, as the entries have it. */
  readonly by: Actor
  /** SHA-256 of the canonical text of what is sealed beside the first entry. */
  readonly sealedSha256: string
  readonly permit?: Pick<Permit, 'sha256' | 'base' | 'version' | 'jws'>
}

/** Where an entry is. */
export type EntryPlace = Pick<Receipt, 'log' | 'seq'>

/** Only compared, never acted on: the log alone says what an entry is. */
const someEntry = z.looseObject({ type: z.string() })
const begunBody = z.object({
  events: z.array(event).readonly(),
  entries: z.array(someEntry).readonly(),
  by: z.object({ issuer: z.string(), subject: z.string() }),
  sealedSha256: z.string(),
  permit: z
    .object({ sha256: z.string(), base: z.string(), version: z.number().int(), jws: z.string() })
    .exactOptional(),
})

/** Keeps what the act is about to say, and the numbers that it gives, which are used from now on. */
export async function beginAct(db: Database, act: BegunAct): Promise<void> {
  const { id, stream, before, at, events, entries, by, sealedSha256, permit } = act
  const body = JSON.stringify({ events, entries, by, sealedSha256, ...(permit && { permit }) })
  await db.insertInto('habilitation_begun').values({ id, stream, before, begun_ms: at, body }).execute()
  if (before === 0) await reserve(db, stream)
  if (permit !== undefined) await reserve(db, permit.base)
}

/**
 * Adds the rows of the entries that stand, from the first one on, and forgets that the act was begun; its permit comes with the last of
 * them. Rejects when the request has moved on since.
 */
export async function finishAct(db: Database, act: BegunAct, places: readonly EntryPlace[]): Promise<void> {
  const { id, stream, before, events, permit } = act
  if (before === 0) {
    await db.insertInto('habilitation_stream').values({ id: stream, project: null, events: 1 }).execute()
  }
  const rows = events.flatMap((one, i) => (places[i] === undefined ? [] : [{ event: one, place: places[i] }]))
  await addEvents(db, { id: stream, before }, rows)
  const place = places[events.length - 1]
  if (permit !== undefined && place !== undefined) await addPermit(db, stream, { permit, place })
  await forgetAct(db, id)
}

export async function forgetAct(db: Database, id: string): Promise<void> {
  await db.deleteFrom('habilitation_begun').where('id', '=', id).execute()
}

/** What was begun and not finished, the oldest first. */
export async function begunActs(db: Database): Promise<readonly BegunAct[]> {
  const rows = await db.selectFrom('habilitation_begun').selectAll().orderBy('begun_ms').execute()
  return rows.map(({ id, stream, before, begun_ms: at, body }) => ({
    ...{ id, stream, before, at },
    ...begunBody.parse(body),
  }))
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

interface EventRow {
  readonly event: HabilitationEvent
  readonly place: EntryPlace
}

/** Adds events behind those that a request had: rejects when it has more by now. */
export async function addEvents(
  db: Database,
  { id, before }: { readonly id: string; readonly before: number },
  events: readonly EventRow[],
): Promise<void> {
  const rows = events.map(({ event: one, place }, i) => ({
    stream: id,
    position: before + i + 1,
    at_ms: one.at,
    body: JSON.stringify(one),
    audit_log: place.log,
    audit_seq: place.seq,
  }))
  await db.insertInto('habilitation_event').values(rows).execute()
  const total = before + events.length
  await db.updateTable('habilitation_stream').set({ events: total }).where('id', '=', id).execute()
}

async function addPermit(
  db: Database,
  stream: string,
  { permit, place }: { readonly permit: NonNullable<BegunAct['permit']>; readonly place: EntryPlace },
): Promise<void> {
  const { sha256, base: project, version, jws } = permit
  const row = { sha256, stream, project, version, jws, audit_log: place.log, audit_seq: place.seq }
  await db.insertInto('habilitation_permit').values(row).execute()
  await db.updateTable('habilitation_stream').set({ project }).where('id', '=', stream).execute()
}

/** Such as D-2026-0117, of a request, and FR-NOR-2026-000042, of a project. */
const numbered = /^(.+)-(\d{4})-(\d{1,9})$/

/** The number of this request or project is given to nobody else. */
export async function reserve(db: Database, id: string): Promise<void> {
  const [, prefix, year, digits] = numbered.exec(id) ?? []
  if (!(Number(digits) > 0)) return
  const row = { name: `${prefix === 'D' ? 'request' : 'permit'}/${year}`, value: Number(digits) }
  await db
    .insertInto('habilitation_counter')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet(({ fn, val, ref }) => ({
        value: fn('greatest', [ref('habilitation_counter.value'), val(row.value)]),
      })),
    )
    .execute()
}
