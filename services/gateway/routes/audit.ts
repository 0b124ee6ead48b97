import { z } from 'zod'
import type { Indexed } from '../../audit/record.ts'
import type { Person } from '../../identity/person.ts'
import { startOfParisDay } from '../../kernel/clock.ts'
import { samePerson } from '../../kernel/id.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { searchLog } from '../../review/search.ts'
import { telling } from '../entry-telling.ts'
import type { Reply } from '../reply.ts'
import { type Route, route } from '../route.ts'

export const outcome = z.enum(['allowed', 'refused', 'failed', 'done'])
/** A day is its first instant in Paris, as in the figures. */
const instant = z
  .union([
    z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
    z.iso.date().transform(startOfParisDay),
  ])
  .meta({ override: { type: 'string', format: 'date-time' } })

/** What a search of the log may be asked. */
export const logFilter = z.strictObject({
  project: z.string().max(100).optional(),
  actor: z.string().max(200).optional().meta({ description: 'A subject' }),
  type: z.string().max(60).optional(),
  dataset: z.string().max(100).optional(),
  code: z.string().max(60).optional(),
  rule: z.string().max(100).optional(),
  outcome: outcome.optional(),
  from: instant.optional().meta({ description: 'Included' }),
  to: instant.optional().meta({ description: 'Not included' }),
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
})

const entry = z
  .object({
    shard: z.string(),
    seq: z.number().int(),
    ts: z.string(),
    type: z.string(),
    outcome,
    sentence: z.string().meta({ description: 'Who did what, in the language of the request' }),
    actor: z.string().nullable(),
    name: z.string().optional().meta({ description: 'How the person of the actor is called here' }),
    purpose: z.string().optional().meta({ description: 'Of a query that was allowed' }),
    project: z.string().optional(),
    dataset: z.string().optional(),
    code: z.string().optional(),
    rule: z.string().optional(),
    leaf: z.string(),
    projectNumber: z.number().int().optional().meta({ description: 'Gap-free number in the project' }),
    actorNumber: z
      .number()
      .int()
      .optional()
      .meta({ description: 'Gap-free number of the person in the shard' }),
  })
  .meta({ id: 'AuditEntry' })

/** A page of a search. */
export const found = z.object({
  entries: z.array(entry),
  next: z.string().optional(),
  contradicted: z
    .number()
    .int()
    .meta({ description: 'Rows of the index that the log contradicts; they are left out' }),
  complete: z
    .boolean()
    .optional()
    .meta({ description: 'Of a search by project alone: no number between these is missing' }),
})

const shard = z.strictObject({ shard: z.string().regex(/^\d{4}$/) })
const tile = shard.extend({
  tile: z.union([z.array(z.string()).transform((parts) => parts.join('/')), z.string()]),
})
const bytes = ['application/octet-stream']

/** Hashes are for all who may fetch a tile; ROLE for the entries of others, but for the DPO. */
function insistHashes(by: Person, tile: string): void {
  if (tile.startsWith('entries/') && !by.roles.includes('dpo'))
    throw new Refusal('ROLE', { rule: 'audit.reader' })
}

/** A proof carries its entry: those of other people are for the DPO. */
function mayProve(by: Person, { actor }: Indexed): boolean {
  return by.roles.includes('dpo') || (actor !== undefined && samePerson(actor, by))
}

export const auditRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/audit/entries',
    summary: 'Searches the log; DPO only. Reading it is itself recorded',
    authorisation: { who: ['dpo'], sees: 'none' },
    records: 'own',
    query: logFilter,
    responses: {
      200: {
        description: 'Newest first, each checked against the log; `next` is the cursor of the following page',
        schema: found,
      },
    },
    handler: async (house, { by, query, language }) => {
      const wanted = Object.entries(query).filter(([, value]) => value !== undefined)
      const { entries, ...page } = await searchLog(house, by, Object.fromEntries(wanted))
      const told = telling(await house.accounts.list(), language)
      return { json: { ...page, entries: entries.map((one) => ({ ...one, ...told(one) })) } }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/audit/receipts/{seq}',
    summary: 'The proof of an entry (C2SP tlog-proof), to be checked offline: one’s own; any for the DPO',
    authorisation: { who: 'account', sees: 'receipt' },
    records: 'own',
    params: z.strictObject({ seq: z.coerce.number().int().min(0) }),
    query: z.strictObject({ shard: shard.shape.shard.optional() }),
    responses: { 200: { description: 'A proof file of at most 2 KiB', types: ['text/plain'] } },
    handler: async (house, { by, params, query }) => {
      const { audit } = house
      const year = query.shard ?? audit.shards.at(-1) ?? ''
      const entry = audit.shards.includes(year) ? await audit.entry(params.seq, year) : null
      // Whether a number belongs to somebody else or to nobody is not told.
      if (entry === null || !mayProve(by, entry)) throw new Refusal('NOT_FOUND')
      const proof = await audit.proof(params.seq, year)
      await audit.append({ type: 'audit.read', entries: 1 }, { by })
      return {
        type: 'text/plain; charset=utf-8',
        content: proof,
        headers: { 'Cache-Control': 'private, no-store' },
      }
    },
  }),
  route({
    method: 'get',
    path: '/audit/{shard}/checkpoint',
    summary: 'The signed head of the log (C2SP tlog-checkpoint); DPO and data holders',
    authorisation: { who: ['dpo', 'holder'], sees: 'house' },
    records: 'read',
    params: shard,
    responses: { 200: { description: 'A signed note', types: ['text/plain'] } },
    handler: async (house, { params }) => {
      const note = await house.audit.readTile(params.shard, 'checkpoint')
      if (note === null) throw new Refusal('NOT_FOUND')
      return {
        type: 'text/plain; charset=utf-8',
        content: note,
        headers: { 'Cache-Control': 'private, max-age=1' },
      }
    },
  }),
  route({
    method: 'get',
    path: '/audit/{shard}/tile/{tile}',
    at: '/audit/:shard/tile/*tile',
    summary: 'Tiles of the log (C2SP tlog-tiles). Entry bundles: DPO only, each fetch is recorded',
    authorisation: { who: ['dpo', 'holder'], sees: 'house' },
    records: 'own',
    params: tile,
    responses: { 200: { description: 'A hash tile or an entry bundle', types: bytes } },
    handler: async (house, { by, params }): Promise<Reply> => {
      insistHashes(by, params.tile)
      const content = await house.audit.readTile(params.shard, `tile/${params.tile}`)
      if (content === null) throw new Refusal('NOT_FOUND')
      const tiles = `${params.shard}/${params.tile}`
      await house.audit.append({ type: 'audit.exported', tiles }, { by })
      return {
        type: 'application/octet-stream',
        content,
        headers: { 'Cache-Control': 'private, max-age=31536000, immutable' },
      }
    },
  }),
]
