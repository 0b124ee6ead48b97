/** SQL on the synthetic twin of a dataset, before any permit. */
import { z } from 'zod'
import { Refusal } from '../../kernel/refusal.ts'
import { queryTwin } from '../../query/on-twin.ts'
import { type Route, route } from '../route.ts'
import { answer, question } from './queries.ts'

const params = z.strictObject({ name: z.string().max(100) })

const twinAnswer = z
  .object({
    synthetic: z.literal(true).meta({ description: 'Every row that was asked is invented' }),
    dataset: z.string(),
    ...answer.pick({ columns: true, rows: true, suppressed: true, disclosure: true, engine: true }).shape,
  })
  .meta({ id: 'TwinAnswer' })

export const twinRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/api/v1/datasets/{name}/twin/queries',
    summary: 'Asks the synthetic twin of a dataset: no project, no permit, the same refusals',
    authorisation: { who: 'account', sees: 'house' },
    records: 'read',
    params,
    body: question.pick({ sql: true, parameters: true }),
    about: ({ name }) => ({ dataset: name }),
    responses: { 200: { description: 'What would leave if the rows were real', schema: twinAnswer } },
    handler: async (house, { by, params: { name }, body, language, signal }) => {
      const dataset = await house.catalogue.find(name)
      if (dataset === null || dataset.descriptor.kind !== 'personal') throw new Refusal('NOT_FOUND')
      const { sql, parameters } = body
      const asked = { descriptor: dataset.descriptor, sql, language, signal }
      const needs = { ...house.query, twins: house.twins, turns: house.twinTurns }
      return { json: await queryTwin(needs, by, { ...asked, ...(parameters ? { parameters } : {}) }) }
    },
  }),
]
