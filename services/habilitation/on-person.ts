/** The commands of one person's grant and of its reviews (governance.md 5.1 T3, 5.3, 7): guards, then what happens. Pure. */
import type { Account } from '../identity/person.ts'
import { addDays, parisDay } from '../kernel/clock.ts'
import { type Actor, samePerson } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { CommandOf } from './commands.ts'
import { lackingProofs, reviewLapse, standingOfGrant } from './grant-state.ts'
import type { Grant } from './grants.ts'
import { anotherThan, demand, type Given, happened, type Outcome, wrongState } from './guard.ts'
import { lacks } from './lacking.ts'
import type { Body } from './request.ts'
import type { Habilitation } from './state.ts'

type Before = Habilitation

/** The longest time that a campaign gives. */
const campaignDays = 90

export const onPerson = {
  'grant-validation': (before: Before, { person }: CommandOf<'grant-validation'>, given: Given): Outcome => {
    const grant = grantOf(before, person)
    anotherThan(given.by, [person], 'T3')
    insistManager(given, person)
    if (grant.stored !== 'invited') throw wrongState()
    demandProofs(given, person)
    return happened({ type: 'grantValidated', person: pairOf(person) })
  },

  /** Whoever validated does not issue, and nobody issues her own. */
  'grant-issue': (before: Before, { person }: CommandOf<'grant-issue'>, given: Given): Outcome => {
    const grant = grantOf(before, person)
    anotherThan(given.by, [person, grant.validatedBy], 'T3')
    if (grant.stored !== 'manager_validated') throw wrongState()
    demandProofs(given, person)
    return happened({ type: 'grantIssued', person: pairOf(person) })
  },

  /** One is enough to stop, as everywhere; a line manager speaks for her own people. */
  'grant-end': (before: Before, { person, reason }: CommandOf<'grant-end'>, given: Given): Outcome => {
    const grant = grantOf(before, person)
    const isStaff = (['dpo', 'registrar'] as const).some((role) => given.by.roles.includes(role))
    if (!isStaff && !samePerson(given.by, before.lead)) insistManager(given, person)
    if (grant.stored === 'ended') throw wrongState()
    return happened({ type: 'grantEnded', person: pairOf(person), reason })
  },

  /** Nobody confirms herself: for the lead, the line manager gives both words. */
  'grant-review': (before: Before, { person }: CommandOf<'grant-review'>, given: Given): Outcome => {
    const grant = grantOf(before, person)
    if (grant.stored !== 'active') throw wrongState()
    const words = wordsFor(before, person, given)
    return happened(...words.map((as) => ({ type: 'grantReviewed', person: pairOf(person), as }) as const))
  },

  'review-campaign': (before: Before, { due }: CommandOf<'review-campaign'>, { now }: Given): Outcome => {
    const today = parisDay(now)
    demand([
      ...(due > today && due <= addDays(today, campaignDays) ? [] : [lacks('due', 'dueDay')]),
      ...(before.grants.some(({ stored }) => stored === 'active') ? [] : [lacks('persons', 'noGrant')]),
    ])
    return happened({ type: 'reviewAsked', due })
  },

  'access-review': (before: Before, command: CommandOf<'access-review'>): Outcome => {
    if (before.accessReview !== undefined) throw wrongState()
    const { conclusion, comment } = command
    return happened({ type: 'accessReviewed', conclusion, comment })
  },

  /** Nothing is changed by it: `decide` computed it already; it makes the register say so. */
  lapse: (before: Before, { person }: CommandOf<'lapse'>, given: Given): Outcome => {
    const grant = grantOf(before, person)
    if (grant.lapsed || !hasLapsed(grant, given)) throw wrongState()
    return happened({ type: 'grantLapsed', person: pairOf(person) })
  },
} as const

/** Whether nobody reviewed an active grant in time. */
export function hasLapsed(grant: Grant, { grants, now }: Pick<Given, 'grants' | 'now'>): boolean {
  if (grant.stored !== 'active') return false
  const account = grants.accountOf(grant) ?? nobody
  return now >= reviewLapse(standingOfGrant(grant, grants.rules), account)
}

/**
 * Which persons of a version begin, and which of them at once: where the node grants by permit, a person who holds every proof
 * and her line manager's standing word needs no further act.
 */
export function begun(before: Before, { persons = [] }: Body, { grants, now }: Given) {
  const alive = before.grants.filter(({ stored }) => stored !== 'ended')
  const fresh = persons.filter((person) => !alive.some((grant) => samePerson(grant, person)))
  return fresh.map(({ issuer, subject }) => {
    const account = grants.accountOf({ issuer, subject }) ?? nobody
    const isCleared = lackingProofs(account, { now, rules: grants.rules }).length === 0
    const hasWord = now < (account.proofs.review ?? 0)
    return { issuer, subject, active: grants.policy === 'by-permit' && isCleared && hasWord }
  })
}

const nobody: Pick<Account, 'proofs' | 'versions' | 'manager'> = { proofs: {} }

function pairOf({ issuer, subject }: Actor): Actor {
  return { issuer, subject }
}

function grantOf({ grants }: Before, person: Actor): Grant {
  const found = grants.find((grant) => samePerson(grant, person))
  if (found === undefined) throw new Refusal('INCOMPLETE', { missing: [lacks('person', 'noSuchPerson')] })
  return found
}

function isManager({ by, grants }: Given, person: Actor): boolean {
  const manager = grants.accountOf(person)?.manager
  return manager !== undefined && by.roles.includes('manager') && samePerson(manager, by)
}

function insistManager(given: Given, person: Actor): void {
  if (!isManager(given, person)) throw new Refusal('ROLE', { rule: 'grant.manager' })
}

function demandProofs({ grants, now }: Given, person: Actor): void {
  const lacking = lackingProofs(grants.accountOf(person) ?? nobody, { now, rules: grants.rules })
  demand(lacking.map((proof) => lacks(`proofs.${proof}`, 'proof')))
}

/** A lead who is the line manager too gives both words, and so does the line manager of the lead. */
function wordsFor(before: Before, person: Actor, given: Given): readonly ('lead' | 'manager')[] {
  anotherThan(given.by, [person], 'T3')
  const isOfLead = samePerson(person, before.lead)
  const manages = isManager(given, person)
  const leads = samePerson(given.by, before.lead) && given.by.roles.includes('lead')
  const words = [
    ...(leads || (manages && isOfLead) ? (['lead'] as const) : []),
    ...(manages ? (['manager'] as const) : []),
  ]
  if (words.length === 0) throw new Refusal('ROLE', { rule: 'grant.review' })
  return words
}
