/** One shard being written: numbering, group commit and integration of one calendar year. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Clock } from '../kernel/clock.ts'
import { canonical } from '../kernel/hash.ts'
import type { Receipt } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { Committer } from './committer.ts'
import { type Body, type Common, entryLimit, makeEntry } from './entry.ts'
import type { Files } from './files.ts'
import { advance, copyHeads, endsOpenQuery, type Heads, noLeaf } from './heads.ts'
import type { SignedTree } from './home.ts'
import { Integrator, type Pending } from './integrator.ts'
import { encodeFrame, type OpenSegment, segmentPath } from './journal.ts'
import type { Keyring } from './keyring.ts'
import type { NoteKey } from './note.ts'
import { ownBytes } from './own-bytes.ts'
import { receiptFor } from './receipt.ts'
import type { About } from './record.ts'
import type { Place, Recovered } from './recover.ts'
import { monthOf, seal } from './seal.ts'
import { width } from './tiles.ts'
import { leafHash } from './tree.ts'

const signEveryMs = 1000
const busyEveryMs = 100
/** Most entries of one integration step: bounds how long the event loop is held. */
const stepLimit = 8 * width
/** heads.json is saved each time the tree has grown by this much, and at the end. */
const headsEvery = 2048

export interface ShardNeeds {
  readonly clock: Clock
  readonly keyring: Keyring
  readonly key: NoteKey
  readonly boot: string
  /** Bundle of rules in force, once it is known. */
  readonly policy: () => string | undefined
  readonly epoch: number
  readonly openSegment: OpenSegment
  readonly onDurable: (pending: Pending, about: About) => void
  readonly onFailed: (reason: 'disk' | 'fenced', error?: unknown) => void
}

export class Shard {
  readonly name: string
  readonly folder: string
  readonly files: Files
  readonly #needs: ShardNeeds
  readonly #heads: Heads
  readonly #integrator: Integrator
  readonly #committer: Committer
  readonly #pending: Pending[] = []
  #integrated: number
  #headsSaved: number
  #segmentPath: string
  #step: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #timerMs = 0
  #isIntegrating = false

