/** Kills a real node while deposits arrive, are checked and published, and while bulles are built; looks at what the next start finds. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import { seeded } from '../audit/seeded.ts'
import { deposit } from '../contract/study.ts'
import { type System, startSystem } from '../contract/system.ts'
import { faultsAfterRest, faultsAfterStart } from './deposit-judge.ts'
import {
  callerOf,
  type DepositTold,
  depositAll,
  grantAll,
  type Told,
  tables as tablesOf,
} from './deposit-life.ts'

export interface DepositKillsOptions {
  readonly seed: number
  readonly kills: number
  /** Rows of the larger table: a longer check has more moments. */
  readonly rows?: number
  /** Share of the lives that build a bulle. */
  readonly bulles?: number
  readonly say?: (line: string) => void
}

export interface DepositKillsFigures {
  readonly seed: number
  readonly kills: number
  /** How far the node was when it was killed, and how often. */
  readonly moments: Readonly<Record<string, number>>
  readonly versions: number
  readonly faults: readonly string[]
}

export async function main(options: DepositKillsOptions): Promise<DepositKillsFigures> {
  const { seed, kills, rows = 20_000, bulles = 0.25, say = () => {} } = options
  const random = seeded(seed)
  const home = await mkdtemp(join(tmpdir(), 'huisclos-kills-'))
  const told: DepositTold[] = []
  const faults: string[] = []
  const moments: Record<string, number> = {}
  let system = await startSystem({ home })
  try {
    await deposit(system)
    // One life that nobody cuts says how long the others may be.
    const lengths = {
      deposit: await timed(system, depositing(told, rows)),
      bulle: await timed(system, { kind: 'bulle' }),
    }
    for (let life = 1; life <= kills; life += 1) {
      const one: Told = random() < bulles ? { kind: 'bulle' } : depositing(told, rows)
      const running = live(system, one).catch(() => 'cut')
      await Promise.race([running, wait(random() * lengths[one.kind] * 1.1)])
      await system.stop('SIGKILL')
      await running
      const moment = momentOf(one)
      moments[moment] = (moments[moment] ?? 0) + 1
      const verdict = await verifyLog({ dir: join(home, 'audit') })
      if (verdict.status !== 'intact') faults.push(`kill ${life}: ${verdict.message}`)
      system = await startSystem({ home })
      const judged = { call: callerOf(system), system, told }
      const found = [...(await faultsAfterStart(judged)), ...(await faultsAfterRest(judged))]
      faults.push(...found.map((what) => `kill ${life}, ${moment}: ${what}`))
      if (life % 10 === 0 || found.length > 0) say(`${life} of ${kills} kills, ${faults.length} faults`)
    }
    const { json } = await callerOf(system)('GET', '/api/v1/datasets/visits-demo', { as: 'rouen' })
    return { seed, kills, moments, versions: json.version, faults }
  } finally {
    await system.stop()
    await rm(home, { recursive: true, force: true })
  }
}

function depositing(told: DepositTold[], rows: number): DepositTold {
  const one: DepositTold = {
    kind: 'deposit',
    ...tablesOf(told.length + 1, rows),
    received: new Map(),
    offset: 0,
    isSubmitted: false,
  }
  told.push(one)
  return one
}

function live(system: System, told: Told): Promise<void> {
  const call = callerOf(system)
  return told.kind === 'deposit' ? depositAll(call, told) : grantAll(call, told)
}

async function timed(system: System, told: Told): Promise<number> {
  const from = performance.now()
  await live(system, told)
  return performance.now() - from
}

function momentOf(told: Told): string {
  if (told.kind === 'bulle') return told.project === undefined ? 'request' : 'bulle'
  if (told.version !== undefined) return 'version'
  if (told.isSubmitted) return 'checking'
  return told.upload === undefined ? 'receiving' : 'pieces'
}
