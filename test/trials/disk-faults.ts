/**
 * Lets the disk under a log fail at each of its calls in turn, with each error, and asks what a caller was told: nothing that was
 * acknowledged may be missing afterwards, nothing may be acknowledged after a failure, and the process must be told to end.
 */
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import type { AuditLog } from '../../services/audit/writer.ts'
import type { Receipt } from '../../services/kernel/id.ts'
import { act, fillLog, intent, openHome, reading, release, type TestHome } from '../audit/open-log.ts'
import { seeded } from '../audit/seeded.ts'
import { FailingDisk, type Failure, faults } from './failing-disk.ts'

export interface DiskFigures {
  readonly seed: number
  readonly tried: number
  /** How often each kind of call failed. */
  readonly calls: Readonly<Record<string, number>>
  readonly acknowledged: number
  /** `<scenario> <number of the call> <error>: <what went wrong>`. */
  readonly wrong: readonly string[]
}

const scenarios = ['new', 'killed'] as const
/** So many lives go on side by side: each waits for the disk most of the time. */
const side = 4
type Scenario = (typeof scenarios)[number]

/** What the callers of one log were told. */
interface Told {
  readonly receipts: Receipt[]
  refused: number
  /** Acknowledged although an earlier call had been refused, or the process had been told to end. */
  late: number
}

/** Two people at work over a day and a year's end, with checkpoints between. */
async function work(audit: AuditLog, { test, disk, told }: Run): Promise<void> {
  const say = async (...entry: Parameters<AuditLog['append']>) => {
    const isOver = told.refused > 0 || test.fatal.length > 0
    try {
      const receipt = await audit.append(...entry)
      told.receipts.push(receipt)
      disk.answered()
      if (isOver) told.late += 1
      return receipt.seq
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'UNAVAILABLE')) throw error
      told.refused += 1
      return undefined
    }
  }
  for (const now of ['2026-03-01T10:00:00Z', '2026-03-02T10:00:00Z', '2027-01-01T00:00:00Z']) {
    test.clock.set(now)
    const of = await say(intent(now), act('alice', 'P1'))
    await Promise.all([say(reading, act('paul', 'P2')), say(reading, {})])
    await audit.checkpoint().catch(() => undefined)
    if (of !== undefined) await say(release(now, of), act('alice', 'P1'))
  }
}

/** A log that was killed with entries in its journal, after a first signed part. */
async function makeKilled(): Promise<{ home: string; remove: () => Promise<void> }> {
  const test = await openHome()
  const audit = await test.open()
  await fillLog(audit, 90)
  await audit.checkpoint()
  await fillLog(audit, 2)
  const killed = `${test.home}-killed`
  await cp(test.home, killed, { recursive: true })
  await audit.close()
  await test.remove()
  return { home: killed, remove: () => rm(killed, { recursive: true, force: true }) }
}

interface Outcome {
  readonly calls: readonly string[]
  readonly hit: string | undefined
  readonly acknowledged: number
  readonly wrong: readonly string[]
}

interface Run {
  readonly test: TestHome
  readonly disk: FailingDisk
  readonly told: Told
  /** What opening and closing rejected with. */
  readonly errors: unknown[]
}

/** One life of a log on a disk that fails as it is told, then a look at what is left of it on a sound one. */
async function one(from: string | undefined, failure?: Failure): Promise<Outcome> {
  const test = await openHome()
  if (from !== undefined) await cp(from, test.home, { recursive: true })
  const told: Told = { receipts: [], refused: 0, late: 0 }
  const run: Run = { test, told, disk: new FailingDisk(failure), errors: [] }
  try {
    await live(run)
    if (failure?.fault === 'cut' || failure?.fault === 'short') await run.disk.lose()
    const wrong = [...judge(run), ...(await lookAgain(test, told.receipts))]
    const { calls, hit } = run.disk
    return { calls, hit, acknowledged: told.receipts.length, wrong }
  } finally {
    await test.remove()
  }
}

async function live(run: Run): Promise<void> {
  const { test, disk, errors } = run
  const lease = { epoch: 7, lost: new Promise<void>(() => {}) }
  try {
    const audit = await test.open({ disk, lease })
    await work(audit, run)
    await audit.close()
  } catch (error) {
    errors.push(error)
  }
}

