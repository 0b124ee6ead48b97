/**
 * Child processes that the house can lose: everything that touches a SQL engine or reads foreign bytes runs in one of these.
 *
 * The child is in a box where this machine has one (box/sandbox.ts). It has an empty environment but for TZ, no arguments of
 * ours, three pipes and nothing else. It ends when the pipe from its parent closes, so a parent that is killed leaves nobody behind.
 */
import type { Box } from './box/box.ts'
import { launchBare, launchBoxed } from './box/launch.ts'
import { machineSandbox } from './box/sandbox.ts'
import { queryFailed } from './failure.ts'
import { attach, bytesOf, type Process, type WorkerOptions } from './worker.ts'

export type { Process } from './worker.ts'

export interface ProcessOptions extends WorkerOptions {
  /** The worker's file; it calls `serve` of serve.ts. */
  readonly entry: URL
  /** What it may see of the disk; nothing when left out. */
  readonly box?: Box
}

/**
 * Starts a worker and waits until it is ready. Rejects with QUERY_FAILED when it does not come up in time.
 *
 * A worker file holds `serve({ methods: { name: handler } })` of serve.ts and lives beside the code that starts it:
 * `startProcess({ entry: new URL('./seal-worker.ts', import.meta.url), … })`.
 */
export async function startProcess({ entry, box = {}, ...options }: ProcessOptions): Promise<Process> {
  const sandbox = await machineSandbox()
  if (sandbox.kind !== 'bubblewrap') return attach(launchBare({ entry }), options)
  const wanted = { entry, box, ...bytesOf(options.memoryBytes), groups: sandbox.groups }
  const launched = await launchBoxed(wanted).catch((error: unknown) => {
    const cause = error instanceof Error ? error.name : 'unknown'
    options.log?.warn('a worker could not be started', { worker: options.name, cause })
    throw queryFailed('crash', 'did not start')
  })
  return attach(launched, options)
}
