/** Reads entries, proofs and sealed contents of every shard of a home, the one being written included. */
import { join } from 'node:path'
import type { Actor } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type Body, type Common, splitEntry } from './entry.ts'
import { type Folder, unfinished } from './files.ts'
import { cosignedFile, type Home, listShards, readCosigned, readSigned, type SignedTree } from './home.ts'
import type { Keyring } from './keyring.ts'
import { consistencyHashes, readBundle, readShown, writeProof } from './reader.ts'
import type { Indexed } from './record.ts'
import { parseStrictly } from './recover.ts'
import { blockPath, decodeRecords, monthOf, unseal } from './seal.ts'
import type { Shard } from './shard.ts'
import { width } from './tiles.ts'
import { type Hash, leafHash, type Range } from './tree.ts'

interface Found {
  readonly head: Common
  readonly body: Body
  readonly leaf: string
  /** The sealed record when it is not in its block yet. */
  readonly record?: Buffer
}

export interface ArchiveNeeds {
  readonly home: Home
  readonly keyring: Keyring
  /** The shard being written when it has that name. */
  readonly written: (shard: string) => Shard | undefined
  /** POSIX milliseconds. */
  readonly now: () => number
}

/** The trees of a log, as whoever collects cosignatures sees them. */
export interface Trees {
  /** As it was signed last. */
  signed(shard: string): Promise<SignedTree>
  /** As a quorum of witnesses cosigned it last; null when none did. */
  cosigned(shard: string): Promise<SignedTree | null>
  /** Keeps a signed note with its cosignatures; readers are shown it while it is recent. */
  keepCosigned(shard: string, note: string): Promise<void>
  /** What proves that a signed tree goes on from an older one (RFC 6962, 2.1.2). */
  consistency(sizes: { older: number; newer: number }, shard: string): Promise<readonly Uint8Array[]>
}

/** For so long a cosigned checkpoint is shown in place of the newest one. */
const recentMs = 5 * 60_000

export class Archive implements Trees {
  readonly #home: Home
  readonly #keyring: Keyring
  readonly #written: (shard: string) => Shard | undefined
  readonly #now: () => number
  readonly #keptAt = new Map<string, number>()

  constructor({ home, keyring, written, now }: ArchiveNeeds) {
    this.#home = home
    this.#keyring = keyring
    this.#written = written
    this.#now = now
  }

