import type { Log } from '../kernel/log.ts'
import type { FinishWork, Format, ReleaseOptions, Releaser, Sent } from './engine.ts'
import { queryFailed } from './failure.ts'
import { Pool, startEngine } from './pool.ts'
import type { Process } from './process.ts'
import { trustRows } from './rows.ts'
import { Shares } from './shares.ts'
import { openWindow, type Window } from './window.ts'

export interface ReleaserOptions {
  readonly threads: number
  /** Memory of one process; a statement may be given less. The rows of the largest answer must fit beside it. */
  readonly memoryBytes: number
  /** An existing private folder: public files that a process is shown, and Parquet answers while they are written. */
  readonly scratch: string
  readonly log?: Log
  /** Warm processes, 2 when left out. */
  readonly processes?: number
}

interface Call<T> extends ReleaseOptions {
  /** What the process says is hostile: reads it or rejects. */
  readonly trust: (answer: unknown, maxRows: number) => T
}

const ENCODE_MS = 120_000
const ANSWER_BYTES = 512 * 1024 * 1024

/** Opens the warm processes of the release engine. Each statement has a fresh database; after a failure, a fresh process. */
export async function openReleaser(options: ReleaserOptions): Promise<Releaser> {
  const { threads, memoryBytes } = options
  const windows = new WeakMap<Process, Window>()
  /** One promise for each process: its window is gone. */
  const removals = new Set<Promise<void>>()
  const size = options.processes ?? 2
  const shares = new Shares(Math.max(1, size - 1))
  const pool = await Pool.open({ size }, async () => {
    const window = await openWindow(options.scratch)
    const process = await startReleaser(options, window).catch(async (error: unknown) => {
      await window.close()
      throw error
    })
    windows.set(process, window)
    const removal = process.closed.then(() => window.close()).finally(() => removals.delete(removal))
    removals.add(removal)
    return process
  })
  const windowOf = (process: Process): Window => {
    const window = windows.get(process)
    if (window === undefined) throw queryFailed('failed', 'window')
    return window
  }

  /** A call that runs a statement over released tables. */
  const call = <T>(
    method: 'finish' | 'send',
    { mounts, ...work }: FinishWork & { readonly format?: Format },
    { bulle, limits, signal, trust }: Call<T>,
  ): Promise<T> => {
    const { maxRows, timeoutMs } = limits
    const engineLimits = { threads, memoryBytes: Math.min(memoryBytes, limits.memoryBytes) }
    const onProcess = (process: Process) =>
      onceOnly(process, async () => {
        const window = windowOf(process)
        const params = {
          ...work,
          ...{ mounts: await window.show(mounts), scratch: window.scratch },
          ...{ maxRows, limits: engineLimits },
        }
        return trust(await process.call(method, params, { timeoutMs, signal }), maxRows)
      })
    return shares.within(bulle, signal, () => pool.use(onProcess, signal))
  }

  const file = (method: 'encode' | 'workbook', paramsIn: (window: Window) => unknown) =>
    pool.use((process) =>
      onceOnly(process, async () => {
        const answer = await process.call(method, paramsIn(windowOf(process)), { timeoutMs: ENCODE_MS })
        if (answer instanceof Uint8Array) return answer
        throw queryFailed('failed', 'answer')
      }),
    )

  return {
    finish: (work, rules) => call('finish', work, { ...rules, trust: trustRows }),
    send: (work, { format, ...rules }) => call('send', { ...work, format }, { ...rules, trust: trustSent }),
    encode: (rows, format) =>
      file('encode', ({ scratch }) => ({ rows, format, scratch, limits: { threads, memoryBytes } })),
    workbook: (rows, notes) => file('workbook', () => ({ rows, notes })),
    close: async () => {
      await pool.close()
      await Promise.all(removals)
    },
  }
}

function startReleaser({ memoryBytes, log }: ReleaserOptions, window: Window): Promise<Process> {
  return startEngine({
    entry: new URL('./release-worker.ts', import.meta.url),
    name: 'release',
    memoryBytes,
    maxAnswerBytes: ANSWER_BYTES,
    box: { read: [window.folder], scratch: window.scratch },
    ...(log && { log }),
  })
}

/** What a process says is hostile. */
function trustSent(answer: unknown, maxRows: number): Sent {
  const { bytes, rows } = Object(answer) as { readonly bytes?: unknown; readonly rows?: unknown }
  const isCount = typeof rows === 'number' && Number.isSafeInteger(rows) && rows >= 0 && rows <= maxRows
  if (!(bytes instanceof Uint8Array) || !isCount) throw queryFailed('failed', 'answer')
  return { bytes, rows }
}

/** A process in which something failed serves nobody else. */
async function onceOnly<T>(process: Process, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    process.kill('failed')
    throw error
  }
}
