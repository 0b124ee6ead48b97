/** The DPO's work on the log: one entry in full, the opening of what is sealed, figures, and files for a spreadsheet. */
import { z } from 'zod'
import type { Language } from '../../kernel/text.ts'
import { openEntry, readEntry } from '../../review/entry.ts'
import { exportLimit, exportLog } from '../../review/export.ts'
import { reindex } from '../../review/indexing.ts'
import { telling, typeLabel } from '../entry-telling.ts'
import type { House } from '../house.ts'
import { type Route, route } from '../route.ts'
import { logFilter, outcome } from './audit.ts'

const place = z.strictObject({
  shard: z.string().regex(/^\d{4}$/),
  seq: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
})

const detail = z
  .object({
    shard: z.string(),
    seq: z.number().int(),
    ts: z.string(),
    leaf: z.string(),
    actor: z.string().nullable(),
    door: z.string().optional(),
    session: z
      .string()
      .optional()
      .meta({ description: 'Hash of the session, or token: and the id of the personal token' }),
    project: z.string().optional(),
    holders: z.array(z.string()).optional(),
    projectNumber: z.number().int().optional(),
    actorNumber: z.number().int().optional(),
    durationMs: z.number().int().optional().meta({ description: 'Of a query that ended' }),
    body: z.record(z.string(), z.unknown()),
    type: z.string(),
    sentence: z.string().meta({ description: 'Who did what, in the language of the request' }),
    outcome,
    name: z.string().optional(),
    dataset: z.string().optional(),
    code: z.string().optional(),
    rule: z.string().optional(),
    purpose: z.string().optional().meta({ description: 'Of a query that was allowed' }),
    sql: z.string().optional().meta({ description: 'Literals masked' }),
    sealed: z.enum(['none', 'kept', 'erased']),
    proof: z.string().meta({ description: 'c2sp.org/tlog-proof@v1' }),
  })
  .meta({ id: 'AuditEntryDetail' })

const one = z.object({ name: z.string(), entries: z.number().int() })
const counted = z.array(one)
const labelled = z.array(
  one.extend({ label: z.string().meta({ description: 'In the language of the request' }) }),
)
export const figures = z
  .object({
    days: z.array(z.object({ day: z.string(), outcome: z.string(), entries: z.number().int() })),
    types: labelled,
    codes: counted,
    projects: counted,
    actors: labelled.meta({ description: 'Subjects; their label is how they are called here' }),
    datasets: counted,
  })
  .meta({ id: 'AuditStatistics' })

const types = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

const { cursor: _cursor, limit: _limit, ...exported } = logFilter.shape
const { from, to } = logFilter.shape

export const reviewRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/audit/entries/{shard}/{seq}',
    summary: 'One entry in full with its proof, literals masked; DPO only',
    authorisation: { who: ['dpo'], sees: 'house' },
    records: 'own',
    params: place,
    responses: { 200: { description: 'The entry', schema: detail } },
    handler: async (house, { by, params, language }) => {
      const entry = await readEntry(house, by, params)
      const told = telling(await house.accounts.list(), language)
      return { json: { ...entry, ...told(entry) } }
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/audit/entries/{shard}/{seq}/opening',
    summary: 'What is sealed with an entry, literals and all; DPO only, the reason is recorded',
    authorisation: { who: ['dpo'], sees: 'house' },
    records: 'own',
    params: place,
    body: z.strictObject({ reason: z.string().trim().min(1).max(2000) }),
    responses: { 200: { description: 'The sealed content', schema: z.object({ content: z.unknown() }) } },
    handler: async (house, { by, params, body }) => {
      return { json: { content: await openEntry(house, by, { ...params, ...body }) } }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/audit/statistics',
    summary: 'Entries of a period by day, type, code and project; DPO only. The last 31 days if left out',
    authorisation: { who: ['dpo'], sees: 'none' },
    records: 'read',
    query: z.strictObject({ from, to }),
    responses: { 200: { description: 'Counts of entries', schema: figures } },
    handler: async (house, { query, language }) => {
      return { json: await figuresOf(house, query, language) }
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/audit/reindex',
    summary: 'Empties the search index and fills it from the log; DPO and operator',
    authorisation: { who: ['dpo', 'operator'], sees: 'none' },
    records: 'read',
    responses: {
      200: { description: 'Done', schema: z.object({ entries: z.number().int() }).meta({ id: 'Reindexed' }) },
    },
    handler: async (house) => ({ json: { entries: await reindex(house.audit, house.auditIndex) } }),
  }),
  route({
    method: 'get',
    path: '/api/v1/audit/export',
    summary: `The entries of a search as a file, newest first, ${exportLimit} at most; DPO only`,
    authorisation: { who: ['dpo'], sees: 'none' },
    records: 'own',
    query: z.strictObject({ ...exported, format: z.enum(['csv', 'xlsx']).default('csv') }),
    responses: {
      200: {
        description: 'A file; the header Huisclos-Partial says true when older entries were left out',
        types: Object.values(types),
      },
    },
    handler: async (house, { by, query: { format, ...given }, language }) => {
      const filter = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
      const { bytes, isPartial } = await exportLog(house, by, { filter, format, language })
      return {
        type: types[format],
        content: bytes,
        headers: {
          'Content-Disposition': `attachment; filename="journal.${format}"`,
          'Huisclos-Partial': String(isPartial),
        },
      }
    },
  }),
]

interface Figured {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** Counts of a period, the last 31 days if it is left out, in the words of their reader. */
export async function figuresOf(
  house: House,
  { from: first, to: end = house.query.clock.now() + 1 }: Figured,
  language: Language,
): Promise<z.infer<typeof figures>> {
  const start = first ?? end - 31 * 86_400_000
  const found = await house.auditIndex.statistics({ from: start, to: end })
  const told = telling(await house.accounts.list(), language)
  const types = found.types.map((type) => ({ ...type, label: typeLabel(type.name, language) }))
  const actors = found.actors.map((actor) => {
    return { ...actor, label: told({ type: 'audit.read', actor: actor.name }).name ?? actor.name }
  })
  const { days, codes, projects, datasets } = found
  const lists = { days: [...days], codes: [...codes], projects: [...projects], datasets: [...datasets] }
  return { ...lists, types, actors }
}
