/** Sets the clock of a log by up to a year, forwards and back, between entries: time in the log never goes back, no year is mixed up. */
import { join } from 'node:path'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import { openHome, reading } from '../audit/open-log.ts'
import { seeded } from '../audit/seeded.ts'

export interface ClockFigures {
  readonly seed: number
  readonly jumps: number
  readonly shards: number
  readonly wrong: readonly string[]
}

const minute = 60_000
const year = 365 * 24 * 60 * minute

/** A clock that runs as `tick` says and is set as `jump` says. */
function brokenClock() {
  let [now, elapsed] = [Date.parse('2026-12-30T12:00:00Z'), 0]
  return {
    now: () => now,
    elapsed: () => elapsed,
    tick: (ms: number) => {
      now += ms
      elapsed += ms
    },
    jump: (ms: number) => {
      now += ms
    },
  }
}

const sizes = [4 * minute, 6 * minute, 25 * 60 * minute, year]

export async function main({ seed, jumps }: { seed: number; jumps: number }): Promise<ClockFigures> {
  const random = seeded(seed)
  const test = await openHome()
  const clock = brokenClock()
  const wrong: string[] = []
  const raised = () => test.indexed.filter(({ body }) => body.type === 'anomaly.raised').length
  const isBehind = () => clock.now() < Date.parse(test.indexed.at(-1)?.ts ?? '') - 5 * minute
  let audit = await test.open({ clock })
  const insist = async (at: string, expected: number) => {
    const before = raised()
    await Promise.all([audit.append(reading, {}), audit.append(reading, {})])
    if (raised() - before !== expected) wrong.push(`${at}: ${raised() - before} anomalies, not ${expected}`)
  }
  for (let at = 0; at < jumps; at += 1) {
    clock.tick(random() * minute)
    await insist(`${at} while time passes`, 0)
    const size = sizes[at % sizes.length] ?? 0
    clock.jump(random() < 0.5 ? size : -size)
    await insist(`${at} after a jump of ${size} ms`, size > 5 * minute ? 1 : 0)
    if (random() >= 0.1) continue
    await audit.close()
    audit = await test.open({ clock })
    await insist(`${at} after a start`, isBehind() ? 1 : 0)
  }
  const { shards } = audit
  await audit.close()
  wrong.push(...outOfOrder(test.indexed))
  const verdict = await verifyLog({ dir: join(test.home, 'audit') })
  if (verdict.status !== 'intact') wrong.push(verdict.message)
  await test.remove()
  return { seed, jumps, shards: shards.length, wrong }
}

/** Times and years only grow; the numbers of a year begin at 0 and leave none out. */
function outOfOrder(entries: readonly { shard: string; seq: number; ts: string }[]): string[] {
  const wrong: string[] = []
  let before = { shard: '', seq: -1, ts: '' }
  for (const { shard, seq, ts } of entries) {
    const isNext = shard === before.shard ? seq === before.seq + 1 : shard > before.shard && seq === 0
    if (!isNext || ts < before.ts)
      wrong.push(`${shard} ${seq} ${ts} follows ${before.shard} ${before.seq} ${before.ts}`)
    before = { shard, seq, ts }
  }
  return wrong
}
