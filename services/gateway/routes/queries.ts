import { z } from 'zod'
import { purposeWithin } from '../../habilitation/personal-tokens.ts'
import { insistVisible } from '../../habilitation/read.ts'
import type { Person } from '../../identity/person.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { say } from '../../kernel/text.ts'
import { cancelQuery, checkQuery, listQueries, runQuery } from '../../query/run.ts'
import { eventsOf } from '../events.ts'
import type { House } from '../house.ts'
import { formatOf, resultTypes, sendReleased } from '../released.ts'
import { type Route, route } from '../route.ts'

const project = z.strictObject({ id: z.string().max(100) })
const one = project.extend({ queryId: z.uuid() })

/** Beyond 2^53 − 1 the number that was read may not be the number that was written: such integers travel as text, as in answers. */
const parameter = z.unknown().refine((value) => !Number.isInteger(value) || Number.isSafeInteger(value), {
  error: 'Un entier au-delà de 2^53 − 1 s’envoie comme texte. / Such an integer is sent as text.',
})
const parameters = z.union([z.array(parameter).max(1000), z.record(z.string().max(100), parameter)])

/** What is asked, by whichever door. */
export const question = z
  .strictObject({
    sql: z.string(),
    purpose: z.string().max(100).optional(),
    objective: z.string().max(100).optional(),
    parameters: parameters.optional().meta({ description: 'An array for ? and $1, an object for $name' }),
    id: z.uuid().optional().meta({ description: 'Chosen by the client, so that it can cancel' }),
  })
  .meta({ id: 'Question' })

const column = z.object({ name: z.string(), type: z.string() })
const place = z.object({ offset: z.number().int(), length: z.number().int() })

/** What a project is answered. */
export const answer = z
  .object({
    id: z.uuid(),
    columns: z.array(column),
    rows: z.array(z.array(z.unknown())),
    suppressed: z.array(z.tuple([z.number().int(), z.number().int()])),
    disclosure: z.object({
      mode: z.literal('guarded'),
      unit: z.enum(['person', 'establishment']).meta({ description: 'Who is counted' }),
      k: z.number().int(),
      cellsWithheld: z.number().int(),
      groupsWithheld: z.boolean(),
      rowsCutAt: z
        .number()
        .int()
        .optional()
        .meta({ description: 'The permit grants so many rows, and the answer had more' }),
      rules: z.array(z.string()),
      guarantee: z.string(),
      not_covered: z.array(z.string()).meta({ description: 'Names; docs/disclosure.md explains each' }),
    }),
    permit: z.string(),
    policy: z.string(),
    engine: z.string(),
    cost: z.object({ rows: z.number(), wattHours: z.number() }),
    receipt: z.object({ log: z.string(), seq: z.number().int(), leaf: z.string() }),
  })
  .meta({ id: 'Answer' })

const said = z.object({ name: z.string(), text: z.string() })

const explanation = z
  .object({
    k: z.number().int(),
    columns: z.array(
      column.extend({
        is: z.enum(['label', 'statistic', 'public', 'computed']),
        statistics: z.array(z.object({ label: z.string(), shape: z.string(), text: z.string() })),
        rules: z.array(z.string()),
        text: z.string(),
      }),
    ),
    rules: z.array(said).meta({ description: 'Every rule that may withhold something of this answer' }),
    leaves: z.array(
      z.object({
        plan: z.enum(['U', 'X', 'M']),
        groups: z.enum(['absent', 'kept']),
        tables: z.array(z.string()),
      }),
    ),
    reads: z.array(
      z.object({
        dataset: z.string(),
        table: z.string(),
        class: z.enum(['personal', 'public']),
        columns: z.array(z.string()),
      }),
    ),
    not_covered: z.array(said),
  })
  .meta({ id: 'Explanation' })

const check = z
  .object({
    decision: z.enum(['allow', 'refuse']),
    code: z.string().optional(),
    title: z.string().optional().meta({ description: 'Of a refusal: its sentence' }),
    location: place.optional(),
    hint: z.string().optional(),
    tables: z.array(z.string()),
    columns: z.array(column),
    explanation: explanation.optional().meta({ description: 'What is released or withheld, and why' }),
    accepted: z.string().optional().meta({ description: 'Of a refusal: the nearest accepted form' }),
    policy: z.string().meta({ description: 'The rules in force' }),
  })
  .meta({ id: 'Check' })

