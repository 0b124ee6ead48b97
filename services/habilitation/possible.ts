/**
 * What a person may ask of a request now, found by trying: each command that role and state allow is put to `command` itself,
 * nothing is kept of it, and what it refuses is told apart. So that no page and no second table decides who may. Pure.
 */
import { addDays, parisDay } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type Language, say } from '../kernel/text.ts'
import { command, holdersOf, type Later, managersOf } from './command.ts'
import type { Given, Signing } from './guard.ts'
import { stateAt } from './lifetime.ts'
import { type CommandName, capacitiesOf, offered } from './matrix.ts'
import { inHand } from './on-request.ts'
import type { Habilitation } from './state.ts'

/** A command that role and state would allow, and a rule about persons forbids to this one. */
interface Barred {
  readonly command: CommandName
  /** Such as `T2`, or `interests.undeclared`. */
  readonly rule: string
  /** Why, and the way out. */
  readonly fr: string
  readonly en: string
}

export interface Possible {
  /** Commands that some body would carry out, or refuse for what it lacks only. */
  readonly offered: readonly CommandName[]
  /** Also of an offered command, where another part of it is forbidden: an opinion of who may still recuse herself. */
  readonly barred: readonly Barred[]
}

type Around = Pick<Given, 'by' | 'now' | 'vocabularies' | 'facts'> & Omit<Given['grants'], 'policy'>

/** Never refuses. What only lacks something counts as possible: the refusal of the act will say what. */
export function possibleFor(before: Habilitation, around: Around): Possible {
  const { by, now, vocabularies } = around
  const held = capacitiesOf(by, {
    lead: before.lead,
    holders: holdersOf(before, around),
    managers: managersOf(before, around),
  })
  const allowed = offered(vocabularies.roles, { held, state: stateAt(before, now) })
  const given = givenFor(around)
  const tried = allowed.map((name) => ({
    name,
    refusals: probes[name](before, now).map((probe) => refusalOf(before, probe, given)),
  }))
  return {
    offered: tried
      .filter(({ refusals }) => refusals.some((one) => !isForbidden(one)))
      .map(({ name }) => name),
    barred: tried.flatMap(({ name, refusals }) => barredBy(name, refusals)),
  }
}

