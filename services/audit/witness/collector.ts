/**
 * Asks the witnesses to cosign, round after round, and says how fresh their quorum is. It never holds up an answer: a witness
 * that is away makes the log older in the eyes of its readers, until it has been away for so long that no query starts any more.
 */
import type { Clock } from '../../kernel/clock.ts'
import type { Closable } from '../../kernel/id.ts'
import type { Log } from '../../kernel/log.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { AuditLog } from '../writer.ts'
import { askWitness, type WitnessAddress, type WitnessPolicy, type WitnessReply } from './client.ts'
import { quorumAt, type Silence, silenceOf } from './silence.ts'

const roundMs = 60_000

type State = WitnessReply['kind'] | 'conflict' | 'unasked'

interface WitnessStatus {
  /** Witnesses that must cosign; 0 when there is no policy. */
  readonly quorum: number
  /** POSIX milliseconds at which the quorum last cosigned, by the clocks of the witnesses; null when it never did. */
  readonly cosignedAt: number | null
  readonly isStale: boolean
  readonly witnesses: readonly { readonly name: string; readonly state: State }[]
}

export interface CollectorNeeds {
  readonly audit: AuditLog
  readonly policy: WitnessPolicy
  readonly clock: Clock
  readonly log: Log
  /** Time between two rounds, in ms; default one minute. */
  readonly everyMs?: number
}

export interface Witnessing extends Closable {
  status(): WitnessStatus
  /** Refusal UNAVAILABLE when the quorum has been silent for longer than the policy lets queries begin. */
  insistHeard(): void
  /** Asks all witnesses now. Resolves when each has answered or let its time pass; never rejects. */
  round(): Promise<void>
}

/** Begins to collect, where there is anybody to ask; `close` asks a last time, so that what a stop leaves on disk is cosigned. */
export function openWitnessing(needs: CollectorNeeds): Witnessing {
  const collector = new Collector(needs)
  if (needs.policy.quorum === 0) {
    return {
      status: () => collector.status(),
      insistHeard: () => {},
      round: async () => {},
      close: async () => {},
    }
  }
  const timer = setInterval(() => void collector.round(), needs.everyMs ?? roundMs).unref()
  void collector.round()
  return {
    status: () => collector.status(),
    insistHeard: () => collector.insistHeard(),
    round: () => collector.round(),
    close: async () => {
      clearInterval(timer)
      await collector.round()
    },
  }
}

class Collector {
  readonly #needs: CollectorNeeds
  /** Size that each witness knows, by witness and shard. */
  readonly #sizes = new Map<string, number>()
  readonly #states = new Map<string, State>()
  /** Closed shards whose end is not cosigned yet. */
  readonly #ended = new Set<string>()
  readonly #begunAt: number
  #current: string | undefined
  #cosignedAt: number | null = null
  #isKeptRead = false
  /** As it was told last. */
  #told: Silence = 'none'
  #rounds: Promise<void> = Promise.resolve()

  constructor(needs: CollectorNeeds) {
    this.#needs = needs
    this.#begunAt = needs.clock.now()
  }

  status(): WitnessStatus {
    const { policy } = this.#needs
    const witnesses = policy.witnesses.map(({ name }) => ({
      name,
      state: this.#states.get(name) ?? 'unasked',
    }))
    return {
      quorum: policy.quorum,
      cosignedAt: this.#cosignedAt,
      isStale: this.#silence() !== 'none',
      witnesses,
    }
  }

