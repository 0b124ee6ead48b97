import { z } from 'zod'
import { startProcess } from './process.ts'

const routeSchema = z.union([
  z.strictObject({ kind: z.literal('direct') }),
  z.strictObject({ kind: z.literal('values'), why: z.enum(['asked', 'absent', 'different']) }),
])

/** How a reader of this machine takes Arrow files in. `crash`: the process that tried did not live to tell. */
export async function probeArrowRoute(): Promise<'direct' | 'absent' | 'different' | 'asked' | 'crash'> {
  const entry = new URL('./arrow-probe-worker.ts', import.meta.url)
  const worker = await startProcess({ entry, name: 'arrow', memoryBytes: 64 * 1024 ** 2 })
  try {
    const route = routeSchema.parse(await worker.call('route', null, { timeoutMs: 30_000 }))
    return route.kind === 'direct' ? 'direct' : route.why
  } catch {
    return 'crash'
  } finally {
    worker.kill()
    await worker.closed
  }
}