function refusalOf(before: Habilitation, probe: Later, given: Given): Refusal | null {
  try {
    command(before, probe, given)
    return null
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

function isForbidden(refusal: Refusal | null): boolean {
  return refusal !== null && ['ROLE', 'WRONG_STATE', 'CONFLICT_OF_INTEREST'].includes(refusal.code)
}

function barredBy(name: CommandName, refusals: readonly (Refusal | null)[]): readonly Barred[] {
  const conflicts = refusals.filter((one) => one?.code === 'CONFLICT_OF_INTEREST')
  const byRule = new Map(conflicts.flatMap((one) => (one ? [[one.facts.rule ?? '', one] as const] : [])))
  return [...byRule].map(([rule, one]) => ({
    command: name,
    rule,
    fr: sentenceOf('fr', one),
    en: sentenceOf('en', one),
  }))
}

function sentenceOf(language: Language, { code, facts: { fact, hint } }: Refusal): string {
  const wayOut = say(language, hint ?? { key: `refusal.${code}.hint` })
  return fact ? `${say(language, fact)} ${wayOut}` : wayOut
}

/** Nothing is missing and nothing can be signed: whatever gets as far as a signature is possible. */
function givenFor({ accountOf, rules, ...around }: Around): Given {
  return {
    ...around,
    missingOf: () => [],
    signing: unsigned,
    node: '',
    issuer: '',
    policyHash: '',
    base: '',
    grants: { policy: 'individual', rules, accountOf },
  }
}

const unsigned: Signing = {
  line: () => null,
  isSigned: () => false,
  permit: () => {
    throw new Refusal('INCOMPLETE')
  },
}

type Probes = Readonly<Record<CommandName, (before: Habilitation, now: number) => readonly Later[]>>

const text = '-'
const items = [{ field: 'aim', comment: text }]

/** The least that can be asked by each command: one body for every kind, line, person and scope that it could be about. */
const probes: Probes = {
  change: () => [{ type: 'change', patch: {} }],
  submission: () => [{ type: 'submission' }],
  attachment: () => [{ type: 'attachment', document: noDocument, most: Number.POSITIVE_INFINITY }],
  detachment: ({ attachments }) =>
    attachments.map(({ attachment }) => ({ type: 'detachment', attachment }) as const),
  completeness: () => [
    { type: 'completeness', complete: true },
    { type: 'completeness', items },
  ],
  completion: () => [{ type: 'completion' }],
  opinions: () => [
    { type: 'opinions', opinion: 'favourable', comment: '' },
    { type: 'opinions', opinion: 'recused', comment: '' },
  ],
  interests: () => [{ type: 'interests', none: true }],
  comments: () => [{ type: 'comments', field: 'aim', text, audience: 'applicant' }],
  'external-references': () => [{ type: 'external-references', kind: 'other', reference: '00' }],
  questions: () => [{ type: 'questions', items }],
  answers: () => [{ type: 'answers', items }],
  extension: () => [{ type: 'extension', reason: text }],
  countersignatures: (before) =>
    (inHand(before).body.lines ?? []).map(
      ({ dataset }) => ({ type: 'countersignatures', dataset, decision: 'accept' }) as const,
    ),
  decision: () => [{ type: 'decision', decision: 'refuse', reasons: text, conditions: [] }],
  confirmation: () => [{ type: 'confirmation' }],
  acceptance: () => [{ type: 'acceptance' }],
  renunciation: () => [{ type: 'renunciation' }],
  withdrawal: () => [{ type: 'withdrawal' }],
  appeal: () => [{ type: 'appeal', reasons: text }],
  'appeal-decision': () => [{ type: 'appeal-decision', upheld: false, reasons: text }],
  suspension: (before) => [
    { type: 'suspension', reason: text },
    ...linesOf(before).map((line) => ({ type: 'suspension', reason: text, line }) as const),
    ...(before.request.persons ?? []).map(
      ({ issuer, subject }) => ({ type: 'suspension', reason: text, person: { issuer, subject } }) as const,
    ),
  ],
  lift: ({ stops }) => stops.map(({ scope }) => ({ type: 'lift', ...scope }) as const),
  recall: (before) => linesOf(before).map((line) => ({ type: 'recall', line, reason: text }) as const),
  revocation: () => [{ type: 'revocation', reason: text }],
  dismissal: () => [{ type: 'dismissal', reasons: text }],
  'revocation-appeal': () => [{ type: 'revocation-appeal', reasons: text }],
  amendment: () => [{ type: 'amendment', patch: {} }],
  renewal: () => [{ type: 'renewal', until: '9999-12-31' }],
  closure: () => [{ type: 'closure' }],
  attestation: () => [{ type: 'attestation' }],
  'grant-validation': (before) => forPersons(before, (person) => ({ type: 'grant-validation', person })),
  'grant-issue': (before) => forPersons(before, (person) => ({ type: 'grant-issue', person })),
  'grant-end': (before) => forPersons(before, (person) => ({ type: 'grant-end', person, reason: text })),
  'grant-review': (before) => forPersons(before, (person) => ({ type: 'grant-review', person })),
  'review-campaign': (_, now) => [{ type: 'review-campaign', due: addDays(parisDay(now), 1) }],
  'access-review': () => [{ type: 'access-review', conclusion: 'nothing', comment: text }],
  results: () => [{ type: 'results', kind: 'publication', title: text, summary: text, link: 'https://a.fr' }],
  // No person asks these.
  shredding: () => [],
  lapse: () => [],
  escalation: () => [],
  expiry: () => [],
}

const noDocument = { attachment: '', name: '', field: 'protocol', bytes: 0, sha256: '' }

function linesOf({ lines }: Habilitation): readonly string[] {
  return Object.values(lines).flatMap(({ line }) => line?.dataset ?? [])
}

type Person = Habilitation['grants'][number]

function forPersons(
  { grants }: Habilitation,
  probe: (person: Pick<Person, 'issuer' | 'subject'>) => Later,
): readonly Later[] {
  return grants.map(({ issuer, subject }) => probe({ issuer, subject }))
}
