/** Opens the evidence log of a home: its shards, the one writer, the readers. */
import { randomBytes } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../kernel/clock.ts'
import type { Closable, Receipt } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import { Refusal } from '../kernel/refusal.ts'
import { Archive, type Trees } from './archive.ts'
import type { Body } from './entry.ts'
import { errorCode } from './files.ts'
import { type FoundTree, foundTree } from './found-tree.ts'
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
import { type OpenSegment, openSegment } from './journal.ts'
import { Keyring } from './keyring.ts'
import type { About, Audit, Indexed } from './record.ts'
import { type Recovered, recover } from './recover.ts'
import { dropShards, type RetentionRule } from './retention.ts'
import { Shard } from './shard.ts'

export type { Indexed } from './record.ts'

/** The right to write, held by main.ts: `epoch` grows by one at each take-over, `lost` resolves when it is gone. */
interface Lease {
  readonly epoch: number
  readonly lost: Promise<void>
}

export interface AuditOptions {
  /** HUISCLOS_HOME: the log lives in `audit/`, its keys in `keys/`. */
  readonly home: string
  readonly clock: Clock
  readonly log: Log
  /** Public host of the first shard's origin; once a shard exists, its stored origin wins. */
  readonly host: string
  readonly lease: Lease
  /** Folder of the keys; default `<home>/keys`. */
  readonly keys?: string
  /**
   * Called once, with the tree that was found and before anything is written to it. What it throws stops the start; the
   * question to witnesses is put here.
   */
  readonly onFound?: (tree: FoundTree) => Promise<void>
  /** Called once per entry, in order, after it is durable. Must not throw. */
  readonly onEntry: (entry: Indexed) => void
  /** The log can no longer promise anything: 70 the disk failed, 71 the lease or the fence was lost. */
  readonly onFatal?: (exitCode: 70 | 71) => void
  /** How a journal file is made; tests put failing disks here. */
  readonly openSegment?: OpenSegment
  /** Below so many free bytes nothing is appended any more; default 64 MiB. */
  readonly spaceFloorBytes?: number
}

export interface AuditLog extends Audit, Closable {
  /** Shards (calendar years) from oldest to newest. */
  readonly shards: readonly string[]
  /** Durable entries of the current shard. */
  readonly size: number
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
  const home: Home = { audit: join(options.home, 'audit'), keys: options.keys ?? join(options.home, 'keys') }
  await makeHome(home)
  const keyring = await Keyring.open(home.keys)
  const writer = new Writer(options, home, keyring)
  await writer.start()
  return writer
}

const spaceFloor = 64 * 1024 * 1024
/** The free space is looked at again after so many entries. */
const spaceEvery = 256

class Writer implements AuditLog {
  readonly #options: AuditOptions
  readonly #home: Home
  readonly #keyring: Keyring
  readonly #archive: Archive
  readonly #boot = randomBytes(8).toString('hex')
  #shards: string[] = []
  #shard: Shard | undefined
  #turning: Promise<void> | undefined
  #isFull = false
  #isClosed = false
  #isDone = false
  /** What is still to be written before anything else: a disk without room can delay it. */
  #beginning: (() => Promise<void>) | undefined

  constructor(options: AuditOptions, home: Home, keyring: Keyring) {
    this.#options = options
    this.#home = home
    this.#keyring = keyring
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
    await this.#checkSpace()
    this.#shards = await listShards(this.#home)
    if (this.#shards.length === 0) await this.#create(this.#yearNow(), this.#options.host)
    const found = await this.#open(this.#shards.at(-1) ?? '')
    const ms = Math.max(0, this.#options.clock.now() - startedAt)
    this.#beginning = () => this.#begin({ replayed: found.replay.length, tornBytes: found.tornBytes, ms })
    if (!this.#isFull) await this.#beginning()
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

  async append(body: Body, about: About): Promise<Receipt> {
    if (this.#isFull) await this.#checkSpace()
    // All who come while the log has something to say first wait for the same moment, and go on in their order.
    for (let first = this.#first(); first !== undefined; first = this.#first()) await first
    if (this.#isClosed || this.#isFull) throw new Refusal('UNAVAILABLE')
    if (this.#current.heads.size % spaceEvery === 0) this.#checkSpaceSoon()
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
    await this.#shard?.close()
    this.#isDone = true
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
    if (this.#turning !== undefined || this.#isClosed || this.#isFull) return this.#turning
    this.#turning = this.#due()?.()
      .catch((error: unknown) => this.#giveUp(error))
      .finally(() => {
        this.#turning = undefined
      })
    return this.#turning
  }

  #due(): (() => Promise<void>) | undefined {
    if (this.#beginning) return this.#beginning
    if (this.#yearNow() > this.#current.name) return () => this.#turnYear()
    return this.#isDayOver() ? () => this.#seal() : undefined
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

  #giveUp(error: unknown): void {
    this.#isClosed = true
    this.#onFailed('disk', error)
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

  #onFailed(reason: 'disk' | 'fenced', error: unknown): void {
    const code = errorCode(error) ?? 'none'
    this.#options.log.error('the audit log cannot promise anything any more', { reason, code })
    this.#options.onFatal?.(reason === 'disk' ? 70 : 71)
  }

  #checkSpaceSoon(): void {
    this.#checkSpace().catch(() => this.#options.log.warn('the free space of the audit log cannot be read'))
  }

  async #checkSpace(): Promise<void> {
    const { bavail, bsize } = await statfs(this.#home.audit)
    const isFull = bavail * bsize < (this.#options.spaceFloorBytes ?? spaceFloor)
    if (isFull !== this.#isFull) {
      this.#options.log.warn(
        isFull
          ? 'no space left for the audit log: nothing is recorded, nothing runs'
          : 'the audit log has space again',
      )
    }
    this.#isFull = isFull
  }
}
