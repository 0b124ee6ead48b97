/** Public keys as JSON (RFC 7517): read from the members that make a key and no others, and named by their hash (RFC 7638). */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { canonical } from '../kernel/hash.ts'

/** A symmetric key is none of these, and Edwards curves are not known to the package that verifies. */
export const ecJwk = z.object({
  kty: z.literal('EC'),
  crv: z.enum(['P-256', 'P-384', 'P-521']),
  x: z.string().max(100),
  y: z.string().max(100),
})
export const rsaJwk = z.object({ kty: z.literal('RSA'), n: z.string(), e: z.string() })

/** Null when the members make no key, as a point that is not on its curve. */
export function publicKeyOf(one: z.infer<typeof ecJwk> | z.infer<typeof rsaJwk>): KeyObject | null {
  const { kty } = one
  const key = kty === 'EC' ? { kty, crv: one.crv, x: one.x, y: one.y } : { kty, n: one.n, e: one.e }
  try {
    return createPublicKey({ key, format: 'jwk' })
  } catch {
    return null
  }
}

/** RFC 7638: the name of a key is the hash of its public members. */
export function thumbprint(publicKey: KeyObject): string {
  const { crv, kty, x, y, n, e } = publicKey.export({ format: 'jwk' })
  return createHash('sha256').update(canonical({ crv, kty, x, y, n, e })).digest('base64url')
}
