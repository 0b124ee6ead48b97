/**
 * The simulator: what `decide` would say of a person, a project, a dataset, a purpose and a day. The same rules on the same
 * permit as a query meets; nothing is run and nothing is changed.
 */
import type { Account, Accounts, Person } from '../identity/person.ts'
import type { Clock } from '../kernel/clock.ts'
import { type Actor, samePerson } from '../kernel/id.ts'
import type { Code, Missing } from '../kernel/refusal.ts'
import { Refusal, type Sentence } from '../kernel/refusal.ts'
import type { Ask } from './decision.ts'
import { roleRefusal } from './matrix.ts'
import type { CurrentPermit } from './permit.ts'
import type { Permits } from './permits.ts'
import type { OpenRulebook } from './rulebook.ts'

export interface SimulateNeeds {
  readonly accounts: Pick<Accounts, 'find'>
  readonly clock: Clock
  readonly permits: Permits
  readonly rulebook: OpenRulebook
}

export interface Simulated {
  readonly person: Actor
  readonly project: string
  readonly dataset?: string | undefined
  readonly purpose?: string | undefined
  readonly objective?: string | undefined
  /** Instant in ms; now when it is left out. The state of the permit is that of now. */
  readonly at?: number | undefined
  /** Assurance of the imagined session; two factors when it is left out. */
  readonly level?: Person['level'] | undefined
}

export interface Simulation {
  readonly decision: 'permit' | 'deny'
  /** The policy that decided, and why it exists. */
  readonly rule: string
  readonly reason?: string | undefined
  readonly legalBasis?: string | undefined
  /** With a deny: the refusal that a query would meet, as code, failing fact and what is missing. */
  readonly refusal?: {
    readonly code: Code
    readonly fact?: Sentence | undefined
    readonly hint?: Sentence | undefined
    readonly missing?: readonly Missing[] | undefined
  }
  readonly purpose?: string | undefined
  readonly objective?: string | undefined
  /** Instant of the imagined question, in ms. */
  readonly at: number
  readonly permit: { readonly id: string; readonly version: number; readonly sha256: string }
  /** Hash of the rules. */
  readonly policy: string
}

/**
 * What would be decided. For the DPO, the authority and the lead of the project. Refusals: ROLE for anybody else, NOT_FOUND for
 * a project that does not exist, to a lead also for one of somebody else.
 */
export async function simulate(needs: SimulateNeeds, by: Person, asked: Simulated): Promise<Simulation> {
  const isStaff = by.roles.includes('dpo') || by.roles.includes('authority')
  if (!isStaff && !by.roles.includes('lead'))
    throw roleRefusal('simulation.reader', ['dpo', 'authority', 'lead'])
  const current = await needs.permits.current(asked.project)
  if (current === null || !(isStaff || samePerson(by, current.lead))) throw new Refusal('NOT_FOUND')
  const account = (await needs.accounts.find(asked.person)) ?? unknown(asked.person)
  return decided(needs, { ask: askOf(needs, account, asked), current })
}

/** A person that this node has no account of: no role, no proof. */
function unknown({ issuer, subject }: Actor): Account {
  return { issuer, subject, displayName: subject, organisation: '', roles: [], proofs: {} }
}

function askOf({ clock }: SimulateNeeds, account: Account, asked: Simulated): Ask {
  const { dataset, purpose, objective, at = clock.now(), level = 2 } = asked
  return {
    by: { ...account, level, door: 'http', methods: [] },
    now: at,
    ...(purpose !== undefined && { purpose }),
    ...(objective !== undefined && { objective }),
    ...(dataset !== undefined && { datasets: [dataset] }),
  }
}

function decided(
  { rulebook }: SimulateNeeds,
  { ask, current }: { ask: Ask; current: CurrentPermit },
): Simulation {
  const decision = rulebook.decide(ask, current)
  const rule = decision.effect === 'permit' ? (decision.rules[0] ?? '') : decision.rule
  const { raison, base_legale } = rulebook.policies.find(({ id }) => id === rule)?.annotations ?? {}
  const { jti: id, version, sha256 } = current.permit
  const about = { reason: raison, legalBasis: base_legale, at: ask.now, permit: { id, version, sha256 } }
  const common = { decision: decision.effect, rule, ...about, policy: decision.bundle }
  if (decision.effect === 'permit') {
    const { purpose, objective } = decision
    return { ...common, purpose, objective }
  }
  const { code, fact, hint, missing } = decision
  return { ...common, refusal: { code, fact, hint, missing } }
}
