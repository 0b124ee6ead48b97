/** Compares tiles, bundles and payload blocks on disk with what the entries say they must be. */
import { hash } from 'node:crypto'
import { join } from 'node:path'
import { Finding, insist } from './finding.ts'
import { readMaybe } from './read.ts'
import { type Part, type Snapshot, writeNumber } from './snapshot.ts'

export const width = 256

/** A tile or bundle as it must be: `ends[w]` is where its first w members end. */
export interface Expected {
  readonly level: number | 'entries'
  readonly index: number
  readonly bytes: Buffer
  readonly ends: readonly number[]
}

export function pathOf(level: number | 'entries', index: number, count = width): string {
  const full = `tile/${level}/${writeNumber(index)}`
  return count === width ? full : `${full}.p/${count}`
}

/** A tile of fixed members. */
export function tileEnds(count: number): number[] {
  return Array.from({ length: count + 1 }, (_, at) => at * 32)
}

export class Parts {
  readonly #snapshot: Snapshot
  readonly #unseen: Map<string, Part>
  readonly #blocks: Set<string>
  readonly #read = new Map<string, Promise<Buffer | null>>()

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot
    this.#unseen = new Map(snapshot.parts)
    this.#blocks = new Set(snapshot.blocks)
  }

  /** A file of the shard, null when there is none; read once until forget() is called. */
  read(path: string): Promise<Buffer | null> {
    const reading = this.#read.get(path) ?? readMaybe(join(this.#snapshot.folder, path))
    this.#read.set(path, reading)
    return reading
  }

  /** Begins to read; whoever reads the file later hears of a failure. */
  readAhead(path: string): void {
    this.read(path).catch(() => undefined)
  }

  /** Lets go of a file that is checked. */
  forget(...paths: readonly string[]): void {
    for (const path of paths) this.#read.delete(path)
  }

  /** Checks every form of a part that is on disk, and that the form which the checkpoint needs is there. */
  async check(expected: Expected): Promise<void> {
    const { level, index, ends } = expected
    const name = `${level}/${index}`
    const part = this.#unseen.get(name) ?? { isFull: false, widths: [] }
    this.#unseen.delete(name)
    const known = ends.length - 1
    const span = level === 'entries' ? 1 : width ** level
    const needed = Math.min(width, Math.floor(this.#snapshot.checkpoint.size / span) - index * width)
    const widths = new Set([...part.widths, ...(part.isFull ? [width] : []), ...(needed > 0 ? [needed] : [])])
    for (const count of widths) {
      const seq = index * width * span
      const path = pathOf(level, index, count)
      insist(count <= known, 'unknown-file', [`${path} goes beyond the log`, seq])
      await this.#compare(expected, count)
    }
  }

  async #compare({ level, index, bytes, ends }: Expected, count: number): Promise<void> {
    const path = pathOf(level, index, count)
    const span = level === 'entries' ? 1 : width ** level
    const found = await this.read(path)
    if (!found && count < width) {
      // A partial goes when the full one has come; that one is compared on its own.
      const full = await this.read(pathOf(level, index))
      insist(full, 'missing', [`${path} is gone`, index * width * span])
      return this.#insistEqual(full.subarray(0, ends[count]), bytes.subarray(0, ends[count]), {
        path,
        index,
        span,
      })
    }
    insist(found, 'missing', [`${path} is gone`, index * width * span])
    this.#insistEqual(found, bytes.subarray(0, ends[count]), { path, index, span })
  }

  #insistEqual(found: Buffer, expected: Buffer, at: { path: string; index: number; span: number }): void {
    if (found.equals(expected)) return
    const first = expected.findIndex((byte, offset) => found[offset] !== byte)
    const member = Math.floor(Math.max(0, first) / 32)
    const seq = (at.index * width + (at.path.startsWith('tile/entries') ? 0 : member)) * at.span
    throw new Finding('tile', `${at.path} is not what the entries give`, seq)
  }

  /**
   * Checks the sealed contents of one block of entries and one month. `sealed` are its entries in order; those beyond the
   * checkpoint may be there or not, and the last record may be unfinished, as long as a writer may be at work on it.
   */
  async checkBlock(
    path: string,
    sealed: readonly { seq: number; id: string }[],
    isGrowing: boolean,
  ): Promise<void> {
    this.#blocks.delete(path)
    const { checkpoint } = this.#snapshot
    const needed = sealed.filter(({ seq }) => seq < checkpoint.size)
    const block = await this.read(path)
    insist(block || needed.length === 0, 'missing', [`${path} is gone`, needed[0]?.seq ?? 0])
    let at = 0
    for (const { seq, id } of sealed) {
      const record = block && readRecord(block, at)
      if (!record && seq >= checkpoint.size && isGrowing) return
      const isRight = record?.seq === seq && hash('sha256', record.bytes) === id
      insist(record && isRight, 'payload', [`${path} does not hold what the entry commits to`, seq])
      at = record.end
    }
    const isAtEnd = !block || at === block.length
    insist(isAtEnd || isGrowing, 'payload', [`${path} holds more than its entries`, sealed.at(-1)?.seq ?? 0])
  }

  /** Whatever lies there and belongs to no entry. */
  finish(): void {
    const [part] = this.#unseen.keys()
    insist(part === undefined, 'unknown-file', `tile ${part} goes beyond the log`)
    const [block] = this.#blocks
    insist(block === undefined, 'unknown-file', `${block} belongs to no entry`)
  }
}

function readRecord(block: Buffer, at: number): { seq: number; end: number; bytes: Buffer } | undefined {
  if (at + 12 > block.length) return undefined
  const end = at + 12 + block.readUInt32BE(at + 8)
  if (end > block.length) return undefined
  return { seq: Number(block.readBigUInt64BE(at)), end, bytes: block.subarray(at + 12, end) }
}
