/** Signed notes, read to the letter: a byte that could be otherwise without anyone noticing is refused. */
import { createPublicKey, verify } from 'node:crypto'
import { sha256 } from './merkle.ts'

const ed25519 = 1
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')

/** The key of a log, from its text `<origin>+<key id>+<base64>`. */
export interface VerifierKey {
  readonly text: string
  readonly origin: string
  readonly id: string
  readonly publicKey: Buffer
}

export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Buffer
}

/** Standard base64 with its padding; undefined for any other spelling of the same bytes. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/** undefined when the text is not an Ed25519 verifier key whose id fits. */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  const [, origin = '', id = '', encoded = ''] =
    /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text) ?? []
  const typed = decodeBase64(encoded)
  if (typed?.length !== 33 || typed[0] !== ed25519) return undefined
  const expected = sha256(Buffer.concat([Buffer.from(`${origin}\n`), typed])).subarray(0, 4)
  if (expected.toString('hex') !== id) return undefined
  return { text, origin, id, publicKey: typed.subarray(1) }
}

/**
 * The checkpoint that the key signed. undefined when the note is malformed, when that key did not sign it or a signature in
 * its name fails, or when it is about another log. Signatures of unknown keys are ignored.
 */
export function openNote(bytes: Uint8Array, key: VerifierKey): Checkpoint | undefined {
  const note = Buffer.from(bytes).toString()
  if (!Buffer.from(note).equals(bytes) || hasControls(note)) return undefined
  const end = note.indexOf('\n\n')
  if (end < 0 || !note.endsWith('\n')) return undefined
  const text = note.slice(0, end + 1)
  const lines = note.slice(end + 2, -1).split('\n')
  const verdicts = lines.map((line) => checkLine(text, line, key))
  if (verdicts.some((verdict) => verdict === false) || !verdicts.includes(true)) return undefined
  return parseText(text, key.origin)
}

function hasControls(note: string): boolean {
  return [...note].some((char) => char < ' ' && char !== '\n')
}

/** true: signed by the key; false: malformed, or signed in its name but not by it; undefined: another key's line. */
function checkLine(text: string, line: string, key: VerifierKey): boolean | undefined {
  const [, name, encoded = ''] = /^— (\S+) (\S+)$/.exec(line) ?? []
  const blob = decodeBase64(encoded)
  if (name === undefined || !blob || blob.length < 5) return false
  if (name !== key.origin || blob.subarray(0, 4).toString('hex') !== key.id) return undefined
  const der = Buffer.concat([spkiPrefix, key.publicKey])
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
  return verify(null, Buffer.from(text), publicKey, blob.subarray(4))
}

function parseText(text: string, origin: string): Checkpoint | undefined {
  const [name, size = '', encoded = '', ...rest] = text.slice(0, -1).split('\n')
  const root = decodeBase64(encoded)
  if (name !== origin || rest.length > 0 || root?.length !== 32) return undefined
  if (!/^(0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size))) return undefined
  return { origin, size: Number(size), root }
}
