/** Who belongs to a project, whatever its state: for what its people tell each other, which no rule of a query decides. Pure. */
import { type Actor, samePerson } from '../kernel/id.ts'
import type { CurrentPermit } from './permit.ts'

/**
 * The version in force names the person, until now, and her own grant is neither waiting, ended nor suspended. Whether she may ask
 * anything at this moment is for `decide`.
 */
export function isMember(by: Actor, { permit, standing }: CurrentPermit, now: number): boolean {
  const named = permit.persons.find((person) => samePerson(person, by))
  if (named === undefined || (named.exp < permit.exp && now >= named.exp * 1000)) return false
  if (standing.suspendedPersons.some((person) => samePerson(person, by))) return false
  return standing.grants.some((grant) => samePerson(grant, by) && grant.stored === 'active')
}

const final: ReadonlySet<CurrentPermit['standing']['state']> = new Set([
  'revoked',
  'renounced',
  'closing',
  'closed',
])

/** It ended, by time or by an act, and nothing opens it again. */
export function isOver({ permit, standing }: CurrentPermit, now: number): boolean {
  return final.has(standing.state) || now >= permit.exp * 1000
}
