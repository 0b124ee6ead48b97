/** Reads entries, proofs and sealed contents of every shard of a home, the one being written included. */
import { join } from 'node:path'
import type { Actor } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type Body, type Common, splitEntry } from './entry.ts'
import { readIfPresent } from './files.ts'
import { type Home, listShards, readSigned } from './home.ts'
import type { Keyring } from './keyring.ts'
import { readBundle, readShown, writeProof } from './reader.ts'
import type { Indexed } from './record.ts'
import { parseStrictly } from './recover.ts'
import { blockPath, decodeRecords, monthOf, unseal } from './seal.ts'
import type { Shard } from './shard.ts'
import { width } from './tiles.ts'
import { leafHash, type Range } from './tree.ts'

interface Found {
  readonly head: Common
  readonly body: Body
  readonly leaf: string
  /** The sealed record when it is not in its block yet. */
  readonly record?: Buffer
}

export class Archive {
  readonly #home: Home
  readonly #keyring: Keyring
  readonly #written: (shard: string) => Shard | undefined

  /** `written` gives the shard being written when it has that name. */
  constructor(home: Home, keyring: Keyring, written: (shard: string) => Shard | undefined) {
    this.#home = home
    this.#keyring = keyring
    this.#written = written
  }

  async readTile(shard: string, path: string): Promise<Uint8Array | null> {
    return /^\d{4}$/.test(shard) ? readShown(this.#folder(shard), path) : null
  }

  async proof(seq: number, shard: string): Promise<string> {
    await this.#written(shard)?.integrate()
    const signed = await this.#signed(shard)
    if (!(Number.isSafeInteger(seq) && seq >= 0 && seq < signed.size)) throw new Refusal('NOT_FOUND')
    return writeProof(this.#folder(shard), seq, signed)
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
    const block = await readIfPresent(join(this.#folder(shard), blockPath(ts, seq)))
    return block ? decodeRecords(block).find((record) => record.seq === seq)?.record : undefined
  }

  async #signed(shard: string): Promise<{ size: number; note: string; origin: string }> {
    const written = this.#written(shard)
    if (written) return { ...written.signed, origin: written.origin }
    if (!(await listShards(this.#home)).includes(shard)) throw new Refusal('NOT_FOUND')
    return readSigned(this.#home, shard)
  }

  #folder(shard: string): string {
    return join(this.#home.audit, shard)
  }
}
