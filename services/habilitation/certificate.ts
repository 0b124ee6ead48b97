/**
 * The destruction certificate (governance.md 5.6): what was destroyed, when, and which entries of the log say so. Signed by the
 * key of the operator, which signs nothing else; the attestation of the DPO stands beside it in the register.
 */
import { z } from 'zod'
import { signCompact, verifyCompact } from '../identity/jws.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Destroyed } from './lines.ts'
import type { Authority, SigningKey } from './signature.ts'
import type { Habilitation } from './state.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const instant = z.iso.datetime()

export const certificate = z.strictObject({
  v: z.literal(1),
  iss: z.string(),
  aud: z.literal('huisclos:certificate'),
  /** Seconds, as in JWT. */
  iat: z.number().int(),
  habilitation: z.string(),
  project: z.string(),
  permits: z.array(z.strictObject({ id: z.string(), version: z.number().int(), sha256: hash })),
  endedAt: instant,
  /** The extracts by the hash of their seal; a line that was never sealed has none. */
  extracts: z.array(z.strictObject({ dataset: z.string(), version: z.number().int(), sha256: hash })),
  /** SHA-256 of the key of the pseudonyms, as its entry `key.created` has it; null when none was made. */
  key: hash.nullable(),
  destroyedAt: instant,
  method: z.literal('files and key removed'),
  places: z.array(z.string()),
  keeps: z.array(z.string()),
  /** Numbers of the entries `bulle.closed` and `bulle.shredded` in this log. */
  entries: z.strictObject({ log: z.string(), closed: z.number().int(), shredded: z.number().int() }),
})
export type Certificate = z.infer<typeof certificate>

export interface SignedCertificate {
  /** Of the payload bytes, as of a permit. */
  readonly sha256: string
  readonly jws: string
}

/** The whole extract of a project lies in one folder and its key in one file; the node makes no other copy. */
const places = ['bulles', 'workspace', 'keys']
const keeps = ['decisions', 'permits', 'release records', 'audit log']

export function certificateOf(
  { id, project = '', permits, endedAt }: Habilitation,
  { at, entries, ...gone }: Destroyed,
  { issuer, now }: { readonly issuer: string; readonly now: number },
): Certificate {
  return {
    v: 1,
    iss: issuer,
    aud: 'huisclos:certificate',
    iat: Math.floor(now / 1000),
    habilitation: id,
    project,
    permits: permits.map(({ id: name, version, sha256: of }) => ({ id: name, version, sha256: of })),
    endedAt: new Date(endedAt ?? (permits.at(-1)?.exp ?? 0) * 1000).toISOString(),
    extracts: gone.extracts.map(({ dataset, version, sha256: seal }) => ({ dataset, version, sha256: seal })),
    key: gone.key,
    destroyedAt: new Date(at).toISOString(),
    method: 'files and key removed',
    places,
    keeps,
    entries,
  }
}

const type = 'huisclos-certificate+jws'
const maxBytes = 1024 * 1024

/** Signs what was destroyed: the extract of a project, or, by the room of datasets, a version. */
export function signCertificate(
  content: Pick<Certificate, 'v' | 'iss' | 'aud' | 'iat'>,
  { kid, privateKey }: SigningKey,
): SignedCertificate {
  const payload = canonical(content)
  return { sha256: sha256(payload), jws: signCompact({ payload, key: privateKey, kid, typ: type }) }
}

/** The certificate of a token that the operator signed. Refusal INVALID for any other. */
export function openCertificate(jws: string, { issuer, publicKeys }: Authority): Certificate {
  const { payload } = verifyCompact({
    token: jws,
    keys: publicKeys,
    typ: type,
    algorithms: ['ES256'],
    maxBytes,
    code: 'INVALID',
  })
  const read = certificate.safeParse(JSON.parse(payload))
  if (!read.success || read.data.iss !== issuer) throw new Refusal('INVALID', { rule: 'certificate.form' })
  return read.data
}
