/**
 * The ways to lose a worker in the middle of its work: the worker of a bulle in those of a statement, and one of a pool in those that
 * the house's own workers know no way into. After each the caller is told QUERY_FAILED and nothing else, and
 * the bulle answers again: how long that took is measured from the refusal on.
 */
import { join } from 'node:path'
import type { Limits, Vault } from '../../services/engine/engine.ts'
import { type FailureKind, failureOf } from '../../services/engine/failure.ts'
import { Pool } from '../../services/engine/pool.ts'
import { startProcess } from '../../services/engine/process.ts'
import type { Closable } from '../../services/kernel/id.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { busyWorkerBelow } from './descendants.ts'
import { limits, MIB, sql, temporaryFolder, writeParquet } from './fixture.ts'

const endless = 'SELECT count(*) FROM range(1000000) a(x), range(1000000) b(y) WHERE x * y % 7 = 3'

interface Loss {
  readonly statement: string
  readonly limits?: Partial<Limits>
  /** What is done to the worker while it runs. */
  readonly signal?: NodeJS.Signals
  /** What the log may say of it. */
  readonly kinds: readonly FailureKind[]
}

export const losses: Readonly<Record<string, Loss>> = {
  'a kill': { statement: endless, signal: 'SIGKILL', kinds: ['crash'] },
  'a hang': { statement: endless, signal: 'SIGSTOP', limits: { timeoutMs: 3000 }, kinds: ['deadline'] },
  'a statement without end': { statement: endless, limits: { timeoutMs: 100 }, kinds: ['deadline'] },
  'a statement that no interrupt reaches': {
    statement: `WITH ${Array.from(
      { length: 28 },
      (_, i) => `c${i + 1} AS (SELECT * FROM c${i} UNION ALL SELECT * FROM c${i})`,
    )
      .toSpliced(0, 0, 'c0 AS (SELECT 1 AS a)')
      .join(', ')} SELECT sum(a) FROM c28`,
    limits: { timeoutMs: 100 },
    // On a busy machine its plan may meet the end of the memory first.
    kinds: ['deadline', 'failed', 'memory'],
  },
  'more memory than it has': {
    statement:
      "SELECT length(repeat('x', 1500000000) || i) + length(repeat('y', 1500000000) || i) FROM range(2) r(i)",
    kinds: ['failed', 'memory', 'crash'],
  },
  'more rows than it may send': { statement: 'SELECT * FROM range(20000)', kinds: ['failed'] },
}

export interface Lost {
  /** From the refusal until both places of the bulle have answered, in ms. */
  readonly backMs: number
  /** What was not as it must be. */
  readonly faults: readonly string[]
}

/** A worker of these tests, and the call that ends it. A signal from outside does not: it is process 1 of its box. */
interface Fall {
  readonly entry: URL
  readonly method: string
  readonly params?: unknown
}

const here = (file: string) => new URL(file, import.meta.url)
export const falls: Readonly<Record<string, Fall>> = {
  'a fault of the processor': { entry: here('./hostile-worker.ts'), method: 'fault' },
  'an abort': { entry: here('./hostile-worker.ts'), method: 'abort' },
  'frames that are none': { entry: here('./forging-worker.ts'), method: 'noise instead of frames' },
  'an answer beyond its cap': { entry: here('./forging-worker.ts'), method: 'more than it may' },
}

/** A warm place for each file of a worker. */
export async function openPools(): Promise<Fallible> {
  const files = [...new Set(Object.values(falls).map(({ entry }) => entry.href))]
  const pools = new Map(
    await Promise.all(
      files.map(async (href) => {
        const options = { entry: new URL(href), name: 'lost', memoryBytes: 64 * MIB, maxAnswerBytes: 8 * MIB }
        return [href, await Pool.open({ size: 1 }, () => startProcess(options))] as const
      }),
    ),
  )
  return {
    async fall({ entry, method, params = null }) {
      const pool = pools.get(entry.href)
      if (pool === undefined) throw new TypeError('no such worker')
      const told: unknown = await pool
        .use((process) => process.call(method, params, { timeoutMs: 20_000 }))
        .catch((error: unknown) => error)
      const began = performance.now()
      const alive = await pool.use(async (process) => process.alive)
      const faults = [...faultsOf(told, ['crash']), ...(alive ? [] : ['nobody came'])]
      return { backMs: performance.now() - began, faults }
    },
    async close() {
      for (const pool of pools.values()) await pool.close()
    },
  }
}

interface Fallible extends Closable {
  fall(way: Fall): Promise<Lost>
}

export interface Bulle {
  readonly id: string
  readonly mounts: Parameters<Vault['open']>[0]['mounts']
  remove(): Promise<void>
}

export async function someBulle(): Promise<Bulle> {
  const { path, remove } = await temporaryFolder()
  const file = join(path, 'stays.parquet')
  await writeParquet(file, 'SELECT i::UINTEGER AS __pix FROM range(5000) r(i)')
  return { id: 'lost', mounts: [{ schema: 's', name: 'stays', file }], remove }
}

const small = { ...limits, memoryBytes: 64 * MIB }

/** Loses the worker once; the bulle is asked again as soon as the refusal is there. */
export async function lose(vault: Vault, bulle: Bulle, { statement, kinds, ...loss }: Loss): Promise<Lost> {
  const { signal } = new AbortController()
  const session = await vault.open(bulle, { limits: { ...small, ...loss.limits }, signal })
  const ended = new AbortController()
  const running = session
    .run(sql(statement))
    .then(
      () => 'answered',
      (error: unknown) => error,
    )
    .finally(() => ended.abort())
  if (loss.signal !== undefined) {
    const pid = await busyWorkerBelow(process.pid, ended.signal)
    if (pid !== undefined) process.kill(pid, loss.signal)
  }
  const told = await running
  const began = performance.now()
  await session.close()
  const answers = await Promise.all([count(vault, bulle), count(vault, bulle)])
  const backMs = performance.now() - began
  const others = answers.filter((rows) => rows !== 5000).map((rows) => `then told ${rows}`)
  return { backMs, faults: [...faultsOf(told, kinds), ...others] }
}

/** One of the two places of the bulle; both asked at the same time are both of them. */
async function count(vault: Vault, bulle: Bulle): Promise<unknown> {
  const { signal } = new AbortController()
  const session = await vault.open(bulle, { limits: small, signal })
  try {
    return (await session.run(sql('SELECT count(*) FROM s.stays'))).rows[0]?.[0]
  } catch (error) {
    return `${String(error)} ${failureOf(error)}`
  } finally {
    await session.close()
  }
}

function faultsOf(told: unknown, kinds: readonly FailureKind[]): readonly string[] {
  if (!(told instanceof Refusal)) return [`told ${String(told)}`]
  const kind = failureOf(told)
  return [
    ...(told.code === 'QUERY_FAILED' && Object.keys(told.facts).length === 0 ? [] : [`told ${told.code}`]),
    ...(kinds.includes(kind) ? [] : [`ended by ${kind}`]),
  ]
}
