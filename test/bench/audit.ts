/** What evidence costs: durable appends, against one flush after the other of the same bytes; verification of a whole log. */
import { hash } from 'node:crypto'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import { type AuditLog, openAudit } from '../../services/audit/writer.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { act, by, intent, never, reading, release } from '../audit/open-log.ts'

export interface AuditLine {
  readonly name: string
  /** Durable appends per second, median of the rounds; or seconds of one verification. */
  readonly value: number
  readonly unit: string
  /** Writes with one flush each per second, of the same rounds; or seconds of hashing alone. */
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

function optionsOf(home: string): Parameters<typeof openAudit>[0] {
  const lease = { epoch: 1, lost: never }
  return { home, clock: systemClock, log: silentLog, host: 'huisclos.demo', lease, onEntry: () => {} }
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
  const audit = await openAudit(optionsOf(home))
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

/** A log of about `entries` entries: queries of 256 persons in 20 projects, each begun, looked at and released. */
async function fill(home: string, entries: number): Promise<void> {
  const audit = await openAudit(optionsOf(home))
  let left = entries
  const ask = async (caller: number) => {
    const about = act(`person-${caller}`, `P${caller % 20}`)
    for (; left > 0; left -= 3) {
      const query = `q${caller}-${left}`
      const { seq } = await audit.append(intent(query), about)
      await audit.append(reading, { by: by(`person-${caller}`) })
      await audit.append(release(query, seq), about)
    }
  }
  await Promise.all(Array.from({ length: 256 }, (_, caller) => ask(caller)))
  await audit.close()
}

/** Verification of a whole log, against one pass of SHA-256 over as many bytes of entries. */
export async function benchVerify(entries: number): Promise<AuditLine> {
  const home = await mkdtemp(join(tmpdir(), 'huisclos-bench-verify-'))
  try {
    await fill(home, entries)
    const bytes = Buffer.alloc(1024, 7)
    const hashing = performance.now()
    for (let at = 0; at < entries; at += 1) hash('sha256', bytes)
    const reference = (performance.now() - hashing) / 1000
    const begun = performance.now()
    const verdict = await verifyLog({ dir: join(home, 'audit') })
    const value = (performance.now() - begun) / 1000
    if (verdict.status !== 'intact') throw new Error(verdict.message)
    return { name: `audit.verify.entries-${entries}`, value, unit: 's', reference, ratio: value / reference }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
