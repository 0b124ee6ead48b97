/**
 * The check of the whole log, asked for by a person of this node: the independent verifier reads its files in a process of its own,
 * so that the gateway answers meanwhile. What it found is an entry. It says what the node says: who trusts nobody runs the same
 * verifier on a copy, with what he kept of an earlier one.
 */
import { z } from 'zod'
import { type Process, startProcess } from '../engine/process.ts'
import type { Person } from '../identity/person.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Closable } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import { Refusal } from '../kernel/refusal.ts'
import { loggedOf } from './logged.ts'
import type { SearchNeeds } from './search.ts'

export interface VerificationNeeds extends SearchNeeds {
  readonly clock: Clock
  readonly log: Log
  /** The folder of the log, absolute. */
  readonly dir: string
}

/** One that is under way; instants in ms. `total` is zero until the verifier has said how much there is. */
interface RunningVerification {
  readonly by: string
  readonly since: number
  readonly entries: number
  readonly total: number
}

export const verificationStates = ['intact', 'tampered', 'stale', 'unverifiable'] as const

/** How one ended. */
interface VerificationResult {
  readonly by: string | null
  readonly at: number
  readonly ms: number
  readonly status: (typeof verificationStates)[number]
  readonly entries: number
  /** What kind of thing is wrong, in which year, and at which entry first. */
  readonly bad?: { readonly class: string; readonly shard: string; readonly of?: number }
}

export interface VerificationState {
  readonly running: RunningVerification | null
  readonly last: VerificationResult | null
}

export interface Verification extends Closable {
  /** Begins one and returns. Refusal CONFLICT while one runs. */
  begin(by: Person): VerificationState
  /** The last one is that of this run of the node, else the newest that the log has. */
  state(): Promise<VerificationState>
  /** Resolves when nothing runs. */
  settled(): Promise<void>
}

const verdictSchema = z.looseObject({
  status: z.enum(verificationStates),
  entries: z.number().int().nonnegative(),
  class: z.string().max(40).exactOptional(),
  shard: z.string().max(40).exactOptional(),
  firstBadSeq: z.number().int().nonnegative().exactOptional(),
  state: z.string().max(100_000),
})

const memoryBytes = 256 * 1024 ** 2
/** A log of ten years is read in less. */
const timeoutMs = 6 * 3_600_000

export function openVerification(needs: VerificationNeeds): Verification {
  return new NodeVerification(needs)
}

class NodeVerification implements Verification {
  readonly #needs: VerificationNeeds
  #running: RunningVerification | null = null
  #last: VerificationResult | null = null
  /** What was last found intact: a log that went back since is found out by it. */
  #since: string | undefined
  #worker: Process | undefined
  #work: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(needs: VerificationNeeds) {
    this.#needs = needs
  }

  begin(by: Person): VerificationState {
    if (this.#running !== null)
      throw new Refusal('CONFLICT', { rule: 'audit.verifying', hint: { key: 'audit.verifying.hint' } })
    this.#running = { by: by.subject, since: this.#needs.clock.now(), entries: 0, total: 0 }
    this.#work = this.#run(by, this.#running)
    return { running: this.#running, last: this.#last }
  }

  async state(): Promise<VerificationState> {
    const last = this.#last ?? (await lastRecorded(this.#needs))
    return { running: this.#running, last }
  }

  settled(): Promise<void> {
    return this.#work
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#worker?.kill()
    await this.#work
  }

  async #run(by: Person, running: RunningVerification): Promise<void> {
    const { audit, clock, log } = this.#needs
    const found = await this.#verdict(running).catch(unverifiable)
    try {
      if (this.#isClosed) return
      const at = clock.now()
      const ms = Math.max(0, at - running.since)
      this.#last = { by: by.subject, at, ms, ...found }
      await audit.append({ type: 'audit.verified', ms, ...found }, { by })
    } catch (error) {
      const cause = error instanceof Error ? error.name : 'unknown'
      log.error('a verification of the log could not be recorded', { cause, status: found.status })
    } finally {
      this.#running = null
    }
  }

  async #verdict(running: RunningVerification): Promise<Found> {
    const { dir, log } = this.#needs
    const entry = new URL('./verification-worker.ts', import.meta.url)
    const worker = await startProcess({ entry, name: 'verifier', memoryBytes, box: { read: [dir] }, log })
    this.#worker = worker
    try {
      if (this.#isClosed) return unverifiable()
      const options = { dir, ...(this.#since !== undefined && { since: this.#since }) }
      const onProgress = ({ entries = 0, total = 0 }: Readonly<Record<string, number>>) => {
        this.#running = { ...running, entries, total }
      }
      const told = verdictSchema.parse(await worker.call('verify', options, { timeoutMs, onProgress }))
      if (told.status === 'intact') this.#since = told.state
      return foundOf(told)
    } finally {
      worker.kill()
      await worker.closed
      this.#worker = undefined
    }
  }
}

type Found = Omit<VerificationResult, 'by' | 'at' | 'ms'>

function foundOf({
  status,
  entries,
  class: kind,
  shard,
  firstBadSeq: of,
}: z.infer<typeof verdictSchema>): Found {
  if (kind === undefined || shard === undefined) return { status, entries }
  return { status, entries, bad: { class: kind, shard, ...(of !== undefined && { of }) } }
}

/** The verifier did not end: nothing is said of the log. */
function unverifiable(): Found {
  return { status: 'unverifiable', entries: 0 }
}

async function lastRecorded({ audit, auditIndex }: SearchNeeds): Promise<VerificationResult | null> {
  const { entries } = await auditIndex.search({ type: 'audit.verified', limit: 1 })
  const [entry] = await loggedOf(audit, entries)
  if (entry?.body.type !== 'audit.verified') return null
  const { status, entries: checked, ms, bad } = entry.body
  return {
    ...{ by: entry.actor?.subject ?? null, at: Date.parse(entry.ts), ms, status, entries: checked },
    ...(bad !== undefined && {
      bad: { class: bad.class, shard: bad.shard, ...(bad.of !== undefined && { of: bad.of }) },
    }),
  }
}
