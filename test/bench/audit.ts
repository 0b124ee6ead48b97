/** What evidence costs: durable appends on their full path, against one flush after the other of the same bytes. */
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AuditLog, openAudit } from '../../services/audit/writer.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { act, never, reading } from '../audit/open-log.ts'

export interface AuditLine {
  readonly name: string
  /** Durable appends per second, median of the rounds. */
  readonly value: number
  readonly unit: string
  /** Writes with one flush each per second, of the same rounds. */
  readonly reference: number
  readonly ratio: number
}

const frame = Buffer.alloc(700, 7)

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Calls `once` from `callers` loops for `ms`; gives calls per second. */
async function rate(
  callers: number,
  ms: number,
  once: (caller: number) => Promise<unknown>,
): Promise<number> {
  const begun = performance.now()
  let calls = 0
  const loop = async (caller: number) => {
    while (performance.now() - begun < ms) {
      await once(caller)
      calls += 1
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)))
  return (calls * 1000) / (performance.now() - begun)
}

function append(audit: AuditLog): (caller: number) => Promise<unknown> {
  return (caller) => audit.append(reading, act(`person-${caller}`, `P${caller % 8}`))
}

/**
 * Durable appends per second at a number of callers (schema, numbering, sealing, journal, tiles, checkpoints), against a loop
 * of write and fdatasync on the same disk; the two take turns. The ratio is the median of the rounds' ratios.
 */
export async function benchAudit(callers = 64, rounds = 5): Promise<AuditLine> {
  const home = await mkdtemp(join(tmpdir(), 'huisclos-bench-audit-'))
  const raw = await open(join(home, 'raw'), 'w')
  const lease = { epoch: 1, lost: never }
  const options = {
    home,
    clock: systemClock,
    log: silentLog,
    host: 'huisclos.demo',
    lease,
    onEntry: () => {},
  }
  const audit = await openAudit(options)
  const flush = async () => {
    await raw.write(frame)
    await raw.datasync()
  }
  try {
    const pairs: { measured: number; reference: number }[] = []
    for (let round = 0; round <= rounds; round += 1) {
      const reference = await rate(1, 1000, flush)
      const measured = await rate(callers, 1000, append(audit))
      if (round > 0) pairs.push({ measured, reference })
    }
    return {
      name: `audit.append.callers-${callers}`,
      value: median(pairs.map(({ measured }) => measured)),
      unit: '1/s',
      reference: median(pairs.map(({ reference }) => reference)),
      ratio: median(pairs.map(({ measured, reference }) => measured / reference)),
    }
  } finally {
    await audit.close()
    await raw.close()
    await rm(home, { recursive: true, force: true })
  }
}