  insistHeard(): void {
    if (this.#silence() === 'refusing') throw new Refusal('UNAVAILABLE', { rule: 'witness.silent' })
  }

  round(): Promise<void> {
    this.#rounds = this.#rounds
      .then(() => this.#round())
      .catch(() => this.#needs.log.warn('a round of the witnesses came to nothing'))
    return this.#rounds
  }

  async #round(): Promise<void> {
    const { audit } = this.#needs
    await this.#readKept()
    await audit.checkpoint()
    const current = audit.shards.at(-1) ?? ''
    if (this.#current !== current) await this.#begin(current)
    for (const shard of [...this.#ended]) {
      if ((await this.#cosign(shard)) !== undefined) this.#ended.delete(shard)
    }
    const at = await this.#cosign(current)
    if (at !== undefined) this.#cosignedAt = Math.max(at, this.#cosignedAt ?? 0)
    await this.#tell()
  }

  /** A shard that has just ended, or had when the process began, is asked for until its end is cosigned. */
  async #begin(current: string): Promise<void> {
    const { shards, trees } = this.#needs.audit
    const former = this.#current ?? shards.at(-2)
    this.#current = current
    if (former === undefined) return
    const [signed, cosigned] = await Promise.all([trees.signed(former), trees.cosigned(former)])
    if (cosigned?.size !== signed.size) this.#ended.add(former)
  }

  /** Asks all at once. Gives the time of the quorum in ms, undefined when there is none; with one, the note is kept. */
  async #cosign(shard: string): Promise<number | undefined> {
    const { audit, policy } = this.#needs
    const signed = await audit.trees.signed(shard)
    const replies = await Promise.all(policy.witnesses.map((witness) => this.#ask(witness, shard, signed)))
    const good = replies.filter((reply) => reply.kind === 'cosigned')
    const times = good.map(({ time }) => time).sort((a, b) => b - a)
    const time = times[policy.quorum - 1]
    if (time === undefined) return undefined
    await audit.trees.keepCosigned(shard, signed.note + good.map(({ line }) => line).join(''))
    return time * 1000
  }

  async #ask(
    witness: WitnessAddress,
    shard: string,
    signed: { size: number; note: string },
  ): Promise<WitnessReply> {
    const name = `${witness.name} ${shard}`
    const first = await this.#submit(witness, shard, { ...signed, old: this.#sizes.get(name) ?? 0 })
    const isBehind = first.kind === 'size' && first.size < signed.size
    const reply = isBehind ? await this.#submit(witness, shard, { ...signed, old: first.size }) : first
    if (reply.kind === 'cosigned') this.#sizes.set(name, signed.size)
    await this.#note(witness.name, reply)
    return reply
  }

  async #submit(
    witness: WitnessAddress,
    shard: string,
    { old, size, note }: { old: number; size: number; note: string },
  ): Promise<WitnessReply> {
    const { trees } = this.#needs.audit
    const proof = await trees.consistency({ older: old, newer: size }, shard)
    return askWitness(witness, { old, proof, note })
  }

  /** What a refusal means: the witness has seen what this log does not hold, or does not know it (403, 404). */
  async #note(name: string, reply: WitnessReply): Promise<void> {
    const { audit, log } = this.#needs
    const status = reply.kind === 'size' ? 409 : reply.kind === 'refused' ? reply.status : undefined
    const isConflict = status === 409 || status === 422
    const before = this.#states.get(name)
    this.#states.set(name, isConflict ? 'conflict' : reply.kind)
    if (!isConflict || before === 'conflict') return
    log.error('a witness contradicts the log', { witness: name, status })
    await audit.append({ type: 'witness.conflict', witness: name, status }, {})
  }

  /** A restart makes nobody younger: the time of the quorum is that of the notes that were kept. */
  async #readKept(): Promise<void> {
    if (this.#isKeptRead) return
    this.#isKeptRead = true
    const { audit, policy } = this.#needs
    for (const shard of audit.shards.slice(-2)) {
      const kept = await audit.trees.cosigned(shard)
      this.#cosignedAt = (kept && quorumAt(kept.note, policy)) ?? this.#cosignedAt
    }
  }

  #silence(): Silence {
    const { clock, policy } = this.#needs
    return silenceOf(clock.now() - (this.#cosignedAt ?? this.#begunAt), policy)
  }

  /** The loss of the quorum, an alarm when it lasts, and its return are entries, once each. */
  async #tell(): Promise<void> {
    const { audit, log, policy } = this.#needs
    const before = this.#told
    this.#told = this.#silence()
    if (this.#told === before) return
    const reached = [...this.#states.values()].filter((state) => state === 'cosigned').length
    if (this.#told === 'none' || before === 'none') {
      const isLost = before === 'none'
      log.warn(isLost ? 'the quorum of the witnesses is lost' : 'the quorum of the witnesses is back', {
        reached,
      })
      const type = isLost ? 'witness.quorum_lost' : 'witness.quorum_back'
      await audit.append({ type, reached, wanted: policy.quorum }, {})
    }
    if (this.#told !== 'alarming' && this.#told !== 'refusing') return
    log.error('the witnesses have been silent for too long', { isRefusing: this.#told === 'refusing' })
    await audit.append({ type: 'anomaly.raised', anomaly: `witness.${this.#told}` }, {})
  }
}