const run = z
  .object({
    id: z.string(),
    submittedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    outcome: z.enum(['running', 'released', 'refused', 'aborted']),
    code: z.string().nullable(),
    seq: z.number().int().nullable(),
    waiting: z.literal(true).optional().meta({ description: 'Its turn has not come yet' }),
  })
  .meta({ id: 'QueryRun' })

const runs = z.object({ queries: z.array(run) })

const path = '/api/v1/projects/{id}/queries'
const about = ({ id }: { id: string }) => ({ project: id })

export const queryRoutes: readonly Route[] = [
  route({
    method: 'post',
    path,
    summary:
      'Asks; the answer is JSON, CSV, Arrow, Parquet or a workbook by Accept. Closing the connection cancels',
    authorisation: { who: 'account', sees: 'question' },
    records: 'own',
    tools: true,
    rate: 'queries',
    params: project,
    body: question,
    about,
    responses: {
      200: { description: 'What may leave', schema: answer, types: Object.keys(resultTypes) },
    },
    handler: async (house, { by, params, body, request, response, signal, language }) => {
      const format = formatOf(request)
      const about = { project: params.id, format, signal, language }
      const released = await runQuery(house.query, by, { ...defined(by, body), ...about })
      sendReleased(response, released, released.receipt)
      return 'sent'
    },
  }),
  route({
    method: 'post',
    path: `${path}/check`,
    summary: 'The decision without the run',
    authorisation: { who: 'account', sees: 'question' },
    records: 'own',
    tools: true,
    rate: 'checks',
    params: project,
    body: question,
    about,
    responses: { 200: { description: 'Allowed or refused, and why', schema: check } },
    handler: async (house, { by, params, body, language }) => {
      const asked = { ...defined(by, body), project: params.id, language }
      const { hint, ...checked } = await checkQuery(house.query, by, asked)
      const policy = `sha256:${house.policy}`
      const { code } = checked
      const title = code && say(language, { key: `refusal.${code}.title` })
      const told = { ...(title && { title }), ...(hint && { hint: say(language, hint) }) }
      return { json: { ...checked, ...told, policy } }
    },
  }),
  route({
    method: 'post',
    path: `${path}/{queryId}/cancel`,
    summary: 'Stops one of one’s own running queries',
    authorisation: { who: 'account', sees: 'author' },
    records: 'own',
    tools: true,
    params: one,
    about,
    responses: {
      200: {
        description: 'It is being stopped',
        schema: z.object({ id: z.string(), cancelled: z.boolean() }),
      },
    },
    handler: async (house, { by, params }) => {
      const cancelled = await cancelQuery(house.query, by, { project: params.id, id: params.queryId })
      if (!cancelled) throw new Refusal('NOT_FOUND', { rule: 'query.not-running' })
      return { json: { id: params.queryId, cancelled } }
    },
  }),
  route({
    method: 'get',
    path,
    summary: 'One’s own queries of a project, newest first',
    authorisation: { who: 'account', sees: 'question' },
    records: 'read',
    params: project,
    about,
    responses: { 200: { description: 'Never their text', schema: runs } },
    handler: async (house, { by, params }) => ({ json: await runsOf(house, { by, params }) }),
  }),
  eventsOf({
    path,
    summary: 'One’s own queries of a project while one of them runs',
    authorisation: { who: 'account', sees: 'question' },
    params: project,
    about,
    schema: runs,
    read: runsOf,
    isOver: ({ queries }) => queries.every(({ outcome }) => outcome !== 'running'),
  }),
]

interface Asking {
  readonly by: Person
  readonly params: { readonly id: string }
}

async function runsOf(house: House, { by, params: { id } }: Asking): Promise<z.infer<typeof runs>> {
  await insistVisible(house.habilitation, by, id)
  const listed = await listQueries(house.query, by, id)
  return {
    queries: listed.map(({ submittedAt, endedAt, ...rest }) => ({
      ...rest,
      submittedAt: new Date(submittedAt).toISOString(),
      endedAt: endedAt === null ? null : new Date(endedAt).toISOString(),
    })),
  }
}

/** The members that are there: `undefined` and absent are one to zod and two to our types. */
function defined(by: Person, body: z.infer<typeof question>) {
  const { sql, objective, parameters: values, id } = body
  const purpose = purposeWithin(by, body.purpose)
  return {
    sql,
    ...(purpose === undefined ? {} : { purpose }),
    ...(objective === undefined ? {} : { objective }),
    ...(values === undefined ? {} : { parameters: values }),
    ...(id === undefined ? {} : { id }),
  }
}
