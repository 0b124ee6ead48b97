/** What everybody may read of the node itself: health and figures. */
import { z } from 'zod'
import type { House } from '../house.ts'
import { progressOf } from '../readiness.ts'
import { openRoute, type Route } from '../route.ts'

const progress = z.object({
  ready: z.boolean(),
  steps: z.array(z.object({ name: z.string(), state: z.string(), ms: z.number().optional() })),
  space: z
    .object({
      state: z.enum(['ample', 'low', 'full']),
      freeBytes: z.number().int(),
      floorBytes: z.number().int(),
    })
    .optional()
    .meta({ description: 'Room for the log: full means that nothing runs; absent until the log is open' }),
  witnesses: z
    .object({
      quorum: z.number().int(),
      cosignedAt: z.string().nullable(),
      isStale: z.boolean(),
      witnesses: z.array(z.object({ name: z.string(), state: z.string() })),
    })
    .optional()
    .meta({ description: 'Who cosigns the log; absent when nobody is asked' }),
})

/** Never a reason to be unready: witnesses hold up no answer. */
function witnessesOf(witnessing: House['witnessing']) {
  const status = witnessing?.status()
  if (!status || status.quorum === 0) return {}
  const cosignedAt = status.cosignedAt === null ? null : new Date(status.cosignedAt).toISOString()
  return { witnesses: { ...status, cosignedAt } }
}

const health = z.object({
  status: z.enum(['ok', 'degraded']),
  lacks: z.array(z.literal('sandbox')).optional(),
  workerGroups: z.boolean().meta({
    description: 'Each worker has a control group of its own; false: the limits of its process hold alone',
  }),
})

export const publicRoutes: readonly Route[] = [
  openRoute({
    method: 'get',
    path: '/healthz',
    rate: 'none',
    summary: 'The process answers',
    responses: {
      200: {
        description: 'Alive; degraded: a demonstration whose workers run without a sandbox',
        schema: health,
      },
    },
    handler: async ({ isBoxed, hasGroups: workerGroups }) => ({
      json: isBoxed
        ? { status: 'ok', workerGroups }
        : { status: 'degraded', lacks: ['sandbox'], workerGroups },
    }),
  }),
  openRoute({
    method: 'get',
    path: '/readyz',
    rate: 'none',
    summary: 'Whether everything is open; 503 with the progress until then',
    responses: {
      200: { description: 'Ready', schema: progress },
      503: { description: 'Not ready', schema: progress },
    },
    handler: async (house) => ({
      status: house.readiness.ready && house.audit.space.state !== 'full' ? 200 : 503,
      json: {
        ...progressOf(house.readiness),
        space: house.audit.space,
        ...witnessesOf(house.witnessing),
      },
    }),
  }),
  openRoute({
    method: 'get',
    path: '/metrics',
    rate: 'none',
    summary: 'Figures in the text form of Prometheus',
    responses: { 200: { description: 'Figures', types: ['text/plain'] } },
    handler: async (house) => ({
      type: 'text/plain; version=0.0.4; charset=utf-8',
      content: await house.metrics.text(),
    }),
  }),
]
