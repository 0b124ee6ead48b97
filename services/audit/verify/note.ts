/** Signed notes, read to the letter: a byte that could be otherwise without anyone noticing is refused. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { sha256 } from './merkle.ts'

/** Types of keys by their number in C2SP signed-note: a log signs the text itself, a witness with the time put before it. */
const types = { log: 1, witness: 4 } as const
export type KeyType = keyof typeof types

const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')
const timeBytes = 8
const signatureBytes = 64

/** An Ed25519 key that signs notes, from its text `<name>+<key id>+<base64>`. The name of a log's key is its origin. */
export interface VerifierKey {
  readonly text: string
  readonly name: string
  readonly id: string
  readonly publicKey: Buffer
}

export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Buffer
}

/** A note taken apart; nothing is known of its signatures yet. */
export interface Note {
  /** With its last newline, as it is signed. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

interface NoteSignature {
  readonly name: string
  /** Eight hexadecimal digits. */
  readonly id: string
  readonly bytes: Buffer
}

/** What a witness said: it saw this checkpoint as the largest one of its log at that time. */
export interface Cosignature {
  readonly key: VerifierKey
  /** POSIX seconds. */
  readonly time: number
}

/** Standard base64 with its padding; undefined for any other spelling of the same bytes. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/** undefined when the text is not an Ed25519 verifier key of this type whose id fits. */
export function parseVerifierKey(text: string, type: KeyType = 'log'): VerifierKey | undefined {
  const [, name = '', id = '', encoded = ''] =
    /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text) ?? []
  const typed = decodeBase64(encoded)
  if (typed?.length !== 33 || typed[0] !== types[type]) return undefined
  const expected = sha256(Buffer.concat([Buffer.from(`${name}\n`), typed])).subarray(0, 4)
  if (expected.toString('hex') !== id) return undefined
  return { text, name, id, publicKey: typed.subarray(1) }
}

/** Takes a note apart; undefined for anything that C2SP signed-note does not allow. */
export function readNote(bytes: Uint8Array): Note | undefined {
  const note = Buffer.from(bytes).toString()
  if (!Buffer.from(note).equals(bytes) || hasControls(note)) return undefined
  const end = note.lastIndexOf('\n\n')
  if (end < 0 || !note.endsWith('\n')) return undefined
  const lines = note.slice(end + 2, -1).split('\n')
  const signatures = lines.map(readSignature).filter((one) => one !== undefined)
  return signatures.length === lines.length ? { text: note.slice(0, end + 1), signatures } : undefined
}

function hasControls(note: string): boolean {
  return [...note].some((char) => char < ' ' && char !== '\n')
}

function readSignature(line: string): NoteSignature | undefined {
  const [, name, encoded = ''] = /^— ([^\s+]+) (\S+)$/.exec(line) ?? []
  const blob = decodeBase64(encoded)
  if (name === undefined || !blob || blob.length < 5) return undefined
  return { name, id: blob.subarray(0, 4).toString('hex'), bytes: blob.subarray(4) }
}

function isFrom(key: VerifierKey): (signature: NoteSignature) => boolean {
  return ({ name, id }) => name === key.name && id === key.id
}

function keyObject({ publicKey }: VerifierKey): KeyObject {
  return createPublicKey({ key: Buffer.concat([spkiPrefix, publicKey]), format: 'der', type: 'spki' })
}

/** Whether the key signed the text: at least one line is in its name, and none of these fails. */
export function isSigned({ text, signatures }: Note, key: VerifierKey): boolean {
  const own = signatures.filter(isFrom(key))
  return own.length > 0 && own.every(({ bytes }) => verify(null, Buffer.from(text), keyObject(key), bytes))
}

/**
 * The checkpoint that the key signed. undefined when the note is malformed, when that key did not sign it or a signature in
 * its name fails, or when it is about another log. Signatures of unknown keys are ignored.
 */
export function openNote(bytes: Uint8Array, key: VerifierKey): Checkpoint | undefined {
  const note = readNote(bytes)
  return note && isSigned(note, key) ? parseCheckpoint(note.text, key.name) : undefined
}

/** The three lines of a checkpoint of this log; undefined when there are more, or other ones. */
export function parseCheckpoint(text: string, origin: string): Checkpoint | undefined {
  const [name, size = '', encoded = '', ...rest] = text.slice(0, -1).split('\n')
  const root = decodeBase64(encoded)
  if (name !== origin || rest.length > 0 || root?.length !== 32) return undefined
  if (!/^(0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size))) return undefined
  return { origin, size: Number(size), root }
}

/**
 * The cosignatures of these witnesses on a note; undefined when a line in the name of one of them fails. Of several lines of
 * one witness the newest counts. Lines of unknown keys are ignored.
 */
export function readCosignatures(
  note: Note,
  witnesses: readonly VerifierKey[],
): readonly Cosignature[] | undefined {
  const found: Cosignature[] = []
  for (const key of witnesses) {
    const times = note.signatures.filter(isFrom(key)).map(({ bytes }) => cosignedAt(note.text, bytes, key))
    if (times.includes(undefined)) return undefined
    const time = Math.max(...times.map(Number))
    if (times.length > 0) found.push({ key, time })
  }
  return found
}

/** C2SP tlog-cosignature, cosignature/v1: the time of a good signature. */
function cosignedAt(text: string, bytes: Buffer, key: VerifierKey): number | undefined {
  if (bytes.length !== timeBytes + signatureBytes) return undefined
  const time = bytes.readBigUInt64BE()
  if (time > BigInt(Number.MAX_SAFE_INTEGER)) return undefined
  const isGood = verify(null, cosignedMessage(text, time), keyObject(key), bytes.subarray(timeBytes))
  return isGood ? Number(time) : undefined
}

/** What a witness signs: a header line, the time in POSIX seconds, the text of the note. */
function cosignedMessage(text: string, time: bigint): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${time}\n${text}`)
}
