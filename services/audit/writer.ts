/** Opens the evidence log of a home: its shards, the one writer, the readers. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Closable, Receipt } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { Archive, type Trees } from './archive.ts'
import { ClockWatch, type Jump } from './clock-watch.ts'
import { systemDisk } from './disk.ts'
import type { Body } from './entry.ts'
import { errorCode, Files } from './files.ts'
import { foundTree } from './found-tree.ts'
import { headsSha256 } from './heads.ts'
import {
  createShard,
  type Home,
  hostOf,
  listShards,
  locate,
  makeHome,
  openingSha256,
  readSigned,
} from './home.ts'
import type { Pending } from './integrator.ts'
import { openSegment } from './journal.ts'
import { Keyring } from './keyring.ts'
import type { AuditOptions } from './options.ts'
import type { About, Audit, Indexed } from './record.ts'
import { type Recovered, recover } from './recover.ts'
import { dropShards, type RetentionRule } from './retention.ts'
import { Shard } from './shard.ts'
import { type Space, SpaceGuard } from './space.ts'

export type { AuditOptions } from './options.ts'
export type { Indexed } from './record.ts'

export interface AuditLog extends Audit, Closable {
  /** Shards (calendar years) from oldest to newest. */
  readonly shards: readonly string[]
  /** Durable entries of the current shard. */
  readonly size: number
  /** Room on the disk of the log, as it was seen last. */
  readonly space: Space
  /** From now on every entry names this bundle of rules. */
  underPolicy(sha256: string): void
  /** The signed note of the current shard, integrating first what is durable. */
  checkpoint(): Promise<string>
  /** Bytes of `checkpoint` or `tile/…` of a shard, null when there is no such file; any other path is null. */
  readTile(shard: string, path: string): Promise<Uint8Array | null>
  /** The signed and the cosigned trees of all shards, for those who collect cosignatures. */
  readonly trees: Trees
  /** A `.tlog-proof` of an entry against the current checkpoint; NOT_FOUND when there is no such entry. */
  proof(seq: number, shard?: string): Promise<string>
  entry(seq: number, shard?: string): Promise<Indexed | null>
  /** Entries `from` to `to - 1`, oldest first. */
  entries(from: number, to: number, shard?: string): AsyncIterable<Indexed>
  /** Drops the years whose time is over and gives their names; RangeError when the rule is not one. */
  drop(rule: RetentionRule): Promise<readonly string[]>
  /** The sealed content of an entry; null when there is none or its key is gone. */
  unseal(seq: number, shard?: string): Promise<unknown>
}

/**
 * Opens the log, recovering what a crash left. Throws LogDamaged (exit code 72) when the files are not those that were signed:
 * then nothing was written. Queries that had begun and not ended are aborted in the log before it is handed out.
 */
export async function openAudit(options: AuditOptions): Promise<AuditLog> {
  const home: Home = {
    audit: join(options.home, 'audit'),
    keys: options.keys ?? join(options.home, 'keys'),
    files: new Files(options.disk ?? systemDisk),
    box: options.box,
  }
  await makeHome(home)
  const keyring = await Keyring.open(home)
  const writer = new Writer(options, home, keyring)
  try {
    await writer.start()
  } catch (error) {
    await writer.abandon()
    throw error
  }
  return writer
}

/** The free space is looked at again after so many entries. */
const spaceEvery = 256

class Writer implements AuditLog {
  readonly #options: AuditOptions
  readonly #home: Home
  readonly #keyring: Keyring
  readonly #archive: Archive
  readonly #watch: ClockWatch
  readonly #space: SpaceGuard
  #mustTellReserve: number | undefined
  readonly #boot = randomBytes(8).toString('hex')
  #policy: string | undefined
  #shards: string[] = []
  #shard: Shard | undefined
  #turning: Promise<void> | undefined
  #isClosed = false
  #isDone = false
  #isFailed = false
  /** What is still to be written before anything else: a disk without room can delay it. */
  #beginning: (() => Promise<void>) | undefined

