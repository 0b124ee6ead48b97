/** C2SP signed notes, tlog checkpoints and cosignatures with Ed25519 keys. Pure. */
import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'
import type { Hash } from './tree.ts'

/** Types of keys in C2SP signed-note: a log signs the text, a witness the text with a time before it. */
const types = { log: 1, witness: 4 } as const
type KeyType = keyof typeof types

const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')
const signatureLine = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/

/** A key that signs notes; the name of a log's key is its origin. */
export interface NoteKey {
  readonly name: string
  readonly privateKey: KeyObject
}

export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Hash
}

export function noteKey(name: string, pem: string): NoteKey {
  return { name, privateKey: createPrivateKey(pem) }
}

function typedPublicKey(key: NoteKey, type: KeyType): Buffer {
  const raw = createPublicKey(key.privateKey).export({ format: 'der', type: 'spki' })
  return Buffer.concat([Buffer.from([types[type]]), raw.subarray(spkiPrefix.length)])
}

function keyId(name: string, typed: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed]), 'buffer').subarray(0, 4)
}

/** The verifier key text: name, key id and public key, as `signed-note` writes them. */
export function verifierKey(key: NoteKey, type: KeyType = 'log'): string {
  const typed = typedPublicKey(key, type)
  return `${key.name}+${keyId(key.name, typed).toString('hex')}+${typed.toString('base64')}`
}

/** Whether this is the text of an Ed25519 verifier key of that type. */
export function isVerifierKey(vkey: string, type: KeyType): boolean {
  const [name, id, typed] = splitKey(vkey)
  return typed.length === 33 && typed[0] === types[type] && keyId(name, typed).toString('hex') === id
}

/** Name in a verifier key text; that of a log's key is its origin. */
export function originOf(vkey: string): string {
  return vkey.slice(0, vkey.indexOf('+'))
}

function signatureOf(key: NoteKey, type: KeyType, signed: Uint8Array): string {
  const id = keyId(key.name, typedPublicKey(key, type))
  return `— ${key.name} ${Buffer.concat([id, signed]).toString('base64')}\n`
}

/** Signs text that ends with a newline. */
export function signNote(text: string, key: NoteKey): string {
  return `${text}\n${signatureOf(key, 'log', sign(null, Buffer.from(text), key.privateKey))}`
}

/** The line by which a witness says that it saw this text at that time (POSIX seconds), newline included. */
export function cosign(text: string, key: NoteKey, seconds: number): string {
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(BigInt(seconds))
  const signature = sign(null, cosignedBytes(text, seconds), key.privateKey)
  return signatureOf(key, 'witness', Buffer.concat([time, signature]))
}

function cosignedBytes(text: string, seconds: number): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`)
}

/** The time at which the witness of `vkey` signed the text, POSIX seconds; undefined when the line is not its signature. */
export function cosignedAt(text: string, line: string, vkey: string): number | undefined {
  const signature = signatureBy(line, vkey, 'witness')
  if (signature?.bytes.length !== 72) return undefined
  const seconds = Number(signature.bytes.readBigUInt64BE())
  if (!Number.isSafeInteger(seconds)) return undefined
  const isGood = verify(null, cosignedBytes(text, seconds), signature.publicKey, signature.bytes.subarray(8))
  return isGood ? seconds : undefined
}

/** The signed text of a note, with its last newline. */
export function textOf(note: string): string {
  return note.slice(0, note.lastIndexOf('\n\n') + 1)
}

export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`
}

/**
 * The checkpoint of a note that `vkey` signed; undefined when the note is malformed, unsigned by that key, or about another
 * log. Signatures of other keys are ignored, as witnesses may add theirs.
 */
export function openCheckpoint(note: string, vkey: string): Checkpoint | undefined {
  const end = note.lastIndexOf('\n\n')
  if (end < 0 || !note.endsWith('\n')) return undefined
  const text = note.slice(0, end + 1)
  const lines = note.slice(end + 2, -1).split('\n')
  if (!lines.some((line) => isSignedBy(text, line, vkey))) return undefined
  const [origin, size, root, ...rest] = text.split('\n')
  if (origin !== originOf(vkey) || !size || !/^(0|[1-9][0-9]{0,15})$/.test(size)) return undefined
  const rootBytes = Buffer.from(root ?? '', 'base64')
  if (rootBytes.length !== 32 || rootBytes.toString('base64') !== root || rest.join('') !== '')
    return undefined
  return { origin, size: Number(size), root: rootBytes }
}

function isSignedBy(text: string, line: string, vkey: string): boolean {
  const signature = signatureBy(line, vkey, 'log')
  return signature !== undefined && verify(null, Buffer.from(text), signature.publicKey, signature.bytes)
}

/** What a line holds when it is in the name of this key. */
function signatureBy(
  line: string,
  vkey: string,
  type: KeyType,
): { bytes: Buffer; publicKey: KeyObject } | undefined {
  const [name, id, typed] = splitKey(vkey)
  const [, signer, encoded] = signatureLine.exec(line) ?? []
  const blob = Buffer.from(encoded ?? '', 'base64')
  const isOurs = signer === name && blob.subarray(0, 4).toString('hex') === id
  if (!isOurs || typed.length !== 33 || typed[0] !== types[type]) return undefined
  const key = Buffer.concat([spkiPrefix, typed.subarray(1)])
  return { bytes: blob.subarray(4), publicKey: createPublicKey({ key, format: 'der', type: 'spki' }) }
}

function splitKey(vkey: string): [string, string, Buffer] {
  const [, name = '', id = '', encoded = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey.trim()) ?? []
  return [name, id, Buffer.from(encoded, 'base64')]
}
