/**
 * Decides logged queries again, from what the log and the texts kept beside it say and from nothing else (security.md 4.14): the
 * rules and the permit of that moment, then the meaning of the text on the catalogue of that moment. It shows that the node should
 * have done what the log proves that it did.
 */
import { z } from 'zod'
import type { Kept } from '../audit/kept.ts'
import type { Indexed } from '../audit/record.ts'
import type { Bulle } from '../dataset/bulle.ts'
import type { Parser } from '../engine/engine.ts'
import type { Decision, Rulebook } from '../habilitation/decision.ts'
import type { PermitPerson, PermitStanding } from '../habilitation/permit.ts'
import { permitOfText } from '../habilitation/signature.ts'
import { isCode, Refusal, refusals } from '../kernel/refusal.ts'
import type { Basis } from './permission.ts'
import { readHeader } from './statement/header.ts'
import { understand } from './understand.ts'
import { planOfChange } from './workspace/change.ts'

export interface ReplayNeeds {
  readonly kept: Kept
  readonly parser: Parser
  /** The rules of a bundle as that node applied them, null when one of their texts is gone. */
  rulebook(of: Pick<Basis, 'bundle' | 'node'>): Promise<Pick<Rulebook, 'decide'> | null>
}

/** What could not be decided again, and why: shredded or older than the texts kept, or gone. */
type Lost = 'sealed' | 'policies' | 'permits' | 'catalogues'

export type Replayed =
  | { readonly outcome: 'agrees' }
  /** Both in words of the log: codes, rules and hashes. */
  | { readonly outcome: 'differs'; readonly logged: string; readonly again: string }
  | { readonly outcome: 'lost'; readonly what: Lost }

const basisForm = z.looseObject({
  bundle: z.string(),
  node: z.string(),
  permit: z.string().nullable(),
  now: z.number(),
})
/** Made by `Permission.grounds`, and bound to its entry by a hash: its head is enough to know the form. */
const sealedForm = z.object({
  sql: z.string().optional(),
  parameters: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).optional(),
  catalogue: z.string().optional(),
  today: z.string(),
  basis: z.custom<Basis>((value) => basisForm.safeParse(value).success),
})
type Sealed = z.infer<typeof sealedForm>

/** What an entry says was decided: `allow`, or the code of a refusal that was a decision and not the state of the node. */
interface Logged {
  readonly code: string | null
  /** The rules that allowed, in their order; absent where the entry does not name them. */
  readonly rules?: readonly string[]
  readonly rule?: string
  readonly plan?: string
  /** SHA-256 of the permit that the entry names. */
  readonly permit?: string
}

const decisionTypes = ['query.intent', 'query.release', 'query.refused', 'query.checked'] as const

/**
 * Decides one entry again. Null for an entry that records no decision on a query: another type, or a refusal that came from the
 * state of the node (an id in use, a process that failed, a list of derived tables) and not from text, catalogue and policy.
 */
export async function replay(needs: ReplayNeeds, entry: Indexed, content: unknown): Promise<Replayed | null> {
  const logged = decisionIn(entry)
  if (logged === null) return null
  const read = sealedForm.safeParse(content)
  if (!read.success) return { outcome: 'lost', what: 'sealed' }
  const sealed = read.data
  const { permit } = sealed.basis
  if (logged.permit !== undefined && logged.permit !== permit)
    return { outcome: 'differs', logged: `permit sha256:${logged.permit}`, again: `permit sha256:${permit}` }
  const decided = await decideAgain(needs, sealed.basis)
  if ('what' in decided) return { outcome: 'lost', what: decided.what }
  const difference = compareDecision(logged, decided)
  if (difference !== null) return { outcome: 'differs', ...difference }
  if (decided.effect === 'deny' || sealed.sql === undefined) return { outcome: 'agrees' }
  return replayText(needs, { ...sealed, sql: sealed.sql }, logged)
}

function decisionIn({ body }: Indexed): Logged | null {
  if (!decisionTypes.some((type) => type === body.type)) return null
  switch (body.type) {
    case 'query.intent':
      return { code: null, rules: body.decision.rules, plan: body.plan, permit: body.permit.sha256 }
    case 'query.release':
      return { code: null, rules: body.decision.rules }
    case 'query.refused':
      return isDecided(body.code) && body.rule !== ofAirlock
        ? { code: body.code, ...(body.rule && { rule: body.rule }) }
        : null
    case 'query.checked': {
      if (body.decision === 'allow') return { code: null }
      return body.code !== undefined && isDecided(body.code) ? { code: body.code } : null
    }
    default:
      return null
  }
}

