/** The DPO's inbox: the findings of a month, and the closing of one. There is no call that closes several. */
import { z } from 'zod'
import type { Language } from '../../kernel/text.ts'
import { conclusions, type KeptFinding } from '../../review/findings.ts'
import { closeFinding, readMonth, sentenceOf } from '../../review/month.ts'
import { type Route, route } from '../route.ts'
import { incident, shownIncident } from './incident-shapes.ts'

const month = z.string().regex(/^20\d{2}-(0[1-9]|1[0-2])$/)

const finding = z
  .object({
    id: z.string().meta({ description: 'Such as 2026-11/A4/refusal-burst/3f2a91bc04de' }),
    family: z.string().meta({ description: 'A1 to A6' }),
    sentence: z.string().meta({ description: 'In the language of the request' }),
    count: z.number().int(),
    actor: z.string().optional(),
    project: z.string().optional(),
    dataset: z.string().optional(),
    day: z.string().optional(),
    found: z.string(),
    state: z.enum(['open', 'closed']),
    conclusion: z.enum(conclusions).optional(),
    closed: z.string().optional(),
    closedBy: z.string().optional(),
    entries: z
      .array(z.object({ shard: z.string(), seq: z.number().int() }))
      .meta({ description: 'Entries of the log that show it, 100 at most' }),
  })
  .meta({ id: 'ReviewFinding' })

const receipt = z.object({ log: z.string(), seq: z.number().int(), leaf: z.string() })

const place = z.strictObject({
  month,
  family: z.string().regex(/^A[1-6]$/),
  detector: z.string().regex(/^[a-z-]{1,40}$/),
  key: z.string().regex(/^[0-9a-f]{12}$/),
})

export const monthRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/reviews',
    summary:
      'What the log shows that a DPO must explain, of one month, and open incidents; DPO only. What is new is raised in the log',
    authorisation: { who: ['dpo'], sees: 'none' },
    records: 'read',
    query: z.strictObject({ month }),
    responses: {
      200: {
        description: 'The findings: asking again gives the same ones',
        schema: z.object({
          month: z.string(),
          findings: z.array(finding),
          incidents: z.array(incident).meta({ description: 'Those that are open, of any month' }),
        }),
      },
    },
    handler: async (house, { query, language }) => {
      const found = await readMonth(house.review, query.month)
      const all = await house.review.incidents.list()
      const open = all.filter(({ closed }) => closed === undefined)
      return {
        json: {
          month: query.month,
          findings: found.map((one) => shown(one, language)),
          incidents: open.map((one) => shownIncident(house, one)),
        },
      }
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/reviews/{month}/findings/{family}/{detector}/{key}/closing',
    summary: 'Closes one finding; DPO only. The reason is sealed in the log. Closed twice is 409',
    authorisation: { who: ['dpo'], sees: 'house' },
    records: 'own',
    params: place,
    body: z.strictObject({
      conclusion: z.enum(conclusions),
      reason: z.string().trim().min(1).max(2000),
    }),
    responses: {
      200: {
        description: 'The finding, closed; what is an incident is in the register under this number',
        schema: z.object({ finding, receipt, incident: z.string().optional() }),
      },
    },
    handler: async (house, { by, params, body, language }) => {
      const id = `${params.month}/${params.family}/${params.detector}/${params.key}`
      const { finding: closed, ...rest } = await closeFinding(house.review, by, { id, ...body })
      return { json: { ...rest, finding: shown(closed, language) } }
    },
  }),
]

function shown(one: KeptFinding, language: Language): z.infer<typeof finding> {
  const { id, family, concern, count, entries, foundAt, closed } = one
  return {
    ...{ id, family, sentence: sentenceOf(one, language), count, ...concern },
    found: new Date(foundAt).toISOString(),
    state: closed === null ? 'open' : 'closed',
    ...(closed === null ? {} : { conclusion: closed.conclusion, closed: new Date(closed.at).toISOString() }),
    ...(closed === null || closed.by === null ? {} : { closedBy: closed.by }),
    entries: [...entries],
  }
}
