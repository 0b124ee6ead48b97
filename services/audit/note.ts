/** C2SP signed notes and tlog checkpoints with one Ed25519 log key. Pure. */
import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'
import type { Hash } from './tree.ts'

const ed25519 = 1
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')
const signatureLine = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/

/** A key that signs notes; its name is the origin of the log. */
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

function rawPublicKey(key: NoteKey): Buffer {
  return createPublicKey(key.privateKey).export({ format: 'der', type: 'spki' }).subarray(spkiPrefix.length)
}

function keyId(name: string, typed: Uint8Array): Buffer {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed]), 'buffer').subarray(0, 4)
}

/** The verifier key text: name, key id and public key, as `signed-note` writes them. */
export function verifierKey(key: NoteKey): string {
  const typed = Buffer.concat([Buffer.from([ed25519]), rawPublicKey(key)])
  return `${key.name}+${keyId(key.name, typed).toString('hex')}+${typed.toString('base64')}`
}

/** Origin named by a verifier key text. */
export function originOf(vkey: string): string {
  return vkey.slice(0, vkey.indexOf('+'))
}

/** Signs text that ends with a newline. */
export function signNote(text: string, key: NoteKey): string {
  const typed = Buffer.concat([Buffer.from([ed25519]), rawPublicKey(key)])
  const signature = Buffer.concat([
    keyId(key.name, typed),
    sign(null, Buffer.from(text), key.privateKey),
  ]).toString('base64')
  return `${text}\n— ${key.name} ${signature}\n`
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
  const [name, id, typed] = splitKey(vkey)
  const [, signer, encoded] = signatureLine.exec(line) ?? []
  const blob = Buffer.from(encoded ?? '', 'base64')
  if (signer !== name || blob.subarray(0, 4).toString('hex') !== id || typed[0] !== ed25519) return false
  const spki = Buffer.concat([spkiPrefix, typed.subarray(1)])
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  return verify(null, Buffer.from(text), publicKey, blob.subarray(4))
}

function splitKey(vkey: string): [string, string, Buffer] {
  const [, name = '', id = '', encoded = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey.trim()) ?? []
  return [name, id, Buffer.from(encoded, 'base64')]
}
