/** Who holds the key that wraps all others (KEK): it never leaves its provider, and nothing in the home opens without it. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'

/** A data key as it may lie in a database. */
interface Wrapped {
  /** `id` of the provider that wrapped it. */
  readonly provider: string
  /** Which of the keys of that provider did. */
  readonly version: string
  readonly bytes: Uint8Array
}

/**
 * Wraps and unwraps data keys. `about` is bound to the wrapped key: it unwraps as no other. A provider that does not answer, or
 * answers what cannot be, is the Refusal UNAVAILABLE; a key that it does not hold, WrongKek.
 */
export interface KeyProvider {
  readonly id: string
  /** The version under which it wraps now. */
  version(): Promise<string>
  wrap(key: Uint8Array, about: string): Promise<Wrapped>
  /** Whether it may hold the key for this: by its names, without trying. */
  holds(wrapped: Pick<Wrapped, 'provider' | 'version'>): boolean
  unwrap(wrapped: Wrapped, about: string): Promise<Uint8Array>
}

/** The wrapped key was made with a KEK that is not here, or is not what was wrapped. */
export class WrongKek extends Error {
  override readonly name = 'WrongKek'
}

export function providerDown(cause?: unknown): Refusal {
  return new Refusal('UNAVAILABLE', { rule: 'keys.provider' }, { cause })
}

const [kekBytes, nonceBytes, tagBytes] = [32, 12, 16]

/** What is shown of a KEK: 64 bits of a MAC, enough to tell two apart and worth nothing for finding one. */
export function checkValue(kek: Uint8Array): string {
  return createHmac('sha256', kek).update('huisclos key check value').digest('hex').slice(0, 16)
}

/**
 * A KEK in the memory of this process, from a file or a variable: AES-256-GCM under a random nonce for each data key (a project
 * has a few dozen: far from the 2^32 of NIST SP 800-38D). Throws a TypeError on a KEK that has not 32 bytes.
 */
export function localProvider(kek: Uint8Array): KeyProvider {
  if (kek.length !== kekBytes) throw new TypeError('a KEK has 32 bytes')
  const own = { provider: 'local', version: checkValue(kek) }
  const holds: KeyProvider['holds'] = ({ provider, version }) =>
    provider === own.provider && version === own.version
  return {
    id: own.provider,
    version: async () => own.version,
    holds,
    async wrap(key, about) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', kek, nonce).setAAD(Buffer.from(about))
      const bytes = Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()])
      return { ...own, bytes }
    },
    async unwrap(wrapped, about) {
      if (!holds(wrapped)) throw new WrongKek('a key that another KEK has wrapped')
      return unwrapLocal(kek, wrapped.bytes, about)
    },
  }
}

function unwrapLocal(kek: Uint8Array, bytes: Uint8Array, about: string): Uint8Array {
  try {
    const end = bytes.length - tagBytes
    const decipher = createDecipheriv('aes-256-gcm', kek, bytes.subarray(0, nonceBytes))
    decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(end))
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, end)), decipher.final()])
  } catch (cause) {
    throw new WrongKek('a wrapped key that was changed, or is another', { cause })
  }
}

/** A wrapped key as it lies somewhere, with the SHA-256 of what it must unwrap to. */
export interface Kept extends Omit<Wrapped, 'bytes'> {
  readonly wrapped: Uint8Array
  readonly sha256: string
}

/** The key, proved. WrongKek names the version that is not at hand; a provider that unwraps to something else is UNAVAILABLE. */
export async function unwrapKept(
  provider: KeyProvider,
  { wrapped, sha256: expected, ...by }: Kept,
  about: string,
): Promise<Uint8Array> {
  const asked = provider.unwrap({ provider: by.provider, version: by.version, bytes: wrapped }, about)
  const key = await asked.catch((cause: unknown) => {
    if (!(cause instanceof WrongKek)) throw cause
    throw new WrongKek(`${by.provider} ${by.version}`, { cause })
  })
  if (sha256(key) !== expected) throw providerDown(new Error('an unwrapped key that is another'))
  return key
}

/** Wraps with the first, unwraps with whichever holds the key: how a KEK is changed while the house is open. */
export function withFormer(current: KeyProvider, former: readonly KeyProvider[]): KeyProvider {
  const all = [current, ...former]
  return {
    ...current,
    holds: (wrapped) => all.some((provider) => provider.holds(wrapped)),
    async unwrap(wrapped, about) {
      const holder = all.find((provider) => provider.holds(wrapped))
      if (holder === undefined) throw new WrongKek('a key that another KEK has wrapped')
      return holder.unwrap(wrapped, about)
    },
  }
}
