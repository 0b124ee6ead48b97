/**
 * The chunked encryption of C2SP (c2sp.org/chunked-encryption, version 1) with SHA-512 and AES-256-GCM: what one message is made
 * of. `24 bytes of salt | 32 bytes of commitment | chunks`, each of 16 KiB and its tag, the last one always shorter and perhaps
 * empty: a message that was cut ends with a chunk that is too long, or opens under no number.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { KeyKind } from './key-name.ts'

const [saltBytes, commitmentBytes, keyBytes, nonceBytes, tagBytes] = [24, 32, 32, 12, 16]
export const headerBytes = saltBytes + commitmentBytes
export const chunkBytes = 16 * 1024
export const sealedChunkBytes = chunkBytes + tagBytes
const mostChunks = 2 ** 38

/** What a sealed file is and whose: it opens as nothing else. Part of the derivation of its key, kept nowhere in the file. */
export interface FileContext {
  readonly kind: KeyKind
  /** Project, dataset, deposit or whatever has the file. */
  readonly of: string
  readonly version: number | string
  readonly file: string
}

/** Under which key, and as what. The key has 32 random bytes. */
export interface Sealing {
  readonly key: Uint8Array
  readonly context: FileContext
}

/** Not one bit of it is what was sealed under this key as this file; or it was cut. Nothing of it is to be used. */
export class SealedDamaged extends Error {
  override readonly name = 'SealedDamaged'
}

function bytesOf({ kind, of, version, file }: FileContext): Buffer {
  const parts = ['huisclos', kind, of, String(version), file]
  if (parts.some((part) => part.includes('|'))) throw new TypeError('a name in a context has no vertical bar')
  return Buffer.from(parts.join('|'))
}

interface Derived {
  readonly key: Buffer
  readonly nonce: Buffer
  readonly commitment: Buffer
}

/** HKDF-Expand (RFC 5869, 2.3) of the 76 bytes that are needed: two rounds of SHA-512. */
function derive({ key, context }: Sealing, salt: Uint8Array): Derived {
  if (key.length !== keyBytes) throw new TypeError('a key of a sealed file has 32 bytes')
  const name = 'c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0'
  const info = Buffer.concat([Buffer.from(name, 'latin1'), salt, bytesOf(context)])
  const round = (before: Uint8Array, number: number) =>
    createHmac('sha512', key).update(before).update(info).update(Uint8Array.of(number)).digest()
  const first = round(Buffer.alloc(0), 1)
  const bytes = Buffer.concat([first, round(first, 2)])
  const noncesEnd = keyBytes + nonceBytes
  return {
    key: bytes.subarray(0, keyBytes),
    nonce: bytes.subarray(keyBytes, noncesEnd),
    commitment: bytes.subarray(noncesEnd, noncesEnd + commitmentBytes),
  }
}

/** The base nonce XOR the number of the chunk, big-endian. */
function nonceOf(base: Buffer, number: number): Buffer {
  if (number >= mostChunks) throw new RangeError('more than 4 PiB in one sealed file')
  const nonce = Buffer.from(base)
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ (number % 2 ** 32)) >>> 0, 8)
  nonce.writeUInt8(nonce.readUInt8(7) ^ Math.floor(number / 2 ** 32), 7)
  return nonce
}

/** Seals one message: first `header`, then its chunks in their order, the last one shorter than the others. */
export class Sealer {
  readonly header: Buffer
  readonly #derived: Derived
  #number = 0

  constructor(sealing: Sealing, salt: Uint8Array = randomBytes(saltBytes)) {
    this.#derived = derive(sealing, salt)
    this.header = Buffer.concat([salt, this.#derived.commitment])
  }

  chunk(plain: Uint8Array): Buffer {
    const { key, nonce } = this.#derived
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(nonce, this.#number))
    this.#number += 1
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }
}

/** Opens one message from its header and its chunks in their order. SealedDamaged at the first that is not as it was sealed. */
export class Opener {
  readonly #derived: Derived
  #number = 0

  constructor(sealing: Sealing, header: Uint8Array) {
    this.#derived = derive(sealing, header.subarray(0, saltBytes))
    const { commitment } = this.#derived
    const shown = header.subarray(saltBytes, headerBytes)
    if (shown.length !== commitmentBytes || !timingSafeEqual(shown, commitment))
      throw new SealedDamaged('a sealed file of another key, or of another place')
  }

  chunk(sealed: Uint8Array): Buffer {
    const { key, nonce } = this.#derived
    const end = sealed.length - tagBytes
    if (end < 0) throw new SealedDamaged('a sealed file that was cut')
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(nonce, this.#number))
    decipher.setAuthTag(sealed.subarray(end))
    this.#number += 1
    const plain = decipher.update(sealed.subarray(0, end))
    try {
      decipher.final()
    } catch (cause) {
      throw new SealedDamaged('a sealed file that was changed', { cause })
    }
    return plain
  }
}
