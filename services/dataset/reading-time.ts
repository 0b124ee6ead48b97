/** How long one call to the process that reads a deposit may take (security.md 9). Pure. */
import type { ReceivedFile } from './deposit-register.ts'

const gib = 1024 ** 3
/** For the start of the engine and for small files on a busy machine. */
const floorMs = 300_000
const msPerGib = 60_000
/** What a packed or columnar file may become is not known before it is read. */
const packedFactor = 10

/** Five minutes, and one more for each GiB of the files; a packed byte counts as ten. */
export function readingMs(files: readonly Pick<ReceivedFile, 'bytes' | 'media'>[]): number {
  const bytes = files.reduce(
    (sum, { bytes: own, media }) =>
      sum + own * (media.packing !== null || media.kind === 'parquet' ? packedFactor : 1),
    0,
  )
  return floorMs + Math.ceil((bytes / gib) * msPerGib)
}