/** What callers and process were told, held against what happened to the disk. */
function judge({ test: { fatal }, disk: { hit, isFailed }, told, errors }: Run): string[] {
  const isNoticed = errors.length > 0 || fatal.length > 0
  const isDamage = errors.some((error) => error instanceof Error && error.name === 'LogDamaged')
  const faults: readonly [boolean, string][] = [
    [told.late > 0, `${told.late} acknowledged after a failure`],
    [fatal.length > 1 || fatal.some((code) => code !== 70), `told to end with ${fatal}`],
    [told.refused > 0 && fatal.length === 0, 'refused, and nobody is told to end'],
    [isFailed && !isNoticed, `${hit} failed and nobody noticed`],
    [!isFailed && (isNoticed || told.refused > 0), 'stopped without a failure'],
    [isDamage, 'an error of the disk is called damage'],
  ]
  return faults.filter(([isWrong]) => isWrong).map(([, what]) => what)
}

/** The log on a sound disk: it opens, holds all that was acknowledged, takes more, and verifies. */
async function lookAgain(test: TestHome, receipts: readonly Receipt[]): Promise<string[]> {
  const wrong: string[] = []
  const lease = { epoch: 8, lost: new Promise<void>(() => {}) }
  try {
    const audit = await test.open({ lease })
    for (const { log, seq, leaf } of receipts) {
      const found = await audit.entry(seq, log.slice(-4)).catch(() => null)
      if (found?.leaf !== leaf) wrong.push(`${log.slice(-4)} ${seq} is lost`)
    }
    await audit.append(reading, {})
    await audit.close()
  } catch (error) {
    wrong.push(`does not open again: ${error instanceof Error ? error.message : error}`)
  }
  const verdict = await verifyLog({ dir: join(test.home, 'audit') })
  if (verdict.status !== 'intact') wrong.push(verdict.message)
  return wrong
}

export interface DiskOptions {
  readonly seed: number
  /** Of all pairs of a call and an error this share is tried, and of each kind of pair one at least; 1 is all of them. */
  readonly share: number
  /** Nothing more is tried once something went wrong. */
  readonly isEndedByFirst?: boolean
  readonly say?: (line: string) => void
}

/** What a failure has in common with others: what is asked for, and whether it fails, is cut off or takes half. */
function kindOf(call: string, { fault }: Failure): string {
  return `${call} ${fault === 'short' || fault === 'cut' ? fault : 'error'}`
}

/** A start reads much, and is soon over when it fails: more of its calls are tried. */
function readsShare(share: number): number {
  return Math.min(1, share * 10)
}

/** A share of the pairs of a call and an error, and one of each kind at least; the seed fixes which. Only a write can be short. */
function failuresOf(calls: readonly string[], share: number, random: () => number): readonly Failure[] {
  const kinds = new Map<string, { readonly failure: Failure; readonly rank: number }[]>()
  for (const [at, call] of calls.entries()) {
    for (const fault of faults) {
      if (fault === 'short' && call !== 'write') continue
      const failure = { at, fault }
      const kind = kinds.get(kindOf(call, failure)) ?? []
      kind.push({ failure, rank: random() })
      kinds.set(kindOf(call, failure), kind)
    }
  }
  return [...kinds].flatMap(([name, kind]) =>
    kind
      .sort((one, other) => one.rank - other.rank)
      .slice(0, Math.ceil(kind.length * (name === 'readFile error' ? readsShare(share) : share)))
      .map(({ failure }) => failure),
  )
}

export async function main({
  seed,
  share,
  isEndedByFirst = false,
  say = () => {},
}: DiskOptions): Promise<DiskFigures> {
  const random = seeded(seed)
  const killed = await makeKilled()
  const homes: Readonly<Record<Scenario, string | undefined>> = { new: undefined, killed: killed.home }
  const calls: Record<string, number> = {}
  const wrong: string[] = []
  let [tried, acknowledged] = [0, 0]
  const attempt = async (scenario: Scenario, failure: Failure): Promise<void> => {
    if (isEndedByFirst && wrong.length > 0) return
    const { hit = 'none', ...outcome } = await one(homes[scenario], failure)
    tried += 1
    acknowledged += outcome.acknowledged
    calls[hit] = (calls[hit] ?? 0) + 1
    const { at, fault } = failure
    wrong.push(...outcome.wrong.map((what) => `${scenario} ${at} ${hit} ${fault}: ${what}`))
    if (tried % 100 === 0) say(`${scenario}: ${tried} tried, ${wrong.length} wrong`)
  }
  try {
    for (const scenario of scenarios) {
      const sound = await one(homes[scenario])
      wrong.push(...sound.wrong.map((what) => `${scenario} sound: ${what}`))
      const waiting = [...failuresOf(sound.calls, share, random)]
      const lives = async () => {
        for (let next = waiting.shift(); next; next = waiting.shift()) await attempt(scenario, next)
      }
      await Promise.all(Array.from({ length: side }, lives))
    }
  } finally {
    await killed.remove()
  }
  return { seed, tried, calls, acknowledged, wrong }
}