  /** A checkpoint is shown with its cosignatures while these are recent: they cover a size that it had a moment ago. */
  async readTile(shard: string, path: string): Promise<Uint8Array | null> {
    if (!/^\d{4}$/.test(shard)) return null
    const isRecent = path === 'checkpoint' && this.#now() - (this.#keptAt.get(shard) ?? 0) < recentMs
    const cosigned = isRecent ? await this.cosigned(shard) : null
    return cosigned ? Buffer.from(cosigned.note) : readShown(this.#folder(shard), path)
  }

  signed(shard: string): Promise<SignedTree> {
    return this.#signed(shard)
  }

  async cosigned(shard: string): Promise<SignedTree | null> {
    return readCosigned(this.#home, shard)
  }

  async keepCosigned(shard: string, note: string): Promise<void> {
    const { folder, files } = this.#folder(shard)
    await files.replace(join(folder, cosignedFile), note, { temp: join(folder, unfinished) })
    this.#keptAt.set(shard, this.#now())
  }

  consistency({ older, newer }: { older: number; newer: number }, shard: string): Promise<Hash[]> {
    return consistencyHashes(this.#folder(shard), older, newer)
  }

  /** Against the cosigned tree when it holds the entry, for it convinces more people; else against the signed one. */
  async proof(seq: number, shard: string): Promise<string> {
    await this.#written(shard)?.integrate()
    const signed = await this.#signed(shard)
    if (!(Number.isSafeInteger(seq) && seq >= 0 && seq < signed.size)) throw new Refusal('NOT_FOUND')
    const cosigned = await this.cosigned(shard)
    return writeProof(this.#folder(shard), seq, cosigned && seq < cosigned.size ? cosigned : signed)
  }

  async entry(seq: number, shard: string): Promise<Indexed | null> {
    for await (const found of this.#find({ from: seq, to: seq + 1 }, shard)) return this.#index(shard, found)
    return null
  }

  async *entries(range: Range, shard: string): AsyncGenerator<Indexed> {
    for await (const found of this.#find(range, shard)) yield this.#index(shard, found)
  }

  /** The same with their sealed content: null when there is none or its key is gone. */
  async *opened(range: Range, shard: string): AsyncGenerator<{ entry: Indexed; content: unknown }> {
    for await (const found of this.#find(range, shard))
      yield { entry: this.#index(shard, found), content: await this.#open(shard, found) }
  }

  async unseal(seq: number, shard: string): Promise<unknown> {
    for await (const found of this.#find({ from: seq, to: seq + 1 }, shard)) return this.#open(shard, found)
    return null
  }

  /** Entries of a range that exist, oldest first; one bundle is read at a time. */
  async *#find({ from, to }: Range, shard: string): AsyncGenerator<Found> {
    let seq = Math.max(0, from)
    while (seq < to) {
      const some = await this.#from({ from: seq, to }, shard)
      for (const found of some) yield found
      if (some.length === 0) return
      seq += some.length
    }
  }

  async #from({ from: seq, to }: Range, shard: string): Promise<Found[]> {
    const waiting = this.#written(shard)?.waiting(seq)
    if (waiting) {
      const { head, body, leaf, record } = waiting
      return [{ head, body, leaf: leaf.hash.toString('hex'), record }]
    }
    const { size } = await this.#signed(shard)
    if (!(Number.isSafeInteger(seq) && seq < size)) return []
    const bundle = await readBundle(this.#folder(shard), Math.floor(seq / width), size)
    return bundle.slice(seq % width, (seq % width) + to - seq).map((bytes) => ({
      ...splitEntry(parseStrictly(bytes)),
      leaf: leafHash(bytes).toString('hex'),
    }))
  }

  #index(shard: string, { head, body, leaf }: Found): Indexed {
    const { seq, ts, actor, project, holders, sealed } = head
    return {
      shard,
      seq,
      ts,
      leaf,
      body,
      ...(actor && { actor: { ...this.#person(actor.ps, actor.iss), ps: actor.ps } }),
      ...(actor && { came: { door: actor.door, session: actor.sid } }),
      ...(project && { project: project.id }),
      ...(holders && { holders: holders.map(({ id }) => id) }),
      isSealed: sealed !== undefined,
      numbers: { ...(project && { project: project.seq }), ...(actor && { actor: actor.seq }) },
    }
  }

  /** Once the person table is gone, the pseudonym is all that is left. */
  #person(ps: string, issuer: string): Actor {
    return this.#keyring.person(ps) ?? { issuer, subject: ps }
  }

  async #open(shard: string, { head, record }: Found): Promise<unknown> {
    const { sealed, seq, ts, actor } = head
    const key = this.#keyring.existingPayloadKey(monthOf(ts), actor?.ps)
    const bytes = record ?? (await this.#record(shard, head))
    if (!(sealed && key && bytes)) return null
    const { origin } = await this.#signed(shard)
    const { content, sha256 } = unseal(bytes, key, { origin, seq })
    if (sha256 !== sealed.sha256) throw new Error('a sealed content is not the one that was committed to')
    return content
  }

  async #record(shard: string, { ts, seq }: Common): Promise<Buffer | undefined> {
    const { folder, files } = this.#folder(shard)
    const block = await files.readIfPresent(join(folder, blockPath(ts, seq)))
    return block ? decodeRecords(block).find((record) => record.seq === seq)?.record : undefined
  }

  async #signed(shard: string): Promise<SignedTree> {
    const written = this.#written(shard)
    if (written) return { ...written.signed, origin: written.origin }
    if (!(await listShards(this.#home)).includes(shard)) throw new Refusal('NOT_FOUND')
    return readSigned(this.#home, shard)
  }

  #folder(shard: string): Folder {
    return { folder: join(this.#home.audit, shard), files: this.#home.files }
  }
}
