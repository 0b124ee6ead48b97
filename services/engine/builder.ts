import { z } from 'zod'
import type { Log } from '../kernel/log.ts'
import { type Builder, filesOf } from './engine.ts'
import { queryFailed } from './failure.ts'
import { startEngine } from './pool.ts'

export interface BuilderOptions {
  readonly threads: number
  readonly log?: Log
}

const built = z.strictObject({
  columns: z.array(z.strictObject({ name: z.string(), type: z.string() })),
  isUnique: z.boolean(),
})

/** Each build has a process of its own: what it could write to is gone with it. */
export function openBuilder({ threads, log }: BuilderOptions): Builder {
  return {
    async build(order, { limits: { memoryBytes, timeoutMs }, signal }) {
      const process = await startEngine({
        entry: new URL('./builder-worker.ts', import.meta.url),
        name: 'builder',
        memoryBytes,
        startMs: timeoutMs,
        box: { read: filesOf(order.mounts), write: [order.folder] },
        ...(log && { log }),
      })
      try {
        const params = { ...order, limits: { threads, memoryBytes } }
        const answer = built.safeParse(await process.call('build', params, { timeoutMs, signal }))
        if (!answer.success) throw queryFailed('failed', 'answer')
        return answer.data
      } finally {
        // Nothing writes to the folder any more when this returns.
        process.kill()
        await process.closed
      }
    },
  }
}
