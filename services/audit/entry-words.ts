/** The words that entries of several rooms share. */
import { z } from 'zod'

export const text = z.string().max(300)
export const hash = z.string().regex(/^(sha256:)?[0-9a-f]{64}$/)
export const count = z.number().int().nonnegative()
export const code = z.string().regex(/^[A-Z][A-Z0-9_]{1,39}$/)

/** A permit as it stood: id with version, and the SHA-256 of its payload bytes. */
export const permit = z.strictObject({ id: text, version: count, sha256: hash })

export const decision = z.strictObject({
  effect: z.enum(['permit', 'deny']),
  bundle: hash,
  rules: z.array(text),
  /** Visas of others without which a proof of the person would have been missing. */
  visas: z.array(hash).optional(),
})
