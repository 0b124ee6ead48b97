/** The process that seals and that lets persons leave: one for each order. */
import type { Box } from '../engine/box/box.ts'
import { failureOf } from '../engine/failure.ts'
import { startProcess } from '../engine/process.ts'
import type { Log } from '../kernel/log.ts'
import type { Told } from './progress.ts'

export interface SealingProcess {
  readonly log: Log
  /** Aborted at the end of the house. */
  readonly signal: AbortController
  /** Told now and then how far an order is. */
  readonly told?: (told: Told) => void
}

interface Ordered {
  readonly method: 'seal' | 'leave'
  readonly order: { readonly memoryBytes: number }
  /** What the process may open. */
  readonly box: Box
}

const sealMs = 3_600_000

/** What the process answers. It may die of something else than its work: the order is then given a second time. */
export async function orderSealing(sealer: SealingProcess, ordered: Ordered): Promise<unknown> {
  try {
    return await orderOnce(sealer, ordered)
  } catch (error) {
    if (sealer.signal.signal.aborted || failureOf(error) !== 'crash') throw error
    return orderOnce(sealer, ordered)
  }
}

async function orderOnce(
  { log, signal: { signal }, told }: SealingProcess,
  { method, order, box }: Ordered,
): Promise<unknown> {
  const process = await startProcess({
    entry: new URL('./seal-worker.ts', import.meta.url),
    name: 'seal',
    memoryBytes: order.memoryBytes,
    box,
    log,
  })
  try {
    const options = { timeoutMs: sealMs, signal, ...(told && { onProgress: told }) }
    return await process.call(method, order, options)
  } finally {
    process.kill()
    await process.closed
  }
}