  private constructor(needs: ShardNeeds, parts: ShardParts) {
    const { place, integrator, segmentPath, segment } = parts
    this.name = place.shard
    this.folder = place.folder
    this.files = place.files
    this.#needs = needs
    this.#integrator = integrator
    this.#heads = copyHeads(integrator.heads)
    this.#integrated = integrator.size
    this.#headsSaved = integrator.size
    this.#segmentPath = segmentPath
    this.#committer = new Committer(
      {
        before: () => needs.keyring.save(),
        renew: () => this.#renew(),
        onFailed: needs.onFailed,
      },
      segment,
    )
  }

  /** Puts what recovery found into the tree, then opens a journal of its own and drops those of earlier writers. */
  static async open(needs: ShardNeeds, place: Place, found: Recovered): Promise<Shard> {
    const { folder, files, shard, signedPath } = place
    const { edge, heads, note: checkpoint } = found
    const integrator = new Integrator({
      folder,
      files,
      shard,
      key: needs.key,
      signedPath,
      edge,
      heads,
      checkpoint,
    })
    await integrator.add(found.replay)
    const path = join(folder, segmentPath(needs.epoch, integrator.size))
    const segment = await needs.openSegment(path, files)
    try {
      await integrator.saveHeads(false)
      for (const name of await files.disk.readdir(join(folder, 'wal'))) {
        if (name.endsWith('.sealed')) await files.disk.rm(join(folder, 'wal', name))
      }
    } catch (error) {
      await segment.close()
      throw error
    }
    return new Shard(needs, { place, integrator, segmentPath: path, segment })
  }

  get origin(): string {
    return this.#needs.key.name
  }

  /** Durable entries. */
  get size(): number {
    return this.#integrated + this.#pending.length
  }

  /** The tree as it was signed last. */
  get signed(): SignedTree {
    return { ...this.#integrator.signed, origin: this.origin }
  }

  /** Heads after the last entry that was given a number. */
  get heads(): Heads {
    return this.#heads
  }

  get root(): Buffer {
    return this.#integrator.root
  }

  /** A durable entry that is not in the tree yet. */
  waiting(seq: number): Pending | undefined {
    return this.#pending[seq - this.#integrated]
  }

  /**
   * Numbers, seals and queues before anything is awaited: the order of calls is the order of the log. A query ends once: a
   * second end, such as a release after an abort, is turned away with a TypeError and nothing is recorded.
   */
  async append(body: Body, about: About): Promise<Receipt> {
    const entry = this.#number(body, about)
    const seq = entry.head.seq
    const frame = encodeFrame({ seq, leaf: entry.leaf.bytes, record: entry.record })
    await this.#committer.push(frame, () => {
      this.#pending.push(entry)
      this.#schedule()
      this.#needs.onDurable(entry, about)
    })
    return receiptFor(this.origin, seq, entry.leaf.hash.toString('hex'))
  }

  #number(body: Body, about: About): Pending {
    const { clock, boot } = this.#needs
    const policy = this.#needs.policy()
    const heads = this.#heads
    if (!endsOpenQuery(heads, body)) throw new TypeError(`no open query to end: ${body.type}`)
    const now = new Date(clock.now()).toISOString()
    const ts = now > heads.ts ? now : heads.ts
    const who = this.#who(about)
    const sealed = about.sealed === undefined ? undefined : this.#seal(about.sealed, ts, who.actor?.ps)
    const head: Common = {
      v: 1,
      seq: heads.size,
      ts,
      boot,
      n: randomBytes(16).toString('base64url'),
      ...who,
      ...(sealed && { sealed: { id: sealed.id, sha256: sealed.sha256 } }),
      ...(policy !== undefined && { policy }),
    }
    const bytes = ownBytes(canonical(makeEntry(head, body)))
    if (bytes.length > entryLimit) throw new TypeError(`an entry of more than 8 KiB: ${body.type}`)
    const hash = leafHash(bytes)
    advance(heads, { head, body }, { shard: this.name, leaf: hash.toString('hex') })
    return { head, body, leaf: { bytes, hash }, record: sealed?.record ?? Buffer.alloc(0) }
  }

  #who({ by, project, holders = [] }: About): Pick<Common, 'actor' | 'project' | 'holders'> {
    const heads = this.#heads
    const ps = by && this.#needs.keyring.pseudonym(this.name, by)
    const last = project === undefined ? undefined : heads.projects.get(project)
    const named = [...new Set(holders)]
    return {
      ...(by &&
        ps && {
          actor: {
            ps,
            seq: (heads.actors.get(ps) ?? 0) + 1,
            iss: by.issuer,
            level: by.level,
            sid: by.session ?? '',
            door: by.door,
          },
        }),
      ...(project !== undefined && {
        project: { id: project, seq: (last?.seq ?? 0) + 1, prev: last?.leaf ?? noLeaf },
      }),
      ...(named.length > 0 && {
        holders: named.map((id) => ({ id, seq: (heads.holders.get(id) ?? 0) + 1 })),
      }),
    }
  }

  #seal(content: unknown, ts: string, ps: string | undefined) {
    const key = this.#needs.keyring.payloadKey(monthOf(ts), ps)
    return seal(content, key, { origin: this.origin, seq: this.#heads.size })
  }

  /** A quiet log is signed each second, a busy one as soon as a bundle is full, but not so often that signing eats the disk. */
  #schedule(): void {
    if (this.#isIntegrating || this.#pending.length === 0) return
    const delayMs = this.#pending.length >= width ? busyEveryMs : signEveryMs
    if (this.#timer && delayMs >= this.#timerMs) return
    clearTimeout(this.#timer)
    this.#timerMs = delayMs
    this.#timer = setTimeout(() => this.#integrateSoon(), delayMs).unref()
  }

  /** A failure is told by onFailed; nobody waits here. */
  #integrateSoon(): void {
    this.integrate().catch(() => undefined)
  }

  /** Resolves when all that was durable at the call is in the tree and signed. */
  async integrate(): Promise<void> {
    const goal = this.size
    do {
      this.#step = this.#step.then(() => (this.#integrated < goal ? this.#integrateOnce() : undefined))
      await this.#step
    } while (this.#integrated < goal)
  }

  /** As integrate(), for all that was given a number. Nothing may be appended meanwhile. */
  async settle(): Promise<void> {
    await this.#committer.idle()
    await this.integrate()
  }

  async #integrateOnce(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isIntegrating = true
    if (!(await this.#committer.maySign())) throw new Refusal('UNAVAILABLE')
    const taken = this.#pending.slice(0, stepLimit)
    try {
      await this.#integrator.add(taken)
      this.#pending.splice(0, taken.length)
      this.#integrated += taken.length
      if (this.#integrated - this.#headsSaved >= headsEvery) await this.#saveHeads(false)
    } catch (error) {
      this.#committer.fail('disk', error)
      throw new Refusal('UNAVAILABLE', {}, { cause: error })
    }
    this.#isIntegrating = false
    this.#schedule()
  }

  async #saveHeads(isClosed: boolean): Promise<void> {
    this.#headsSaved = this.#integrated
    await this.#integrator.saveHeads(isClosed)
  }

  /** Called between two flushes: everything durable goes into the tree, then a new journal replaces the old one. */
  async #renew() {
    await this.integrate()
    const former = this.#segmentPath
    this.#segmentPath = join(this.folder, segmentPath(this.#needs.epoch, this.#integrated))
    const segment = await this.#needs.openSegment(this.#segmentPath, this.files)
    await this.files.disk.rm(former)
    return segment
  }

  /** Stops acknowledging at once; what was acknowledged stays. */
  fail(reason: 'disk' | 'fenced'): void {
    this.#committer.fail(reason)
  }

  /** Everything durable is in the tree and signed; no journal is left. After a failure the files stay for recovery. */
  async close(): Promise<void> {
    try {
      await this.#committer.idle()
      if (!(await this.#committer.maySign())) return
      await this.integrate()
      await this.#saveHeads(true)
      await this.files.disk.rm(this.#segmentPath)
      await this.files.syncFolder(join(this.folder, 'wal'))
    } catch (error) {
      this.#committer.fail('disk', error)
      throw error
    } finally {
      await this.abandon()
    }
  }

  /** Lets go of the journal as it is. */
  async abandon(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#committer.close()
  }
}

interface ShardParts {
  readonly place: Place
  readonly integrator: Integrator
  readonly segmentPath: string
  readonly segment: Awaited<ReturnType<OpenSegment>>
}
