/**
 * Signs and opens permits and lines (governance.md 6.1). Two signatures of one text differ, so a permit is named by the
 * SHA-256 of its payload bytes, never by its token. The key of permits signs nothing else.
 */
import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import { signCompact, verifyCompact } from '../identity/jws.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import { assurance, limits } from './clauses.ts'
import { optOutClause } from './opt-out-clause.ts'
import type { Permit, PermitLine, PermitPayload, UnsignedLine } from './permit.ts'

export interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
}

/** Who may have signed: the `iss` of the authority, and its public keys by `kid`, retired ones among them. */
export interface Authority {
  readonly issuer: string
  readonly publicKeys: ReadonlyMap<string, KeyObject>
}

const permitType = 'huisclos-permit+jws'
const lineType = 'huisclos-line+jws'
/** A permit on 50 datasets with all their columns stays far below. */
const maxBytes = 4 * 1024 * 1024

const lineMembers = z.strictObject({
  id: z.string(),
  dataset: z.string(),
  holder: z.string(),
  k: z.number().int().min(3),
  entity: z.literal('establishment').exactOptional(),
  establishmentLevel: z.literal('consented').exactOptional(),
  exact: z.literal('checked').exactOptional(),
  population: z.strictObject({ table: z.string(), filter: z.string() }).exactOptional(),
  tables: z.record(
    z.string(),
    z.strictObject({ columns: z.array(z.string()), filter: z.string().exactOptional() }),
  ),
  holderAct: z.enum(['countersign', 'acknowledge']),
  holderJws: z.string(),
})
/** What is of establishments alone is on no line of persons. */
const line = lineMembers.refine(
  ({ k, entity, establishmentLevel }) =>
    entity === 'establishment' || (k >= 11 && establishmentLevel === undefined),
)
const instant = z.number().int().nonnegative()

/** Strict: a clause that this node does not know refuses the permit. `exp` and `nbf` are demanded. */
export const permitForm = z.strictObject({
  v: z.literal(1),
  iss: z.string(),
  aud: z.literal('huisclos:permit'),
  jti: z.string(),
  iat: instant,
  nbf: instant,
  exp: instant,
  base: z.string(),
  version: z.number().int().positive(),
  previous: z.string().exactOptional(),
  request: z.strictObject({ id: z.string(), receivedAt: z.string() }),
  title: z.string(),
  route: z.string(),
  kind: z.enum(['PERSONAL_HEALTH', 'SECTOR_USEFUL']),
  purposes: z.array(z.string()).min(1),
  objectives: z.array(z.strictObject({ id: z.string(), label: z.string() })),
  persons: z.array(
    z.strictObject({
      issuer: z.string(),
      subject: z.string(),
      profile: z.string(),
      nbf: instant,
      exp: instant,
    }),
  ),
  lines: z.array(line),
  disclosure: z.strictObject({ mode: z.literal('guarded') }),
  node: z.array(z.string()).min(1),
  limits: limits.exactOptional(),
  assurance: assurance.exactOptional(),
  optOut: optOutClause.exactOptional(),
  conditions: z.array(
    z.strictObject({ text: z.string(), clause: z.string(), value: z.number().int().exactOptional() }),
  ),
  policyHash: z.string(),
})

/** What keeps a permit from being one. */
export function invalid(
  what: 'form' | 'issuer' | 'canonical' | 'json' | 'project',
  cause?: unknown,
): Refusal {
  const facts = { rule: `permit.${what}`, fact: { key: `fact.permit.${what}` } }
  return new Refusal('PERMIT_INVALID', facts, { cause })
}

/** The permit of a payload, signed by the authority. */
export function signPermit(content: PermitPayload, { kid, privateKey }: SigningKey): Permit {
  const text = canonical(content)
  const jws = signCompact({ payload: text, key: privateKey, kid, typ: permitType })
  return { ...content, sha256: sha256(text), jws }
}

/**
 * The one maker of a Permit from a token: signature, type, algorithm, issuer, audience and form are checked; that its time
 * has come and is not over is asked at each use, by `decide`. Refusal PERMIT_INVALID.
 */
export function openPermit(jws: string, { issuer, publicKeys }: Authority): Permit {
  const text = verifiedText(jws, publicKeys)
  const read = permitForm.safeParse(parsed(text))
  if (!read.success) throw invalid('form')
  if (read.data.iss !== issuer) throw invalid('issuer')
  if (canonical(read.data) !== text) throw invalid('canonical')
  return { ...read.data, sha256: sha256(text), jws }
}

function verifiedText(jws: string, keys: Authority['publicKeys']): string {
  const asked = { token: jws, keys, typ: permitType, algorithms: ['ES256'] as const, maxBytes }
  try {
    return verifyCompact({ ...asked, code: 'PERMIT_INVALID' }).payload
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const fact = { key: 'fact.permit.signature' }
    throw new Refusal('PERMIT_INVALID', { ...error.facts, fact }, { cause: error })
  }
}

/** The text that was signed, by whose SHA-256 a permit is named. */
export function permitText({ sha256: _, jws: __, ...content }: Permit): string {
  return canonical(content)
}

/** A permit from a text that is known to be the one that was signed, as one kept by its hash is. Refusal PERMIT_INVALID. */
export function permitOfText(text: string): Permit {
  const read = permitForm.safeParse(parsed(text))
  if (!read.success) throw invalid('form')
  return { ...read.data, sha256: sha256(text), jws: '' }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalid('json', cause)
  }
}

/** What a holder signs: the canonical line without the signature. */
export function lineText(unsigned: UnsignedLine): string {
  const { id, dataset, holder, k, entity, establishmentLevel, exact, population, tables, holderAct } =
    unsigned
  return canonical({
    ...{ id, dataset, holder, k, entity, establishmentLevel, exact, population, tables, holderAct },
  })
}

/** The line with the detached signature (RFC 7515, appendix F) of its holder. */
export function signLine(unsigned: UnsignedLine, { kid, privateKey }: SigningKey): PermitLine {
  const whole = signCompact({ payload: lineText(unsigned), key: privateKey, kid, typ: lineType })
  const [header = '', , signature = ''] = whole.split('.')
  return { ...unsigned, holderJws: `${header}..${signature}` }
}

/** Whether one of these keys signed exactly this line. */
export function isSigned(signed: PermitLine, publicKeys: ReadonlyMap<string, KeyObject>): boolean {
  const [header = '', empty, signature = ''] = signed.holderJws.split('.')
  if (empty !== '') return false
  const body = Buffer.from(lineText(signed)).toString('base64url')
  try {
    const token = `${header}.${body}.${signature}`
    verifyCompact({ token, keys: publicKeys, typ: lineType, algorithms: ['ES256'], maxBytes })
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}
