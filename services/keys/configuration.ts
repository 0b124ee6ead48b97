/** The part of the configuration of a node that says where its KEK is, and where plain files may lie. */
import { z } from 'zod'

const file = z.strictObject({
  provider: z.literal('file'),
  /** A file outside the home that its user alone reads: 32 bytes in base64. */
  kek: z.string().regex(/^file:\/.{1,4000}$/, 'file:/path'),
})

const variable = z.strictObject({
  provider: z.literal('env'),
  /** A variable of the environment: 32 bytes in base64. */
  kek: z.string().regex(/^env:[A-Z][A-Z0-9_]{0,99}$/, 'env:NAME'),
})

const vault = z.strictObject({
  provider: z.literal('vault'),
  /** Of the server: https, without a path and a slash at the end. */
  url: z
    .url({ protocol: /^https$/ })
    .refine((url) => url === new URL(url).origin, 'https://HOST[:PORT] alone'),
  /** Where its transit engine is mounted. Default `transit`. */
  mount: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}(\/[A-Za-z0-9_-]{1,64}){0,3}$/)
    .default('transit'),
  /** Name of the KEK there. */
  key: z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/),
  /** The token that may encrypt and decrypt with it, and no more. */
  token: z.string().regex(/^(file:\/.{1,4000}|env:[A-Z][A-Z0-9_]{0,99})$/, 'file:/path or env:NAME'),
})

const kek = z.discriminatedUnion('provider', [file, variable, vault])
/** Where one KEK is. */
export type KekPlace = z.infer<typeof kek>

/** The present KEK, and those before it for as long as something is wrapped by them. */
const former = { former: z.array(kek).max(4).default([]) }
export const keysConfiguration = z.discriminatedUnion('provider', [
  file.extend(former),
  variable.extend(former),
  vault.extend(former),
])
export type KeysConfiguration = z.infer<typeof keysConfiguration>

export const clearConfiguration = z.strictObject({
  /** A folder on an encrypted volume, for plain files that memory has no room for. By the word of the operator. */
  volume: z
    .string()
    .regex(/^\/.{1,4000}$/, 'an absolute path')
    .exactOptional(),
})