/** Codes of the text that rest on more than text, catalogue and policy. */
const ofTheState = new Set(['QUERY_FAILED', 'BUDGET_EXHAUSTED', 'WORKSPACE_NAME', 'WORKSPACE_LIMIT'])

function isDecided(code: string): boolean {
  if (!isCode(code)) return true
  const { room } = refusals[code]
  return room === 'query' ? !ofTheState.has(code) : room === 'habilitation' && code !== 'QUOTA_EXCEEDED'
}

async function decideAgain(
  { kept, rulebook }: ReplayNeeds,
  { by, permit: hash, bundle, node, standing, lead, ...ask }: Basis,
): Promise<Decision | { readonly what: Lost }> {
  const rules = await rulebook({ bundle, node })
  if (rules === null) return { what: 'policies' }
  const asked = { ...ask, by: { ...by, displayName: '' } }
  if (hash === null) return rules.decide(asked, null)
  const text = await kept.read('permits', hash)
  if (text === null || standing === undefined || lead === undefined) return { what: 'permits' }
  const permit = permitOfText(text)
  // Of before there were grants: the permit alone gave access, and the review was that of the account.
  const { grants = permit.persons.map(grantedByPermit) } = standing as Partial<PermitStanding>
  return rules.decide(asked, { permit, standing: { ...standing, grants }, lead })
}

function grantedByPermit({ issuer, subject }: PermitPerson): PermitStanding['grants'][number] {
  return { issuer, subject, stored: 'active', leadUntil: Number.MAX_SAFE_INTEGER, managerUntil: 0 }
}

/** Allowed as a question: what was refused is what the airlock asked beside it. */
const ofAirlock = 'query.exact'

const isOfText = (code: string) => isCode(code) && refusals[code].room === 'query'

type Difference = { readonly logged: string; readonly again: string } | null

const rulesText = (rules: readonly string[]) => `permit ${rules.join(' ')}`

/** A text that was refused was allowed by the rules first; a refusal of the rules names code and rule. */
function compareDecision(logged: Logged, decided: Decision): Difference {
  if (decided.effect === 'permit') {
    if (logged.code !== null && !isOfText(logged.code))
      return { logged: logged.code, again: rulesText(decided.rules) }
    if (logged.rules === undefined || String(logged.rules) === String(decided.rules)) return null
    return { logged: rulesText(logged.rules), again: rulesText(decided.rules) }
  }
  const isSame = logged.code === decided.code && (logged.rule ?? decided.rule) === decided.rule
  return isSame ? null : { logged: logged.code ?? 'permit', again: `${decided.code} ${decided.rule}` }
}

async function replayText(
  { kept, parser }: ReplayNeeds,
  { sql, parameters, catalogue, today }: Sealed & { readonly sql: string },
  logged: Logged,
): Promise<Replayed> {
  const isDrop = readHeaderSafely(sql) === 'drop'
  // Before the extract was read nothing was said of the text; and a table to drop is known by the list of the moment.
  if (catalogue === undefined || (isDrop && logged.code !== null)) return { outcome: 'agrees' }
  const text = await kept.read('catalogues', catalogue)
  if (text === null) return { outcome: 'lost', what: 'catalogues' }
  const bulle: Bulle = JSON.parse(text)
  const again = await meaningOf(parser, bulle, { sql, today, ...(parameters ? { parameters } : {}) })
  const said = { code: logged.code ?? 'allow', plan: logged.plan }
  if (again.code !== said.code) return { outcome: 'differs', logged: said.code, again: again.code }
  if (said.plan === undefined || again.plan === said.plan) return { outcome: 'agrees' }
  return { outcome: 'differs', logged: `plan ${said.plan}`, again: `plan ${again.plan}` }
}

async function meaningOf(
  parser: Parser,
  bulle: Bulle,
  text: Parameters<typeof understand>[2],
): Promise<{ code: string; plan?: string }> {
  try {
    const header = readHeader(text.sql)
    const plan = header
      ? await planOfChange(parser, bulle, { header, text })
      : await understand(parser, bulle, text)
    return { code: 'allow', plan: plan.sha256 }
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code }
    throw error
  }
}

function readHeaderSafely(sql: string): 'create' | 'drop' | null {
  try {
    return readHeader(sql)?.kind ?? null
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}