  constructor(options: AuditOptions, home: Home, keyring: Keyring) {
    this.#options = options
    this.#home = home
    this.#keyring = keyring
    this.#watch = new ClockWatch(options.clock)
    this.#space = new SpaceGuard({
      home,
      log: options.log,
      floorBytes: options.spaceFloorBytes,
      reserveBytes: options.reserveBytes,
      measure: options.measureSpace,
      onReserveUsed: (freeBytes) => this.#tellReserve(freeBytes),
    })
    this.#archive = new Archive({
      home,
      keyring,
      written: (name) => (this.#shard?.name === name ? this.#shard : undefined),
      now: () => options.clock.now(),
    })
    // A lease that is lost, or whose holder failed, ends all acknowledgements in the same turn.
    const stop = () => (this.#isDone ? undefined : this.#shard?.fail('fenced'))
    options.lease.lost.then(stop, stop)
  }

  async start(): Promise<void> {
    const startedAt = this.#options.clock.now()
    await this.#space.look()
    this.#shards = await listShards(this.#home)
    if (this.#shards.length === 0) await this.#create(this.#yearNow(), this.#options.host)
    const found = await this.#open(this.#shards.at(-1) ?? '')
    const ms = Math.max(0, this.#options.clock.now() - startedAt)
    this.#beginning = () => this.#begin({ replayed: found.replay.length, tornBytes: found.tornBytes, ms })
    if (!this.#space.isFull || this.#mustTellReserve !== undefined) await this.#beginning()
    if (this.#mustTellReserve !== undefined) await this.#tellReserve(this.#mustTellReserve)
  }

  /** Lets go of what a start that failed had opened; the files stay for the next one. */
  async abandon(): Promise<void> {
    this.#isClosed = true
    this.#isDone = true
    this.#space.close()
    await this.#shard?.abandon()
  }

  get origin(): string {
    return this.#current.origin
  }

  get shards(): readonly string[] {
    return this.#shards
  }

  get size(): number {
    return this.#current.size
  }

  get space(): Space {
    return this.#space.space
  }

  underPolicy(sha256: string): void {
    this.#policy = sha256
  }

  async append(body: Body, about: About): Promise<Receipt> {
    if (this.#space.isFull) await this.#space.look()
    // All who come while the log has something to say first wait for the same moment, and go on in their order.
    for (let first = this.#first(); first !== undefined; first = this.#first()) await first
    if (this.#isClosed || this.#isFailed || this.#space.isFull) throw new Refusal('UNAVAILABLE')
    if (this.#current.heads.size % spaceEvery === 0) this.#space.lookSoon()
    return this.#current.append(body, about)
  }

  async checkpoint(): Promise<string> {
    await this.#current.integrate()
    return this.#current.signed.note
  }

  readTile(shard: string, path: string): Promise<Uint8Array | null> {
    return this.#archive.readTile(shard, path)
  }

  get trees(): Trees {
    return this.#archive
  }

  proof(seq: number, shard: string = this.#current.name): Promise<string> {
    return this.#archive.proof(seq, shard)
  }

  entry(seq: number, shard: string = this.#current.name): Promise<Indexed | null> {
    return this.#archive.entry(seq, shard)
  }

  entries(from: number, to: number, shard: string = this.#current.name): AsyncIterable<Indexed> {
    return this.#archive.entries({ from, to }, shard)
  }

  unseal(seq: number, shard: string = this.#current.name): Promise<unknown> {
    return this.#archive.unseal(seq, shard)
  }

  drop(rule: RetentionRule): Promise<readonly string[]> {
    const needs = {
      home: this.#home,
      keyring: this.#keyring,
      trees: this.#archive,
      shards: this.#shards,
      append: (body: Body, about: About) => this.append(body, about),
      now: () => this.#options.clock.now(),
    }
    return dropShards(needs, rule)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    while (this.#turning !== undefined) await this.#turning
    this.#isClosed = true
    this.#space.close()
    try {
      await (this.#isFailed ? this.#shard?.abandon() : this.#shard?.close())
    } finally {
      this.#isDone = true
    }
  }

  get #current(): Shard {
    if (!this.#shard) throw new Refusal('UNAVAILABLE')
    return this.#shard
  }

  /** Shards are calendar years of UTC, as the time of an entry is. */
  #yearNow(): string {
    return new Date(this.#options.clock.now()).toISOString().slice(0, 4)
  }

  async #create(shard: string, host: string): Promise<void> {
    await createShard(this.#home, { shard, host }, this.#shard?.heads)
    this.#shards.push(shard)
  }

  async #open(name: string): Promise<Recovered> {
    const { place, key } = await locate(this.#home, name)
    if (hostOf(key.name) !== this.#options.host) {
      this.#options.log.warn('the audit log keeps the host of its first start', { origin: key.name })
    }
    const found = await recover(place)
    if (!this.#shard) await this.#options.onFound?.(foundTree(place, found))
    const needs = {
      clock: this.#options.clock,
      keyring: this.#keyring,
      key,
      boot: this.#boot,
      policy: () => this.#policy,
      epoch: this.#options.lease.epoch,
      openSegment: this.#options.openSegment ?? openSegment,
      onDurable: (pending: Pending, about: About) => this.#publish(name, pending, about),
      onFailed: (reason: 'disk' | 'fenced', error?: unknown) => this.#onFailed(reason, error),
    }
    this.#shard = await Shard.open(needs, place, found)
    return found
  }

  /** What the log says of its own start: its first entry, what was recovered, what had begun and cannot end any more. */
  async #begin(recovered: { replayed: number; tornBytes: number; ms: number }): Promise<void> {
    if (await this.#isEnded()) await this.#turnYear()
    else await this.#openShard()
    await this.#seal()
    if (recovered.replayed > 0 || recovered.tornBytes > 0) {
      this.#options.log.warn('audit log recovered', recovered)
      await this.#current.append({ type: 'log.recovered', ...recovered }, {})
    }
    for (const { query, of, project, holders } of [...this.#current.heads.open.values()]) {
      const about = { ...(project !== undefined && { project }), ...(holders && { holders }) }
      await this.#current.append({ type: 'query.abort', query, of, cause: 'restart' }, about)
    }
    this.#beginning = undefined
  }

  /** The first entry of a shard quotes the end of the one before. */
  async #openShard(): Promise<void> {
    if (this.#current.size > 0) return
    const former = this.#shards.at(-2)
    if (former === undefined) {
      await this.#current.append({ type: 'shard.opened' }, {})
      return
    }
    const { origin, size, root } = await readSigned(this.#home, former)
    const headsSha256 = await openingSha256(this.#home, this.#current.name)
    const quote = { prevOrigin: origin, prevSize: size, prevRoot: root, ...(headsSha256 && { headsSha256 }) }
    await this.#current.append({ type: 'shard.opened', ...quote }, {})
  }

  /** What must be written before the next entry, already begun; it settles well, for a failure closes the log. */
  #first(): Promise<void> | undefined {
    if (this.#turning || this.#isClosed || this.#isFailed || this.#space.isFull) return this.#turning
    this.#turning = this.#due()?.()
      .catch((error: unknown) => this.#onFailed('disk', error))
      .finally(() => {
        this.#turning = undefined
      })
    return this.#turning
  }

  #due(): (() => Promise<void>) | undefined {
    if (this.#beginning) return this.#beginning
    if (this.#yearNow() > this.#current.name) return () => this.#turnYear()
    if (this.#isDayOver()) return () => this.#seal()
    const jump = this.#watch.look(this.#current.heads.ts)
    return jump && (() => this.#tellJump(jump))
  }

  async #tellJump(jump: Jump): Promise<void> {
    this.#options.log.warn('the clock of the audit log has jumped', { jump })
    this.#watch.settle()
    await this.#current.append({ type: 'anomaly.raised', anomaly: jump }, {})
  }

  #isDayOver(): boolean {
    const { size, ts } = this.#current.heads
    return size > 0 && new Date(this.#options.clock.now()).toISOString().slice(0, 10) > ts.slice(0, 10)
  }

  /**
   * Before the first entry of a day, one about the state of the log after the last day: it closes the upper end of every
   * numbering, so that who holds the entries of a project knows that none is missing.
   */
  async #seal(): Promise<void> {
    if (!this.#isDayOver()) return
    await this.#current.settle()
    const { heads, root } = this.#current
    const sealed = { size: heads.size, root: root.toString('base64'), headsSha256: headsSha256(heads) }
    await this.#current.append({ type: 'log.sealed', ...sealed }, {})
  }

  /** The year has changed: the shard is closed for ever and the next one begins. A crash in between is made good here. */
  async #turnYear(): Promise<void> {
    const former = this.#current
    if (!(await this.#isEnded())) await former.append({ type: 'shard.closed' }, {})
    await former.close()
    const following = String(Number(former.name) + 1)
    await this.#create(this.#yearNow() > following ? this.#yearNow() : following, hostOf(former.origin))
    await this.#open(this.#shards.at(-1) ?? '')
    await this.#openShard()
  }

  async #isEnded(): Promise<boolean> {
    const last = await this.entry(this.#current.size - 1)
    return last?.body.type === 'shard.closed'
  }

  #publish(shard: string, { head, body, leaf }: Pending, { by }: About): void {
    const { seq, ts, actor, project, holders, sealed } = head
    try {
      this.#options.onEntry({
        shard,
        seq,
        ts,
        leaf: leaf.hash.toString('hex'),
        body,
        ...(by && actor && { actor: { issuer: by.issuer, subject: by.subject, ps: actor.ps } }),
        ...(actor && { came: { door: actor.door, session: actor.sid } }),
        ...(project && { project: project.id }),
        ...(holders && { holders: holders.map(({ id }) => id) }),
        isSealed: sealed !== undefined,
        numbers: { ...(project && { project: project.seq }), ...(actor && { actor: actor.seq }) },
      })
    } catch {
      // The index is rebuilt from the log; the log does not stop for it.
      this.#options.log.error('the audit index did not take an entry', { seq })
    }
  }

  /** Before the shard is open, it waits for the first entries; a failure is told by onFailed. */
  async #tellReserve(freeBytes: number): Promise<void> {
    this.#mustTellReserve = this.#shard ? undefined : freeBytes
    await this.#shard?.append({ type: 'log.reserve_used', freeBytes }, {}).catch(() => undefined)
  }

  /** Told once: what follows from the first failure says nothing new. */
  #onFailed(reason: 'disk' | 'fenced', error: unknown): void {
    if (this.#isFailed) return
    this.#isFailed = true
    const code = errorCode(error) ?? 'none'
    this.#options.log.error('the audit log cannot promise anything any more', { reason, code })
    this.#options.onFatal?.(reason === 'disk' ? 70 : 71)
  }
}
