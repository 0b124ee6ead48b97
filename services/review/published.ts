/**
 * What the node says of itself under its signature: the register and its reports. A statement names the SHA-256 of what it is
 * about and the entry of the log that holds the same hash: the log says when.
 */
import { z } from 'zod'
import type { Authority, SigningKey } from '../habilitation/signature.ts'
import { signCompact, verifyCompact } from '../identity/jws.ts'
import { canonical } from '../kernel/hash.ts'
import type { Receipt } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'

export interface Publisher {
  /** The `iss` of every statement. */
  readonly issuer: string
  readonly publisher: SigningKey
}

const types = { register: 'huisclos-register+jws', report: 'huisclos-report+jws' } as const
type Kind = keyof typeof types

const statement = z.strictObject({
  v: z.literal(1),
  iss: z.string(),
  aud: z.enum(['huisclos:register', 'huisclos:report']),
  /** Seconds, as in JWT. */
  iat: z.number().int(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  receipt: z.object({ log: z.string(), seq: z.number().int(), leaf: z.string() }),
  /** What is signed beside the hash. */
  about: z.record(z.string(), z.unknown()),
})
export type Statement = z.infer<typeof statement>

export interface ToPublish {
  readonly kind: Kind
  readonly sha256: string
  readonly receipt: Receipt
  readonly about: Readonly<Record<string, unknown>>
  /** In ms. */
  readonly now: number
}

/** The statement as a JWS compact text, ES256. */
export function signPublished({ issuer, publisher }: Publisher, asked: ToPublish): string {
  const { kind, sha256, receipt, about, now } = asked
  const content = {
    ...{ v: 1, iss: issuer, aud: `huisclos:${kind}`, iat: Math.floor(now / 1000) },
    ...{ sha256, receipt, about },
  }
  return signCompact({
    payload: canonical(content),
    key: publisher.privateKey,
    kid: publisher.kid,
    typ: types[kind],
  })
}

/** A register of many thousands of requests stays below. */
const maxBytes = 64 * 1024 * 1024

/** The statement that this node signed. Refusal INVALID for any other text, and for one of the other kind. */
export function openPublished(jws: string, kind: Kind, { issuer, publicKeys }: Authority): Statement {
  const { payload } = verifyCompact({
    token: jws,
    keys: publicKeys,
    typ: types[kind],
    algorithms: ['ES256'],
    maxBytes,
    code: 'INVALID',
  })
  const read = statement.safeParse(JSON.parse(payload))
  if (!read.success || read.data.iss !== issuer || read.data.aud !== `huisclos:${kind}`) {
    throw new Refusal('INVALID', { rule: 'published.form' })
  }
  return read.data
}
