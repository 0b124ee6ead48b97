/** What the declaration of a route says of each cell of the matrix. */
import { type Authorisation, audiences, rolesOf } from '../../services/gateway/authorisation.ts'
import type { Route } from '../../services/gateway/route.ts'
import type { Role } from '../../services/identity/person.ts'
import { rulebook } from '../habilitation/fixtures.ts'
import { without } from './calls.ts'
import { type Got, states } from './house.ts'

export interface GuardedRoute extends Route {
  readonly authorisation: Authorisation
}

export interface Cell {
  readonly role: Role
  readonly whose: 'own' | 'foreign'
  readonly state: (typeof states)[number]
}

const powers = (await rulebook()).vocabularies.roles

export function mayCall({ authorisation }: GuardedRoute, role: Role): boolean {
  return rolesOf(authorisation.who, () => powers).includes(role)
}

/** `refused` for the role, `hidden` as if it were not there, `seen` where another answer than that must come, `open` where any may. */
export function expected(one: GuardedRoute, cell: Cell): 'refused' | 'hidden' | 'seen' | 'open' {
  const { sees } = one.authorisation
  if (!mayCall(one, cell.role)) return 'refused'
  if (sees === 'none') return 'open'
  if (!isThere(sees, cell)) return 'hidden'
  return without.has(one.name) ? 'open' : 'seen'
}

function isThere(sees: Authorisation['sees'], { role, whose, state }: Cell): boolean {
  const { all, own }: { all: readonly Role[]; own: readonly Role[] } = audiences[sees]
  // A draft is the affair of those who write it.
  const isDraft = sees === 'request' && state === 'draft'
  if (isDraft) return whose === 'own' && (role === 'lead' || role === 'researcher')
  return all.includes(role) || (whose === 'own' && own.includes(role))
}

/** The cells of one role. Whom the role refuses never gets to an object, so one state shows it. */
export function cellsOf(one: GuardedRoute, role: Role): readonly Cell[] {
  const tried = mayCall(one, role) ? statesOf(one) : statesOf(one).slice(0, 1)
  const whoses = one.authorisation.sees === 'none' ? (['own'] as const) : (['own', 'foreign'] as const)
  return tried.flatMap((state) => whoses.map((whose) => ({ role, whose, state })))
}

/** A call that acts on a request is tried before the grant, where each of them leaves it readable. */
function statesOf({ name, authorisation }: GuardedRoute): readonly Cell['state'][] {
  if (authorisation.sees !== 'request') return ['granted']
  if (name.startsWith('POST') || name.startsWith('PATCH')) return ['received', 'draft']
  return name.endsWith('/recheck') ? ['granted'] : states
}

/** All but what differs from one call to the next: the instant, the receipt, the calls that are left, and the length. */
export function told({ status, headers, text }: Got) {
  const { date: _date, 'content-length': _length, ratelimit: _left, ...rest } = headers
  const isProblem = String(headers['content-type']).startsWith('application/problem+json')
  if (!isProblem) return { status, headers: rest, body: text }
  const { receipt, ...body } = JSON.parse(text)
  return { status, headers: rest, body: { ...body, hasReceipt: receipt !== undefined } }
}
