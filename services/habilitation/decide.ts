/** THE decision of the house: may this person ask this of this project, now? Pure. */

import type { Person } from '../identity/person.ts'
import { type ProofRules, visasCounted } from '../identity/proof-rules.ts'
import { samePerson } from '../kernel/id.ts'
import { isCode, Refusal } from '../kernel/refusal.ts'
import { say } from '../kernel/text.ts'
import { datasetsAsked } from './asked.ts'
import type { Asked, Cedar, CedarAnswer } from './cedar.ts'
import { meetsAssurance } from './clauses.ts'
import { proofsAt } from './cleared.ts'
import type { Ask, Decision, Denied, Granted } from './decision.ts'
import { failing } from './failing-fact.ts'
import { staff } from './matrix.ts'
import type { CurrentPermit, PermitPerson } from './permit.ts'

export interface Rules {
  readonly cedar: Cedar
  /** Hash of the bundle; named in every decision. */
  readonly bundle: string
  /** The name of this node. */
  readonly node: string
  /** Proofs of persons; absent from bundles of before they were policy. */
  readonly persons?: ProofRules
}

/** The rule a stranger meets, and the one an unknown project meets: the same words, byte for byte. */
const strangerRule = 'no-habilitation'

/**
 * When several rules forbid, the first in the order of policies/query.cedar is told: who you are to the project, then where,
 * then the state of the permit, then you, then what you ask. So a stranger learns only NO_HABILITATION.
 */
export function decide(ask: Ask, current: CurrentPermit | null, rules: Rules): Decision {
  const { cedar, bundle } = rules
  if (current === null) return { effect: 'deny', code: 'NO_HABILITATION', rule: strangerRule, bundle }
  const purpose = ask.purpose ?? only(current.permit.purposes)
  const objective = ask.objective ?? only(current.permit.objectives.map(({ id }) => id))
  const answer = cedar.ask(facts(ask, current, rules))
  if (answer.effect === 'deny') {
    const denied = denial(answer, rules)
    return { ...denied, ...failing(denied.rule, ask, { ...current, rules: rules.persons }) }
  }
  if (purpose === undefined) return unnamed('purpose', bundle)
  if (objective === undefined && current.permit.objectives.length > 0) return unnamed('objective', bundle)
  const visas = visasCounted(ask.by, { rules: rules.persons, now: ask.now })
  const counted = visas.length === 0 ? {} : { visas }
  const granted: Granted = { effect: 'permit', current, purpose, rules: answer.rules, bundle, ...counted }
  return objective === undefined ? granted : { ...granted, objective }
}

function only(codes: readonly string[]): string | undefined {
  return codes.length === 1 ? codes[0] : undefined
}

function unnamed(path: string, bundle: string): Denied {
  const missing = [{ path, message: say('fr', { key: 'missing.several' }) }]
  return { effect: 'deny', code: 'INVALID', rule: `${path}-unnamed`, missing, bundle }
}

/**
 * A deny that no prohibition explains says no more than that the permit does not hold. `rule-failed` means that a rule could
 * not be evaluated: the entry of the refusal carries the word, so that somebody is alarmed.
 */
function denial({ rules: forbids, failed }: CedarAnswer, { cedar, bundle }: Rules): Denied {
  const first = cedar.policies.find(({ id, effect }) => effect === 'forbid' && forbids.includes(id))
  const code = first?.annotations.code
  if (first === undefined || !isCode(code)) {
    return { effect: 'deny', code: 'PERMIT_INVALID', rule: failed ? 'rule-failed' : 'default-deny', bundle }
  }
  return { effect: 'deny', code, rule: first.id, bundle }
}

/** What Cedar is told; names of the schema policies/schema.cedarschema. */
function facts(ask: Ask, { permit, standing, lead }: CurrentPermit, { node, persons: rules }: Rules): Asked {
  const { by, now } = ask
  const datasets = datasetsAsked(ask, { permit, standing })
  const listed = permit.persons.find((person) => samePerson(person, by))
  const datasetsOf = (lines: readonly string[]) =>
    permit.lines.filter(({ id }) => lines.includes(id)).map(({ dataset }) => dataset)
  const objective = ask.objective ?? only(permit.objectives.map(({ id }) => id))
  return {
    principal: {
      listed: listed !== undefined,
      viewer: mayView(by, { permit, standing, lead }),
      suspended: standing.suspendedPersons.some((person) => samePerson(person, by)),
      proofs: proofsAt(by, { now, rules, grants: standing.grants }),
      // A session that is not what the permit demands counts as one factor.
      level: meetsAssurance(by, permit.assurance, now) ? by.level : Math.min(by.level, 1),
    },
    resource: {
      state: stateOf(standing, now),
      version: permit.version,
      currentVersion: standing.currentVersion,
      nodes: permit.node,
      purposes: permit.purposes,
      objectives: permit.objectives.map(({ id }) => id),
      openDatasets: datasetsOf(standing.openLines),
      suspendedDatasets: datasetsOf(standing.suspendedLines),
    },
    context: {
      now,
      ...period(permit, listed),
      node,
      // An unnamed purpose is asked for after the rules, so that only a member hears of it.
      purpose: ask.purpose ?? permit.purposes[0] ?? '',
      ...(objective !== undefined && { objective }),
      datasets,
    },
  }
}

/** The word of the register, but for a suspension that time alone brings about. */
function stateOf({ state, selfSuspendsAt }: CurrentPermit['standing'], now: number): string {
  const isDue = selfSuspendsAt !== undefined && now >= selfSuspendsAt
  return isDue && (state === 'active' || state === 'issued') ? 'suspended' : state
}

/** In ms: the period of the permit, shortened to that of the person. */
function period(permit: { nbf: number; exp: number }, person: PermitPerson | undefined) {
  const from = Math.max(permit.nbf, person?.nbf ?? 0)
  const until = Math.min(permit.exp, person?.exp ?? permit.exp)
  return { from: from * 1000, until: until * 1000 }
}

/** Who may see that a project exists: its persons, its lead, the staff that instructs it, the holders of its lines. */
export function mayView(by: Person, { permit, lead }: CurrentPermit): boolean {
  if (samePerson(by, lead) || permit.persons.some((person) => samePerson(person, by))) return true
  if (staff.some((role) => by.roles.includes(role))) return true
  return by.roles.includes('holder') && permit.lines.some(({ holder }) => holder === by.organisation)
}

/** Turns a no into a Refusal where a use-case goes no further. */
export function insist(decision: Decision): Granted {
  if (decision.effect === 'permit') return decision
  const { code, rule, hint, fact, missing } = decision
  const facts = { ...(hint && { hint }), ...(fact && { fact }), ...(missing && { missing }) }
  throw new Refusal(code, { rule, ...facts })
}
