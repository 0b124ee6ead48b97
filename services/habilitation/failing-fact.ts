/** Why a rule said no, in the words of the permit and of the asker: never of anybody else, never of the data. Pure. */

import { type ProofRules, proofStands, type RequiredProof, requiredProofs } from '../identity/proof-rules.ts'
import { parisDay } from '../kernel/clock.ts'
import { samePerson } from '../kernel/id.ts'
import type { Sentence } from '../kernel/refusal.ts'
import { datasetsAsked } from './asked.ts'
import type { PermitAssurance } from './clauses.ts'
import type { Ask } from './decision.ts'
import { type GrantState, grantStateAt, reviewLapse } from './grant-state.ts'
import type { CurrentPermit } from './permit.ts'

interface Known extends CurrentPermit {
  readonly rules?: ProofRules | undefined
}
type Fact = (ask: Ask, known: Known) => Sentence | undefined

const fact = (key: string, about: Record<string, string | number> = {}): Sentence => ({
  key: `fact.${key}`,
  with: about,
})
const list = (words: readonly string[]) => words.join(', ')
const stateFact: Fact = (_, { standing }) => fact('state', { state: standing.state })

/** What failed, by rule of policies/query.cedar. A stranger is told nothing: `no-habilitation` has none. */
const facts: Readonly<Record<string, Fact>> = {
  'wrong-node': (_, { permit }) => fact('node', { nodes: list(permit.node) }),
  revoked: stateFact,
  ended: stateFact,
  suspended: suspendedPart,
  'not-yet-valid': (ask, current) => fact('from', { day: parisDay(periodOf(ask, current).from * 1000) }),
  expired: (ask, current) => fact('until', { day: parisDay(periodOf(ask, current).until * 1000 - 1) }),
  superseded: (_, { permit, standing }) =>
    fact('version', { version: permit.version, current: standing.currentVersion }),
  'person-not-listed': (_, { permit }) => fact('notListed', { permit: permit.jti }),
  'person-not-granted': (ask, known) => fact('grant', { state: stateOfGrant(ask, known) }),
  'person-not-cleared': (ask, known) =>
    fact('proofs', { proofs: list(lapsedProofs(ask, known).map(({ told }) => told)) }),
  'assurance-too-low': ({ by }, { permit: { assurance } }) =>
    by.level < 2 || assurance === undefined
      ? fact('level', { level: by.level })
      : fact('assurance', { demanded: demandedOf(assurance) }),
  'purpose-not-granted': (_, { permit }) => fact('purposes', { purposes: list(permit.purposes) }),
  'objective-not-granted': (_, { permit }) =>
    fact('objectives', { objectives: list(permit.objectives.map(({ id }) => id)) }),
  'default-deny': () => fact('noRule'),
  'rule-failed': () => fact('ruleFailed'),
  'line-closed': (ask, { permit, standing }) => {
    const open = permit.lines.filter(({ id }) => standing.openLines.includes(id))
    const asked = datasetsAsked(ask, { permit, standing })
    const closed = asked.filter((name) => !open.some(({ dataset }) => dataset === name))
    return fact('lines', { datasets: list(closed) })
  },
}

/** The fact that made a rule say no, and the way out where it is a person's own; nothing for a rule that tells none. */
export function failing(
  rule: string,
  ask: Ask,
  known: Known,
): { readonly fact?: Sentence; readonly hint?: Sentence } {
  const found = Object.hasOwn(facts, rule) ? facts[rule]?.(ask, known) : undefined
  const way = wayOut(rule, ask, known)
  return { ...(found && { fact: found }), ...(way !== undefined && { hint: { key: `hint.${way}` } }) }
}

/** How a proof is renewed, or whose turn it is. */
function wayOut(rule: string, ask: Ask, known: Known): string | undefined {
  if (rule === 'person-not-granted') return `grant.${stateOfGrant(ask, known)}`
  const [first] = rule === 'person-not-cleared' ? lapsedProofs(ask, known) : []
  return first && `renew.${first.proof}`
}

function demandedOf({ acr, amr = [], maxAuthAge }: PermitAssurance): string {
  const words = [
    ...(acr === undefined ? [] : [`acr ${acr.join('/')}`]),
    ...amr.map((method) => `amr ${method}`),
    ...(maxAuthAge === undefined ? [] : [`auth_time ≤ ${maxAuthAge} s`]),
  ]
  return list(words)
}

function stateOfGrant({ by, now }: Ask, { standing, rules }: Known): GrantState {
  const grant = standing.grants.find((one) => samePerson(one, by))
  return grant === undefined ? 'invited' : grantStateAt(grant, by, { now, rules, isStopped: false })
}

function suspendedPart({ by, now, datasets = [] }: Ask, { permit, standing }: CurrentPermit): Sentence {
  if (standing.state === 'suspended') return fact('suspendedWhole')
  if (standing.suspendedPersons.some((person) => samePerson(person, by))) return fact('suspendedPerson')
  if (standing.selfSuspendsAt !== undefined && now >= standing.selfSuspendsAt)
    return fact('suspendedOpinions')
  const stopped = permit.lines.filter(({ id }) => standing.suspendedLines.includes(id))
  const named = stopped.flatMap(({ dataset }) => (datasets.includes(dataset) ? [dataset] : []))
  return fact('suspendedLines', { datasets: list(named) })
}

/** Seconds: the period of the permit, shortened to that of the person. */
function periodOf({ by }: Ask, { permit }: CurrentPermit): { from: number; until: number } {
  const person = permit.persons.find((one) => samePerson(one, by))
  return {
    from: Math.max(permit.nbf, person?.nbf ?? permit.nbf),
    until: Math.min(permit.exp, person?.exp ?? permit.exp),
  }
}

interface Lapsed {
  readonly proof: RequiredProof | 'review'
  readonly told: string
}

/** Such as `training (2026-11-20)`: the day of the lapse, where there ever was a proof; or the version that is no longer in force. */
function lapsedProofs({ by, now }: Ask, { standing, rules }: Known): readonly Lapsed[] {
  const own = requiredProofs.flatMap((proof): Lapsed[] => {
    if (proofStands(by, proof, { rules, now })) return []
    const until = by.proofs[proof]
    if (until === undefined) return [{ proof, told: proof }]
    return [
      { proof, told: now < until ? `${proof} (${versionFault(by, proof, rules)})` : dated(proof, until) },
    ]
  })
  const grant = standing.grants.find((one) => samePerson(one, by))
  const lapse = grant === undefined ? 0 : reviewLapse(grant, by)
  return now < lapse
    ? own
    : [...own, { proof: 'review', told: lapse === 0 ? 'review' : dated('review', lapse) }]
}

function dated(proof: string, until: number): string {
  return `${proof} (${parisDay(until)})`
}

function versionFault(
  { versions = {} }: Ask['by'],
  proof: RequiredProof,
  rules: ProofRules | undefined,
): string {
  if (rules === undefined || (proof !== 'training' && proof !== 'charter')) return ''
  return `${versions[proof] ?? '–'} → ${rules[proof].version}`
}
