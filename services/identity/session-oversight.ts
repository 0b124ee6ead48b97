/**
 * Who sees and ends sessions of others (security.md 5.3, governance.md 4 T7: stopping needs one person). When somebody signs in and from
 * how many browsers is personal: only the DPO is shown it. The registrar ends what is left of somebody who leaves, without seeing it.
 */
import type { Actor } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Person, Role } from './person.ts'
import type { SessionFacts, Sessions } from './sessions.ts'

const seers: readonly Role[] = ['dpo']
const enders: readonly Role[] = ['dpo', 'registrar']

/** The open sessions of a person. Refusal ROLE, the same whether she exists. */
export async function sessionsOf(
  sessions: Pick<Sessions, 'list'>,
  by: Person,
  person: Actor,
): Promise<readonly SessionFacts[]> {
  insist(by, seers)
  return sessions.list(person)
}

/** Closes one session of one's own. NOT_FOUND when one has none open of that id. */
export async function closeOwnSession(
  sessions: Pick<Sessions, 'close'>,
  by: Person,
  id: string,
): Promise<number> {
  return some(await sessions.close({ id, person: by }, { cause: 'signed-out', by }))
}

/** Closes one session of a person, or all of them. Refusals: ROLE, NOT_FOUND when there is none to close. */
export async function closeSessionsOf(
  sessions: Pick<Sessions, 'close'>,
  by: Person,
  { person, id }: { readonly person: Actor; readonly id?: string | undefined },
): Promise<number> {
  insist(by, enders)
  const which = id === undefined ? { person } : { id, person }
  return some(await sessions.close(which, { cause: 'closed', by }))
}

function insist({ roles }: Person, allowed: readonly Role[]): void {
  if (!allowed.some((role) => roles.includes(role))) throw new Refusal('ROLE', { rule: 'session.role' })
}

function some(count: number): number {
  if (count === 0) throw new Refusal('NOT_FOUND')
  return count
}
