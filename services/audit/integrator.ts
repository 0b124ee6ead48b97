/**
 * Moves durable entries into the tree: sealed contents, bundles, tiles, then the signed checkpoint. Each step is durable before
 * the next; a crash between any two leaves files that the next start writes again, byte for byte.
 */
import { open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Body, Common } from './entry.ts'
import { makeFolder, replaceFile, replaceFiles, syncFolder, unfinished } from './files.ts'
import { advance, type Heads, writeHeads } from './heads.ts'
import { checkpointText, type NoteKey, signNote } from './note.ts'
import { blockPath, encodeRecord } from './seal.ts'
import { type Edge, grow, type Leaf, rootOfEdge } from './tiles.ts'

/** A durable entry that is not in the tree yet. */
export interface Pending {
  readonly head: Common
  readonly body: Body
  readonly leaf: Leaf
  /** The sealed content as it is stored; empty when there is none. */
  readonly record: Buffer
}

export interface IntegratorOptions {
  /** Folder of the shard. */
  readonly folder: string
  readonly shard: string
  readonly key: NoteKey
  /** Second place of the last signed checkpoint, away from the log. */
  readonly signedPath: string
  readonly edge: Edge
  /** Heads of exactly the entries of `edge`; owned by the integrator from now on. */
  readonly heads: Heads
  /** The last signed checkpoint. */
  readonly checkpoint: string
}

export class Integrator {
  readonly #options: IntegratorOptions
  #edge: Edge
  #signed: { readonly size: number; readonly note: string }
  #failure: unknown
  #isFailed = false

  constructor(options: IntegratorOptions) {
    this.#options = options
    this.#edge = options.edge
    this.#signed = { size: options.edge.size, note: options.checkpoint }
  }

  get size(): number {
    return this.#edge.size
  }

  /** The last signed note and its size, changed together. */
  get signed(): { readonly size: number; readonly note: string } {
    return this.#signed
  }

  get heads(): Heads {
    return this.#options.heads
  }

  get root(): Buffer {
    return rootOfEdge(this.#edge)
  }

  /** Adds entries and signs the new size. Calls must not overlap. After a failure every later call fails: never retried. */
  async add(entries: readonly Pending[]): Promise<void> {
    if (this.#isFailed) throw this.#failure
    try {
      if (entries.length > 0) await this.#add(entries)
    } catch (error) {
      this.#isFailed = true
      this.#failure = error
      throw error
    }
  }

  async #add(entries: readonly Pending[]): Promise<void> {
    const { folder, heads, shard } = this.#options
    await this.#writePayloads(entries)
    const grown = grow(
      this.#edge,
      entries.map(({ leaf }) => leaf),
    )
    for (const entry of entries) advance(heads, entry, { shard, leaf: entry.leaf.hash.toString('hex') })
    await replaceFiles(folder, grown.files)
    this.#edge = grown.edge
    await this.#sign()
    for (const path of grown.filled) await rm(join(folder, `${path}.p`), { recursive: true, force: true })
  }

  /** The size only ever grows, so a smaller one is never signed; the copy away from the log is written first. */
  async #sign(): Promise<void> {
    const { folder, key, signedPath } = this.#options
    const note = signNote(checkpointText({ origin: key.name, size: this.#edge.size, root: this.root }), key)
    await replaceFile(signedPath, note, { mode: 0o600 })
    await replaceFile(join(folder, 'checkpoint'), note, { temp: join(folder, unfinished) })
    this.#signed = { size: this.#edge.size, note }
  }

  async saveHeads(closed: boolean): Promise<void> {
    const { folder, heads } = this.#options
    const text = writeHeads(heads, this.root.toString('base64'), closed)
    await replaceFile(join(folder, 'heads.json'), text, { temp: join(folder, unfinished) })
  }

  async #writePayloads(entries: readonly Pending[]): Promise<void> {
    const blocks = new Map<string, Buffer[]>()
    for (const { head, record } of entries) {
      if (record.length === 0) continue
      const path = join(this.#options.folder, blockPath(head.ts, head.seq))
      const records = blocks.get(path) ?? []
      records.push(encodeRecord(head.seq, record))
      blocks.set(path, records)
    }
    for (const [path, records] of blocks) await appendBlock(path, Buffer.concat(records))
  }
}

async function appendBlock(path: string, bytes: Buffer): Promise<void> {
  await makeFolder(dirname(path))
  const file = await open(path, 'a', 0o600)
  try {
    await file.appendFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await syncFolder(dirname(path))
}
