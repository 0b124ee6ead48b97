/** A parent that is killed by a test: says when its worker is ready, and waits. */
import { startProcess } from '../../services/engine/process.ts'

const worker = await startProcess({
  entry: new URL('./hostile-worker.ts', import.meta.url),
  name: 'orphan',
  memoryBytes: 64 * 1024 * 1024,
})
process.stdout.write('ready\n')
await worker.closed
