/** The slow cells of the table of failures as they are: ten seconds, the limits of a node as shipped, real time. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { silentLog } from '../../services/kernel/log.ts'
import { startEmbedded } from '../../services/store/embedded.ts'
import type { Condition, Observed } from '../failures/cell.ts'
import { flakyDisk } from '../failures/flaky-disk.ts'
import { sufferLoss } from '../failures/loss.ts'
import { signalFamily } from '../failures/processes.ts'
import { openProxy } from '../failures/proxy.ts'
import { cellOf } from '../failures/table.ts'
import { openWorld, type World } from '../failures/world.ts'

export interface FailureFigures {
  readonly faults: readonly string[]
  /** Ms that the slowest caller of each cell waited. */
  readonly slowestMs: Readonly<Record<string, number>>
}

const tenSeconds = 10_000
/** Of a query of the demo. */
const queryMs = 30_000

interface Judged {
  readonly name: string
  readonly seen: Observed
  readonly expected: Observed
  /** What the slowest waited, and what nobody may wait for longer. */
  readonly ms: number
  readonly mostMs: number
}

/** `isStub` is the control: the dependency is well whatever is done to it, and every cell of it must be a fault. */
export async function main(say: (line: string) => void, isStub = false): Promise<FailureFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-failures-trial-'))
  const server = await startEmbedded({ home: folder, log: silentLog, durable: false })
  const proxy = await openProxy(server.url)
  const disk = flakyDisk()
  const world = await openWorld({ databaseUrl: proxy.url, storage: disk })
  const faults: string[] = []
  const slowestMs: Record<string, number> = {}
  const judge = ({ name, seen, expected, ms, mostMs }: Judged) => {
    slowestMs[name] = Math.round(ms)
    if (!isDeepStrictEqual(seen, expected)) faults.push(`${name}: ${JSON.stringify(seen)}`)
    if (ms > mostMs) faults.push(`${name}: somebody waited ${Math.round(ms)} ms`)
    say(`${name}: ${JSON.stringify(seen)} ${Math.round(ms)} ms`)
  }
  const pid = Number(
    (await readFile(join(folder, 'postgres', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0],
  )
  const illnesses: readonly (readonly [string, Condition, () => void, () => void])[] = [
    ['late', 'slow', () => proxy.answers({ late: tenSeconds }), () => proxy.answers('well')],
    ['frozen', 'slow', () => signalFamily(pid, 'SIGSTOP'), () => signalFamily(pid, 'SIGCONT')],
    ['nonsense', 'garbage', () => proxy.answers('garbage'), () => proxy.answers('well')],
    ['gone', 'down', () => void proxy.down(), () => void proxy.up()],
  ]
  try {
    for (const [name, condition, hurt, mend] of illnesses) {
      const { observed, slowestMs: ms } = await sufferLoss(
        world,
        async () => (isStub ? undefined : hurt()),
        async () => mend(),
      )
      const { expected } = cellOf('database', condition)
      judge({ name: `database ${name}`, seen: observed, expected, ms, mostMs: tenSeconds })
    }
    judge(await lateDisk(world, disk))
    judge(await fullDisk(world, disk, isStub))
    return { faults, slowestMs }
  } finally {
    await world.close()
    await proxy.close()
    await server.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Two flushes stand between a question and its answer: it waits for both. */
async function lateDisk(world: World, disk: ReturnType<typeof flakyDisk>): Promise<Judged> {
  disk.lateMs = tenSeconds / 2
  const from = performance.now()
  const { status, json } = await world.ask()
  const ms = performance.now() - from
  disk.lateMs = 0
  const isBack = (await world.ask()).status === 200
  const seen = { status, code: json.code ?? null, exit: null, isBack }
  return { name: 'disk late', seen, expected: cellOf('disk', 'slow').expected, ms, mostMs: queryMs }
}

/** The room is looked at every second: from then on each call is told within one (security.md 14.2). */
async function fullDisk(world: World, disk: ReturnType<typeof flakyDisk>, isStub: boolean): Promise<Judged> {
  disk.isFull = !isStub
  await pause(2000)
  const from = performance.now()
  const { status, json } = await world.ask()
  const ms = performance.now() - from
  disk.isFull = false
  const isBack = (await world.ask()).status === 200
  const seen = { status, code: json.code ?? null, exit: null, isBack }
  return { name: 'disk full', seen, expected: cellOf('disk', 'down').expected, ms, mostMs: 1000 }
}
