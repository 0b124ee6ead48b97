/** One entry in full, for the DPO: what it says, its text with the literals masked, its proof; and the opening of what is sealed. */
import { z } from 'zod'
import type { Outcome } from '../audit/outcome.ts'
import type { AuditLog, Indexed } from '../audit/writer.ts'
import type { Person } from '../identity/person.ts'
import { Refusal } from '../kernel/refusal.ts'
import { indexedEntry } from './indexing.ts'
import { maskLiterals } from './mask.ts'

interface EntryNeeds {
  readonly audit: AuditLog
}

/** Where an entry stands. */
export interface EntryPlace {
  readonly shard: string
  readonly seq: number
}

export interface EntryDetail extends EntryPlace {
  readonly ts: string
  readonly leaf: string
  readonly actor: string | null
  /** What a search finds it by. */
  readonly type: string
  readonly outcome: Outcome
  readonly dataset?: string
  readonly code?: string
  readonly rule?: string
  /** Of a query that was allowed. */
  readonly purpose?: string
  /** By which door the actor came, and the hash of the session or `token:` with the id of the personal token. */
  readonly door?: string
  readonly session?: string
  readonly project?: string
  readonly holders?: readonly string[]
  readonly projectNumber?: number
  readonly actorNumber?: number
  /** Of the end of a query: since the entry that let it through, in ms. */
  readonly durationMs?: number
  /** The entry's own members, by type. */
  readonly body: Readonly<Record<string, unknown>>
  /** The text of a query, its literals masked; absent where there is none or it was erased. */
  readonly sql?: string
  /** Whether sealed contents can still be opened. */
  readonly sealed: 'none' | 'kept' | 'erased'
  /** A `.tlog-proof` of the entry against the present checkpoint. */
  readonly proof: string
}

const query = z.looseObject({ sql: z.string() })

/** Refusal NOT_FOUND when there is no such entry. The reading is itself an entry. */
export async function readEntry({ audit }: EntryNeeds, by: Person, place: EntryPlace): Promise<EntryDetail> {
  const { entry, content, isSealed } = await find(audit, place)
  const { shard, seq, ts, leaf, actor, came, project, holders, numbers, body } = entry
  const text = query.safeParse(content)
  const proof = await audit.proof(seq, shard)
  const durationMs = await durationOf(audit, entry)
  await audit.append(
    { type: 'audit.read', entries: 1 },
    { by, ...(project === undefined ? {} : { project }) },
  )
  return {
    shard,
    seq,
    ts,
    leaf,
    actor: actor?.subject ?? null,
    ...came,
    ...facetsOf(entry),
    ...(durationMs === undefined ? {} : { durationMs }),
    body,
    proof,
    sealed: isSealed ? (content === null ? 'erased' : 'kept') : 'none',
    ...(project === undefined ? {} : { project }),
    ...(holders === undefined ? {} : { holders }),
    ...(numbers.project === undefined ? {} : { projectNumber: numbers.project }),
    ...(numbers.actor === undefined ? {} : { actorNumber: numbers.actor }),
    ...(text.success ? { sql: maskLiterals(text.data.sql) } : {}),
  }
}

async function durationOf(audit: AuditLog, { body, ts, shard }: Indexed): Promise<number | undefined> {
  if (body.type !== 'query.release' && body.type !== 'query.abort') return
  const begun = body.of === undefined ? null : await audit.entry(body.of, shard)
  return begun === null ? undefined : Math.max(0, Date.parse(ts) - Date.parse(begun.ts))
}

function facetsOf(
  entry: Indexed,
): Pick<EntryDetail, 'type' | 'outcome' | 'dataset' | 'code' | 'rule' | 'purpose'> {
  const { type, outcome, datasets: [dataset] = [], code, rule } = indexedEntry(entry)
  return {
    ...{ type, outcome },
    ...(dataset === undefined ? {} : { dataset }),
    ...(code === undefined ? {} : { code }),
    ...(rule === undefined ? {} : { rule }),
    ...(entry.body.type === 'query.intent' ? { purpose: entry.body.purpose } : {}),
  }
}

/**
 * What was sealed with an entry, literals and all. The opening and its reason are in the log before anything is answered. Refusal
 * NOT_FOUND when there is no such entry, nothing was sealed, or it was erased.
 */
export async function openEntry(
  { audit }: EntryNeeds,
  by: Person,
  { reason, ...place }: EntryPlace & { readonly reason: string },
): Promise<unknown> {
  const { entry, content } = await find(audit, place)
  if (content === null) throw new Refusal('NOT_FOUND', { rule: 'audit.nothing-sealed' })
  const { project, shard, seq } = entry
  await audit.append(
    { type: 'audit.opened', shard, of: seq },
    { by, sealed: { reason }, ...(project === undefined ? {} : { project }) },
  )
  return content
}

async function find(
  audit: AuditLog,
  { shard, seq }: EntryPlace,
): Promise<{ entry: Indexed; content: unknown; isSealed: boolean }> {
  const entry = audit.shards.includes(shard) ? await audit.entry(seq, shard) : null
  if (entry === null) throw new Refusal('NOT_FOUND', { rule: 'audit.entry' })
  return { entry, content: await audit.unseal(seq, shard), isSealed: entry.isSealed }
}
