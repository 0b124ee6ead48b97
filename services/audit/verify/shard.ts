/** Checks one shard from its first entry to its last, one bundle in memory at a time. */
import { basename, join } from 'node:path'
import { joinBundle, splitBundle } from './bundle.ts'
import { Finding, insist } from './finding.ts'
import { History, readHeads } from './history.ts'
import { type FullTile, GrowingTree, hashLeaf, sha256 } from './merkle.ts'
import { Parts, pathOf, tileEnds, width } from './parts.ts'
import type { Policy } from './policy.ts'
import { readMaybe } from './read.ts'
import { droppedBy } from './retention.ts'
import { type Entry, readEntry } from './shapes.ts'
import { type Snapshot, takeSnapshot } from './snapshot.ts'
import type { Known, Quoted, ShardState } from './state.ts'

export interface Expectations {
  readonly former?: ShardState
  readonly known: (origin: string) => Known | undefined
  readonly policy: Policy
  readonly onEntry: () => void
}

const attempts = 5
const fullEnds = tileEnds(width)

/**
 * Verifies a shard. Throws a Finding for what is wrong. While a writer is at work something may move between two reads: a
 * finding counts only if the checkpoint, the heads and the journals still are what they were.
 */
export async function verifyShard(folder: string, expected: Expectations): Promise<ShardState> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await fingerprint(folder)
    try {
      return await new ShardCheck(await takeSnapshot(folder), expected).run()
    } catch (error) {
      const isStill = before === (await fingerprint(folder))
      if (!(error instanceof Finding) || isStill || attempt === attempts) throw error
    }
  }
}

async function fingerprint(folder: string): Promise<string> {
  const files = await Promise.all(['checkpoint', 'heads.json'].map((name) => readMaybe(join(folder, name))))
  return sha256(Buffer.concat(files.map((bytes) => bytes ?? Buffer.alloc(1)))).toString('hex')
}

interface SealedBlock {
  readonly path: string
  readonly sealed: { seq: number; id: string }[]
}

class ShardCheck {
  readonly #snapshot: Snapshot
  readonly #expected: Expectations
  readonly #parts: Parts
  readonly #history: History
  readonly #tree = new GrowingTree()
  readonly #marks = new Map<number, (() => void)[]>()
  readonly #isRunning: boolean
  #bundle: Buffer[] = []
  #blocks: SealedBlock[] = []
  #full: FullTile[] = []
  #quoted: Quoted | undefined
  readonly #dropped: Quoted[] = []

  constructor(snapshot: Snapshot, expected: Expectations) {
    this.#snapshot = snapshot
    this.#expected = expected
    this.#parts = new Parts(snapshot)
    this.#history = new History(basename(snapshot.folder))
    this.#isRunning = readHeads(snapshot.heads)?.closed !== true
  }

