/**
 * The files of a shard as they were at one moment, also while a writer is at work. Order of reading makes it so: names first,
 * then heads.json, then the checkpoint, then the journal. What is named is then covered by checkpoint or journal, and heads
 * are never ahead of the checkpoint.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Finding, insist } from './finding.ts'
import { type Journal, readJournal } from './journal.ts'
import { type Checkpoint, type Note, openNote, parseVerifierKey, readNote, type VerifierKey } from './note.ts'
import { isGone, readMaybe } from './read.ts'

/** A tile or bundle of which some form is on disk. */
export interface Part {
  isFull: boolean
  readonly widths: number[]
}

export interface Snapshot {
  readonly folder: string
  readonly key: VerifierKey
  readonly checkpoint: Checkpoint
  /** The bytes of the checkpoint: other bytes mean that a writer is at work. */
  readonly note: Buffer
  readonly heads: Buffer
  readonly opening: Buffer | null
  /** The last checkpoint with its cosignatures, and what it says; null when no quorum ever cosigned. */
  readonly cosigned: { readonly note: Note; readonly checkpoint: Checkpoint } | null
  readonly journal: Journal
  /** By `<level or entries>/<index>`. */
  readonly parts: Map<string, Part>
  /** Paths of payload blocks. */
  readonly blocks: Set<string>
}

const partPath =
  /^tile\/(entries|\d|[1-5]\d|6[0-3])\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d?|1\d\d|2[0-4]\d|25[0-5]))?$/
const blockPath = /^payload\/\d{6}\/\d{8,}\.bin$/
const loose = new Set(['checkpoint', 'cosigned', 'heads.json', 'log.vkey', 'opening.json'])

async function mustRead(folder: string, name: string): Promise<Buffer> {
  const bytes = await readMaybe(join(folder, name))
  insist(bytes, 'missing', `${name} is gone`)
  return bytes
}

export async function takeSnapshot(folder: string): Promise<Snapshot> {
  const { parts, blocks } = await readNames(folder)
  const vkey = await mustRead(folder, 'log.vkey')
  const opening = await readMaybe(join(folder, 'opening.json'))
  const heads = await mustRead(folder, 'heads.json')
  const cosigned = await readMaybe(join(folder, 'cosigned'))
  const note = await mustRead(folder, 'checkpoint')
  const journal = await readJournal(folder)
  const key = parseVerifierKey(vkey.toString().replace(/\n$/, ''))
  insist(key && vkey.equals(Buffer.from(`${key.text}\n`)), 'key', 'log.vkey is not a verifier key')
  const checkpoint = openNote(note, key)
  insist(checkpoint, 'checkpoint', 'the checkpoint is not signed by the key of this log')
  const files = { heads, opening, journal, parts, blocks }
  return { folder, key, checkpoint, note, cosigned: openCosigned(cosigned, key), ...files }
}

function openCosigned(bytes: Buffer | null, key: VerifierKey): Snapshot['cosigned'] {
  const note = bytes ? readNote(bytes) : null
  const checkpoint = bytes && openNote(bytes, key)
  if (note && checkpoint) return { note, checkpoint }
  insist(!bytes, 'checkpoint', 'the cosigned checkpoint is not signed by the key of this log')
  return null
}

async function readNames(folder: string): Promise<Pick<Snapshot, 'parts' | 'blocks'>> {
  const parts = new Map<string, Part>()
  const blocks = new Set<string>()
  for await (const path of walk(folder, '')) {
    if (blockPath.test(path)) blocks.add(path)
    else if (!(loose.has(path) || path.startsWith('wal/') || path.startsWith('tmp/'))) addPart(parts, path)
  }
  return { parts, blocks }
}

function addPart(parts: Map<string, Part>, path: string): void {
  const [, level = '', number = '', width] = partPath.exec(path) ?? []
  const index = Number(number.replaceAll(/[x/]/g, ''))
  // A number has one spelling: 5 is 005, never x000/005.
  insist(number !== '' && writeNumber(index) === number, 'unknown-file', `${path} is not a file of a log`)
  const name = `${level}/${index}`
  const part = parts.get(name) ?? { isFull: false, widths: [] }
  if (width === undefined) part.isFull = true
  else part.widths.push(Number(width))
  parts.set(name, part)
}

export function writeNumber(index: number): string {
  const digits = String(index)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  return padded.replaceAll(/(\d{3})(?=\d)/g, 'x$1/')
}

/** Paths of all files, in no order. A folder that goes away meanwhile was emptied by a writer. */
async function* walk(root: string, folder: string): AsyncGenerator<string> {
  const found = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
    if (isGone(error) && folder !== '') return []
    throw error
  })
  for (const one of found) {
    const path = folder === '' ? one.name : `${folder}/${one.name}`
    if (one.isDirectory()) yield* walk(root, path)
    else if (one.isFile()) yield path
    else throw new Finding('unknown-file', `${path} is neither a file nor a folder`)
  }
}
