/** How slowly a request may arrive: a time for ordinary ones, a pace for files (security.md 10). */
import type { Request } from 'express'
import { Refusal } from '../kernel/refusal.ts'
import type { LimitSettings } from './limit-settings.ts'

const timers = new WeakMap<Request, NodeJS.Timeout>()

/** What announces a body, in HTTP/1.1. */
export function hasBody(request: Request): boolean {
  return Number(request.get('content-length') ?? 0) > 0 || request.get('transfer-encoding') !== undefined
}

/** Who has not sent its request when the time is over is told so by `onLate`, unless a file has taken it over. */
export function insistArrival(request: Request, seconds: number, onLate: () => void): void {
  if (request.complete || !hasBody(request)) return
  const timer = setTimeout(() => {
    timers.delete(request)
    if (!request.complete) onLate()
  }, seconds * 1000)
  timers.set(request, timer)
  const { socket } = request
  const forget = () => {
    clearTimeout(timer)
    socket.off('close', forget)
  }
  request.once('end', forget).once('close', forget)
  // A request that was answered before it had come hears nothing of the end of its connection.
  socket.once('close', forget)
}

/**
 * The refusal of what takes too long to arrive. Sent again the same way it would fail again: 413, which no client repeats by
 * itself.
 */
export function lateRefusal(rule: 'body.pace' | 'deposit.pace'): Refusal {
  const key = rule === 'body.pace' ? 'hint.late' : 'hint.lateFile'
  return new Refusal('TOO_LARGE', { rule, fact: { key: 'fact.late' }, hint: { key } })
}

/**
 * The chunks of a file. Once the time of an ordinary request has been spent on waiting for it, the bytes so far must make the
 * pace, averaged from the first moment on: a line that falters for a while is forgiven, and our own disk is nobody's fault.
 * TOO_LARGE otherwise, after a minute or two and not after half an hour. A file sent in pieces ends there with what has
 * arrived, and goes on.
 */
export async function* paced(request: Request, limits: Pace): AsyncGenerator<Uint8Array> {
  clearTimeout(timers.get(request))
  const chunks = request.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]()
  let [bytes, waited] = [0, 0]
  try {
    for (;;) {
      const from = performance.now()
      const next = await within(chunks.next(), graceMs(limits, bytes) - waited)
      waited += performance.now() - from
      if (next === 'late') throw lateFile(request)
      if (next.done) return
      bytes += next.value.byteLength
      yield next.value
    }
  } finally {
    insistArrival(request, limits.requestSeconds, () => request.destroy())
  }
}

type Pace = Pick<LimitSettings, 'requestSeconds' | 'fileKiBPerSecond'>

/** How long one may have waited for so many bytes. */
function graceMs({ requestSeconds, fileKiBPerSecond }: Pace, bytes: number): number {
  if (fileKiBPerSecond === 0) return Number.POSITIVE_INFINITY
  return (requestSeconds + bytes / 1024 / fileKiBPerSecond) * 1000
}

/** What still comes is not waited for: the connection ends with the answer. */
function lateFile(request: Request): Refusal {
  request.res?.set('Connection', 'close')
  return lateRefusal('deposit.pace')
}

async function within<T>(work: Promise<T>, ms: number): Promise<T | 'late'> {
  // No pace is asked for, or none that a timer can measure.
  if (ms > 2 ** 31 - 1) return work
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), Math.max(ms, 0))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