  async run(): Promise<ShardState> {
    const { checkpoint, journal, key } = this.#snapshot
    this.#begin()
    this.#mark(checkpoint.size, () => this.#checkRoot())
    this.#markHeads()
    this.#markKnown()
    const cosigned = this.#markCosigned()
    this.#reach()
    for (let index = 0; index * width < checkpoint.size; index += 1) {
      this.#readAhead(index + 1)
      const leaves = await this.#readBundle(index)
      for (const [at, leaf] of leaves.bytes.entries()) this.#add(leaf, leaves.hashes[at])
      await this.#checkFull()
    }
    for (let leaf = this.#fromJournal(); leaf; leaf = this.#fromJournal()) {
      this.#add(leaf)
      await this.#checkFull()
    }
    const beyond = [...journal.frames.keys()].find((seq) => seq >= this.#tree.size)
    insist(beyond === undefined, 'journal', ['the journal lacks an entry', this.#tree.size])
    await this.#finish()
    return {
      origin: key.name,
      vkey: key.text,
      size: checkpoint.size,
      root: checkpoint.root.toString('base64'),
      entries: this.#tree.size,
      isClosed: this.#history.isClosed,
      opening: this.#history.opening(),
      dropped: this.#dropped,
      ...(this.#quoted && { quoted: this.#quoted }),
      isCosigned: this.#snapshot.cosigned !== null,
      ...(cosigned && { cosigned }),
    }
  }

  #begin(): void {
    const { folder, heads, key, journal, opening } = this.#snapshot
    const name = basename(folder)
    const isPlaced = !/^\d{4}$/.test(name) || key.name.endsWith(`/audit/${name}`)
    insist(isPlaced, 'shard', `the log ${key.name} lies in the place of another`)
    insist(readHeads(heads), 'heads', 'heads.json cannot be read')
    const hasJournal = !this.#isRunning || journal.files.length > 0
    insist(hasJournal, 'missing', 'the journal in use is gone')
    if (opening) this.#history.begin(opening)
  }

  #mark(size: number, check: () => void): void {
    this.#marks.set(size, [...(this.#marks.get(size) ?? []), check])
  }

  #reach(): void {
    for (const check of this.#marks.get(this.#tree.size) ?? []) check()
    this.#marks.delete(this.#tree.size)
  }

  #checkRoot(): void {
    const isSame = this.#tree.root().equals(this.#snapshot.checkpoint.root)
    insist(isSame, 'root', 'the entries do not give the root that was signed')
  }

  #markHeads(): void {
    const { checkpoint, heads } = this.#snapshot
    const size = readHeads(heads)?.size
    insist(typeof size === 'number', 'heads', 'heads.json cannot be read')
    const isReached = size <= checkpoint.size
    insist(isReached, 'rollback', ['the checkpoint is older than heads.json', checkpoint.size])
    this.#mark(size, () => {
      const expected = this.#history.heads(this.#tree.root().toString('base64'), !this.#isRunning)
      insist(heads.equals(Buffer.from(expected)), 'heads', 'heads.json is not what the entries give')
    })
  }

  #markKnown(): void {
    const { checkpoint, key } = this.#snapshot
    const known = this.#expected.known(key.name)
    if (!known) return
    const isKey = known.vkey === undefined || known.vkey === key.text
    insist(isKey, 'key', 'the log has another key than when it was last verified')
    const what = 'the log is shorter than when it was last verified'
    insist(known.size <= checkpoint.size, 'rollback', [what, checkpoint.size])
    this.#mark(known.size, () => {
      const isSame = this.#tree.root().toString('base64') === known.root
      insist(isSame, 'rollback', 'the log is not a continuation of the one that was last verified')
    })
  }

  /** Witnesses saw a tree: it must be a part of this one. */
  #markCosigned(): ShardState['cosigned'] {
    const { cosigned, checkpoint, key } = this.#snapshot
    const { logs } = this.#expected.policy
    const pinned = logs.get(key.name)
    insist(!pinned || pinned.text === key.text, 'key', 'the log has another key than the policy names')
    if (!cosigned) return undefined
    const { size, root } = cosigned.checkpoint
    insist(size <= checkpoint.size, 'rollback', [
      'the log is shorter than what was cosigned',
      checkpoint.size,
    ])
    this.#mark(size, () => {
      const isSame = this.#tree.root().equals(root)
      insist(isSame, 'rollback', 'the log is not the one that was cosigned')
    })
    const time = this.#expected.policy.cosignedAt(cosigned.note)
    insist(time !== false, 'witness', 'a cosignature is not that of the witness it names')
    return time === undefined ? undefined : { size, time }
  }

  /** The disk works on the next bundle while this one is checked. */
  #readAhead(index: number): void {
    const { checkpoint } = this.#snapshot
    if ((index + 1) * width > checkpoint.size) return
    for (const level of ['entries', 0] as const) this.#parts.readAhead(pathOf(level, index))
  }

  /** Entries of one bundle up to the checkpoint, each compared with its leaf hash, so that the first bad one is named. */
  async #readBundle(index: number): Promise<{ bytes: Buffer[]; hashes: Buffer[] }> {
    const { checkpoint } = this.#snapshot
    const count = Math.min(width, checkpoint.size - index * width)
    const path = pathOf('entries', index, count)
    const own = await this.#parts.read(path)
    const bytes = own ?? (await this.#parts.read(pathOf('entries', index)))
    const tile =
      (await this.#parts.read(pathOf(0, index, count))) ?? (await this.#parts.read(pathOf(0, index)))
    insist(bytes, 'missing', [`${path} is gone`, index * width])
    const { leaves, isWhole } = splitBundle(bytes, own ? Number.POSITIVE_INFINITY : count)
    const hashes = leaves.map(hashLeaf)
    const wrong = tile ? hashes.findIndex((hash, at) => !isAt(tile, hash, at * 32)) : -1
    insist(wrong < 0, 'bundle', [`${path} and its tile disagree`, index * width + wrong])
    const isComplete = isWhole && leaves.length === count
    insist(isComplete, 'bundle', [
      `${path} does not hold its entries`,
      index * width + Math.min(leaves.length, count),
    ])
    return { bytes: leaves, hashes }
  }

  #fromJournal(): Buffer | undefined {
    return this.#snapshot.journal.frames.get(this.#tree.size)?.leaf
  }

  #add(bytes: Buffer, leaf = hashLeaf(bytes)): void {
    const seq = this.#tree.size
    const frame = this.#snapshot.journal.frames.get(seq)
    insist(!frame || frame.leaf.equals(bytes), 'journal', ['the journal and the log disagree', seq])
    insist(bytes.length <= 8192, 'entry', ['an entry is too long', seq])
    const entry = readEntry(bytes)
    insist(entry, 'entry', ['an entry is not canonical or of no known shape', seq])
    const record = frame?.record
    const fits =
      !record || (entry.sealed ? sha256(record).toString('hex') === entry.sealed.id : record.length === 0)
    insist(fits, 'payload', ['the journal does not hold what the entry commits to', seq])
    this.#history.add(entry, leaf.toString('hex'), () => this.#tree.root())
    if (seq === 0) this.#checkOpening(entry)
    if (entry.type === 'retention.pruned') this.#dropped.push(droppedBy(entry))
    if (entry.sealed) this.#seal(entry, entry.sealed.id)
    this.#bundle.push(bytes)
    this.#full.push(...this.#tree.add(leaf))
    this.#reach()
    this.#expected.onEntry()
  }

  /** The first entry quotes the end of the shard before, and the heads that it hands on. */
  #checkOpening({ headsSha256, prevOrigin, prevRoot, prevSize }: Entry): void {
    if (prevOrigin !== undefined) {
      this.#quoted = { origin: prevOrigin, size: prevSize ?? -1, root: prevRoot ?? '' }
    }
    const { opening } = this.#snapshot
    const digest = opening ? sha256(opening).toString('hex') : undefined
    insist(digest === headsSha256, 'heads', ['opening.json is not the one that the log began with', 0])
    const { former } = this.#expected
    if (!former) return
    const isQuoted = prevOrigin === former.origin && prevSize === former.size && prevRoot === former.root
    insist(isQuoted, 'shard', ['the shard does not go on where the one before ended', 0])
    const isHanded = opening?.equals(Buffer.from(former.opening))
    insist(isHanded, 'shard', ['the shard does not begin with the heads of the one before', 0])
  }

  #seal({ seq, ts }: Entry, id: string): void {
    const block = String(Math.floor(seq / width)).padStart(8, '0')
    const path = `payload/${ts.slice(0, 4)}${ts.slice(5, 7)}/${block}.bin`
    const last = this.#blocks.at(-1)
    if (last?.path === path) last.sealed.push({ seq, id })
    else this.#blocks.push({ path, sealed: [{ seq, id }] })
  }

  /** Checks what the last entry has filled; there is nothing to do between bundles. */
  async #checkFull(): Promise<void> {
    if (this.#bundle.length < width) return
    for (const { bytes, index, level } of this.#full) {
      await this.#parts.check({ level, index, bytes, ends: fullEnds })
      this.#parts.forget(pathOf(level, index))
    }
    this.#full = []
    await this.#checkBundle()
  }

  async #checkBundle(): Promise<void> {
    const index = Math.floor((this.#tree.size - 1) / width)
    await this.#parts.check({ level: 'entries', index, ...joinBundle(this.#bundle) })
    const isGrowing = this.#isRunning && (index + 1) * width > this.#snapshot.checkpoint.size
    for (const { path, sealed } of this.#blocks) await this.#parts.checkBlock(path, sealed, isGrowing)
    this.#parts.forget(pathOf('entries', index), ...this.#blocks.map(({ path }) => path))
    this.#bundle = []
    this.#blocks = []
  }

  async #finish(): Promise<void> {
    if (this.#bundle.length > 0) await this.#checkBundle()
    for (const [level, row] of this.#tree.rows.entries()) {
      if (row.length === 0) continue
      const index = Math.floor(this.#tree.size / width ** (level + 1))
      await this.#parts.check({ level, index, bytes: Buffer.concat(row), ends: tileEnds(row.length) })
    }
    this.#parts.finish()
  }
}

/** Whether these bytes are found at a place of the tile. */
function isAt(tile: Buffer, bytes: Buffer, at: number): boolean {
  return at + bytes.length <= tile.length && bytes.compare(tile, at, at + bytes.length) === 0
}
