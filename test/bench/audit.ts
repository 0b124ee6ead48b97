/** What evidence costs: durable appends, against one flush after the other of the same bytes; verification of a whole log. */
import { hash } from 'node:crypto'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OpenSegment, openSegment } from '../../services/audit/journal.ts'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import { type AuditLog, openAudit } from '../../services/audit/writer.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { act, by, intent, never, reading, release } from '../audit/open-log.ts'

export interface AuditLine {
  readonly name: string
  /** Median of the rounds; or seconds of one verification. */
  readonly value: number
  readonly unit: string
  /** The same of writes with one flush each, of the same rounds; or seconds of hashing alone. */
  readonly reference: number
  readonly ratio: number
}

const frame = Buffer.alloc(700, 7)

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

interface Run {
  readonly perSecond: number
  /** Duration of each call, ms. */
  readonly times: readonly number[]
}

/** Calls `once` from `callers` loops for `ms`. */
async function run(callers: number, ms: number, once: (caller: number) => Promise<unknown>): Promise<Run> {
  const begun = performance.now()
  const times: number[] = []
  const loop = async (caller: number) => {
    for (let from = begun; from - begun < ms; from = performance.now()) {
      const called = performance.now()
      await once(caller)
      times.push(performance.now() - called)
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)))
  return { perSecond: (times.length * 1000) / (performance.now() - begun), times }
}

function at(share: number, values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
}

function optionsOf(home: string): Parameters<typeof openAudit>[0] {
  const lease = { epoch: 1, lost: never }
  return { home, clock: systemClock, log: silentLog, host: 'huisclos.demo', lease, onEntry: () => {} }
}

function append(audit: AuditLog): (caller: number) => Promise<unknown> {
  return (caller) => audit.append(reading, act(`person-${caller}`, `P${caller % 8}`))
}

/** Counts the flushes of the journal. */
function countedSegment(count: () => void): OpenSegment {
  return async (path, files) => {
    const segment = await openSegment(path, files)
    const append = (bytes: Buffer) => {
      count()
      return segment.append(bytes)
    }
    return { ...segment, append }
  }
}

/**
 * Durable appends at a number of callers (schema, numbering, sealing, journal, tiles, checkpoints), against a loop of write and
 * fdatasync on the same disk; the two take turns. Per second, p50 and p99 of one append against those of one flush, entries
 * per flush, and how long a signed checkpoint takes right after. Medians of the rounds.
 */
export async function benchAudit(callers: number, rounds = 5): Promise<AuditLine[]> {
  const home = await mkdtemp(join(tmpdir(), 'huisclos-bench-audit-'))
  const raw = await open(join(home, 'raw'), 'w')
  let flushes = 0
  const counted = countedSegment(() => {
    flushes += 1
  })
  const audit = await openAudit({ ...optionsOf(home), openSegment: counted })
  const flush = async () => {
    await raw.write(frame)
    await raw.datasync()
  }
  const figures: Record<string, { unit: string; pairs: [measured: number, reference: number][] }> = {}
  const keep = (name: string, unit: string, pair: [number, number]) => {
    figures[name] ??= { unit, pairs: [] }
    figures[name].pairs.push(pair)
  }
  try {
    for (let round = 0; round <= rounds; round += 1) {
      const reference = await run(1, 1000, flush)
      flushes = 0
      const measured = await run(callers, 1000, append(audit))
      const perFlush = measured.times.length / flushes
      const signing = performance.now()
      await audit.checkpoint()
      const signed = performance.now() - signing
      if (round === 0) continue
      keep('append', '1/s', [measured.perSecond, reference.perSecond])
      keep('append-p50', 'ms', [at(0.5, measured.times), at(0.5, reference.times)])
      keep('append-p99', 'ms', [at(0.99, measured.times), at(0.99, reference.times)])
      keep('entries-per-flush', '1', [perFlush, 1])
      keep('signed-checkpoint', 'ms', [signed, at(0.5, reference.times)])
    }
    return Object.entries(figures).map(([name, { unit, pairs }]) => ({
      name: `audit.${name}.callers-${callers}`,
      value: median(pairs.map(([measured]) => measured)),
      unit,
      reference: median(pairs.map(([, reference]) => reference)),
      ratio: median(pairs.map(([measured, reference]) => measured / reference)),
    }))
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
