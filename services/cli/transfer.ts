/** The line of a file on its way: bytes, rate, time left. On a terminal, and nothing anywhere else. */
import type { Progress } from './progress.ts'

const everyMs = 200
const mebibyte = 1024 ** 2

interface Told {
  readonly done: number
  readonly total: number
  /** Bytes that this run has sent, and in how long: what an earlier run sent says nothing of the line. */
  readonly sent: number
  readonly ms: number
}

/** Pure: `12,5 / 200,0 Mio · 8,1 Mio/s · 0:23`. */
export function transferLine({ done, total, sent, ms }: Told): string {
  const size = `${mebibytes(done)} / ${mebibytes(total)} Mio`
  if (sent <= 0 || ms <= 0) return size
  const perMs = sent / ms
  return `${size} · ${mebibytes(perMs * 1000)} Mio/s · ${clock((total - done) / perMs)}`
}

function mebibytes(bytes: number): string {
  return (bytes / mebibyte).toFixed(1).replace('.', ',')
}

/** ms as `1:02:03` or `0:09`. */
function clock(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

export function openTransfer(
  label: string,
  { stream, isTerminal }: { stream: NodeJS.WritableStream; isTerminal: boolean },
): Progress {
  if (!isTerminal) return { update: () => {}, end: () => {} }
  let [shownAt, first] = [0, { done: 0, at: Number.NaN }]
  return {
    update(done, total) {
      const now = performance.now()
      // After a cut the file goes back to what the node has.
      if (Number.isNaN(first.at) || done < first.done) first = { done, at: now }
      if (now - shownAt < everyMs && done < total) return
      shownAt = now
      const told = { done, total, sent: done - first.done, ms: now - first.at }
      stream.write(`\r\u001B[K${label} ${transferLine(told)}`)
    },
    end: () => void stream.write('\r\u001B[K'),
  }
}
