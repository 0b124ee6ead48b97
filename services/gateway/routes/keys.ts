/** The key of keys (KEK), for the operator: what it has wrapped, and another one. No key is ever shown. */
import { z } from 'zod'
import { type Route, route } from '../route.ts'

const status = z
  .object({
    provider: z.string().meta({ description: 'local (file or variable), or vault:MOUNT/KEY' }),
    version: z.string().nullable().meta({ description: 'Of the KEK that wraps now; null: no answer' }),
    wrapped: z.array(z.object({ provider: z.string(), version: z.string(), keys: z.number().int() })),
    rotating: z.object({ done: z.number().int(), of: z.number().int() }).nullable(),
    isStopped: z.boolean().meta({ description: 'The last rotation failed on its way: begin again' }),
    clear: z
      .enum(['memory', 'volume', 'home'])
      .meta({ description: 'Where plain files lie while they are read' }),
  })
  .meta({ id: 'KeyStatus' })

export const keyRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/keys',
    summary: 'Which KEK wraps the keys of this node, and how many each has wrapped; operator only',
    authorisation: { who: ['operator'], sees: 'none' },
    records: 'read',
    responses: { 200: { description: 'The state of the keys', schema: status } },
    handler: async ({ keys }) => ({ json: { ...(await keys.rotation.status()), clear: keys.clear.kind } }),
  }),
  route({
    method: 'post',
    path: '/api/v1/keys/rotation',
    summary:
      'Wraps every key anew by the present KEK, in the background; no sealed file changes. Operator only',
    authorisation: { who: ['operator'], sees: 'none' },
    records: 'own',
    responses: {
      202: {
        description: 'How many keys there are to wrap anew; none when all is done',
        schema: z.object({ keys: z.number().int() }),
      },
    },
    handler: async ({ keys }, { by }) => ({ json: { keys: await keys.rotation.begin(by) } }),
  }),
]
