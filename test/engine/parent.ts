/** A parent that is killed by a test: prints the id of its worker and waits. */
import { startProcess } from '../../services/engine/process.ts'

const worker = await startProcess({
  entry: new URL('./hostile-worker.ts', import.meta.url),
  name: 'orphan',
  memoryBytes: 64 * 1024 * 1024,
})
const facts = (await worker.call('environment', null, { timeoutMs: 10_000 })) as { pid: number }
process.stdout.write(`${facts.pid}\n`)
await worker.closed
