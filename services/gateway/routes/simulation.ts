import { z } from 'zod'
import { simulate } from '../../habilitation/simulate.ts'
import { startOfParisDay } from '../../kernel/clock.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { explain, type Language } from '../../kernel/text.ts'
import { type Route, route } from '../route.ts'

const name = z.string().min(1).max(100)
/** A day is its first instant in Europe/Paris. */
const instant = z
  .union([
    z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
    z.iso.date().transform(startOfParisDay),
  ])
  .meta({ override: { type: 'string', format: 'date-time' } })

const asked = z
  .strictObject({
    person: z.strictObject({ issuer: name, subject: name }),
    project: name,
    dataset: name.optional(),
    purpose: name.optional(),
    objective: name.optional(),
    date: instant.optional().meta({ description: 'A day of Europe/Paris or an instant; now if left out' }),
    level: z
      .union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)])
      .optional()
      .meta({ description: 'Assurance of the session; 2, two factors, if left out' }),
  })
  .meta({ id: 'SimulationAsked' })

const answer = z
  .object({
    decision: z.enum(['permit', 'deny']),
    code: z.string().optional(),
    rule: z.string(),
    reason: z.string().optional().meta({ description: 'Why the rule exists, from the policy' }),
    legalBasis: z.string().optional(),
    fact: z.string().optional().meta({ description: 'What failed' }),
    hint: z.string().optional().meta({ description: 'What to do' }),
    missing: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    purpose: z.string().optional(),
    objective: z.string().optional(),
    at: z.string(),
    permit: z.object({ id: z.string(), version: z.number().int(), sha256: z.string() }),
    policy: z.string(),
  })
  .meta({ id: 'Simulation' })

/** The same words as the problem document of the refusal that a query would meet. */
function told({ refusal, at, ...rest }: Awaited<ReturnType<typeof simulate>>, language: Language) {
  const shown = { ...rest, at: new Date(at).toISOString() }
  if (refusal === undefined) return shown
  const { code, fact, hint, missing } = refusal
  const words = explain(language, new Refusal(code, { ...(fact && { fact }), ...(hint && { hint }) }))
  return { ...shown, code, fact: words.detail, hint: words.hint, ...(missing && { missing }) }
}

export const simulationRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/v1/habilitations/simulation',
    summary: 'What would be decided of a person, project, dataset, purpose and day; nothing is run',
    authorisation: { who: ['dpo', 'authority', 'lead'], sees: 'project' },
    records: 'read',
    body: asked,
    responses: { 200: { description: 'The decision, its rule, what failed, what to do', schema: answer } },
    handler: async (house, { by, body: { date, ...question }, language }) => {
      const needs = { ...house.habilitation, accounts: house.accounts }
      return { json: told(await simulate(needs, by, { ...question, at: date }), language) }
    },
  }),
]
