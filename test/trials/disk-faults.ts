/**
 * Lets the disk under a log fail at each of its calls in turn, with each error, and asks what a caller was told: nothing that was
 * acknowledged may be missing afterwards, nothing may be acknowledged after a failure, and the process must be told to end.
 */
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Receipt } from '../../services/kernel/id.ts'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import type { AuditLog } from '../../services/audit/writer.ts'
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
type Scenario = (typeof scenarios)[number]

/** What the callers of one log were told. */
interface Told {
  readonly receipts: Receipt[]
  refused: number
  /** Acknowledged although an earlier call had been refused, or the process had been told to end. */
  late: number
}

/** Two people at work over a day and a year's end, with checkpoints between. */
async function work(audit: AuditLog, test: TestHome, told: Told): Promise<void> {
  const say = async (...entry: Parameters<AuditLog['append']>) => {
    const isOver = told.refused > 0 || test.fatal.length > 0
    try {
      const receipt = await audit.append(...entry)
      told.receipts.push(receipt)
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
  readonly calls: number
  readonly hit: string | undefined
  readonly acknowledged: number
  readonly wrong: readonly string[]
}

async function one(from: string | undefined, failure?: Failure): Promise<Outcome> {
  const test = await openHome()
  if (from !== undefined) await cp(from, test.home, { recursive: true })
  const told: Told = { receipts: [], refused: 0, late: 0 }
  const wrong: string[] = []
  const disk = new FailingDisk(failure)
  const lease = { epoch: 7, lost: new Promise<void>(() => {}) }
  let isNoticed = false
  const notice = (error: unknown) => {
    isNoticed = true
    if (error instanceof Error && error.name === 'LogDamaged') wrong.push(`damage reported: ${error.message}`)
  }
  try {
    const audit = await test.open({ disk, lease }).catch(notice)
    if (audit) {
      await work(audit, test, told)
      await audit.close().catch(notice)
    }
    if (failure?.fault === 'cut') await disk.lose()
    if (told.late > 0) wrong.push(`${told.late} acknowledged after a failure`)
    if (test.fatal.some((code) => code !== 70) || test.fatal.length > 1) wrong.push(`told to end with ${test.fatal}`)
    if (told.refused > 0 && test.fatal.length === 0) wrong.push('refused without an end')
    const mustNotice = disk.hit !== undefined && failure?.fault !== 'short'
    if (mustNotice && !isNoticed && test.fatal.length === 0) wrong.push(`${disk.hit} failed and nobody noticed`)
    if (failure?.fault === 'short' && (isNoticed || told.refused > 0)) wrong.push('a short write was not continued')
    wrong.push(...(await lookAgain(test, told.receipts)))
  } finally {
    await test.remove()
  }
  return { calls: disk.calls, hit: disk.hit, acknowledged: told.receipts.length, wrong }
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
  /** Of all pairs of a call and an error, this share is tried; 1 is all of them. */
  readonly share: number
  readonly say?: (line: string) => void
}

export async function main({ seed, share, say = () => {} }: DiskOptions): Promise<DiskFigures> {
  const random = seeded(seed)
  const killed = await makeKilled()
  const homes: Readonly<Record<Scenario, string | undefined>> = { new: undefined, killed: killed.home }
  const calls: Record<string, number> = {}
  const wrong: string[] = []
  let [tried, acknowledged] = [0, 0]
  try {
    for (const scenario of scenarios) {
      const sound = await one(homes[scenario])
      wrong.push(...sound.wrong.map((what) => `${scenario} sound: ${what}`))
      for (let at = 0; at < sound.calls; at += 1) {
        for (const fault of faults) {
          if (random() >= share) continue
          const outcome = await one(homes[scenario], { at, fault })
          tried += 1
          acknowledged += outcome.acknowledged
          if (outcome.hit) calls[outcome.hit] = (calls[outcome.hit] ?? 0) + 1
          wrong.push(...outcome.wrong.map((what) => `${scenario} ${at} ${outcome.hit} ${fault}: ${what}`))
        }
        if (at % 50 === 49) say(`${scenario}: call ${at + 1} of ${sound.calls}, ${tried} tried, ${wrong.length} wrong`)
      }
    }
  } finally {
    await killed.remove()
  }
  return { seed, tried, calls, acknowledged, wrong }
}
