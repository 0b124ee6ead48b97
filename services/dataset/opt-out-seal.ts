/**
 * Who objects, as it lies in the database: sealed, with a keyed hash by which somebody is found again. Both keys come of one that the
 * KEK of the node wraps, one for each domain: the tables alone, or a copy of them, say of nobody that she objects.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { hmac } from '../kernel/hash.ts'
import { SealedDamaged } from '../keys/chunks.ts'
import type { Keyring } from '../keys/keyring.ts'

export interface OptOutSeal {
  /** The same of the same text, and of no other domain's: hexadecimal. */
  mac(text: string): string
  /** `about` is bound to it: it opens as nothing else. */
  seal(text: string, about: string): Buffer
  /** SealedDamaged where it was changed, or was sealed as something else. */
  open(sealed: Uint8Array, about: string): string
}

/** Of one domain; UNAVAILABLE when the provider of keys is. Not asked for inside a transaction: it asks the database itself. */
export type OptOutSeals = (domain: string) => Promise<OptOutSeal>

const [nonceBytes, tagBytes] = [12, 16]

export function openOptOutSeals(keyring: Pick<Keyring, 'of'>): OptOutSeals {
  return async (domain) => sealOf(await keyring.of({ kind: 'opt-out-list', id: domain }))
}

function sealOf(key: Uint8Array): OptOutSeal {
  // The key is random as it is: one MAC of each use's name is a key of its own.
  const [sealing, naming] = [hmac(key, 'huisclos|opt-out|seal'), hmac(key, 'huisclos|opt-out|mac')]
  return {
    mac: (text) => hmac(naming, text).toString('hex'),
    seal(text, about) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce).setAAD(Buffer.from(about))
      return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    },
    open(sealed, about) {
      const end = sealed.length - tagBytes
      try {
        const nonce = sealed.subarray(0, nonceBytes)
        const decipher = createDecipheriv('aes-256-gcm', sealing, nonce).setAAD(Buffer.from(about))
        decipher.setAuthTag(sealed.subarray(end))
        const text = [decipher.update(sealed.subarray(nonceBytes, end)), decipher.final()]
        return Buffer.concat(text).toString('utf8')
      } catch (cause) {
        throw new SealedDamaged('an opt-out that was changed', { cause })
      }
    },
  }
}
