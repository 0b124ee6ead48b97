/** What the operator is told of workers: each start, and each end by its cause. */
import { expect, test } from '@jest/globals'
import { startProcess } from '../../services/engine/process.ts'
import { type WorkerCount, workerCounts } from '../../services/engine/worker-counts.ts'

const entry = new URL('../../services/engine/arrow-probe-worker.ts', import.meta.url)
const countOf = (worker: string): WorkerCount | undefined =>
  workerCounts().find((one) => one.worker === worker)

test('a worker is counted when it starts and once when it ends, whatever else is asked of it then', async () => {
  const before = countOf('counted')
  expect(before).toBeUndefined()
  const worker = await startProcess({ entry, name: 'counted', memoryBytes: 64 * 1024 ** 2 })
  expect(countOf('counted')).toEqual({ worker: 'counted', started: 1, ended: {} })
  worker.kill('memory')
  worker.kill()
  await worker.closed
  expect(countOf('counted')).toEqual({ worker: 'counted', started: 1, ended: { memory: 1 } })
})
