/** Whose sessions end with a habilitation: who is left in none, and has no other part in the house. */
import { type Actor, samePerson } from '../kernel/id.ts'
import { fold } from './fold.ts'
import type { Effects } from './lines.ts'
import type { Registry } from './registry.ts'
import type { Habilitation } from './state.ts'
import type { Directory } from './surroundings.ts'

interface LeaveNeeds {
  readonly accounts: Pick<Directory, 'find'>
  readonly registry: Pick<Registry, 'list'>
  readonly effects: Pick<Effects, 'leave'>
}

/** Of a permit that has not ended: a suspension may be lifted, a notice of revocation dismissed. */
const lasting: readonly Habilitation['stored'][] = ['active', 'suspended', 'revocation_noticed']

/** The persons whom a habilitation lets in, or may again. */
function personsIn({ stored, grants }: Habilitation): readonly Actor[] {
  return lasting.includes(stored) ? grants.filter((grant) => grant.stored !== 'ended') : []
}

/**
 * Ends the sessions of the persons whom one act on one habilitation put out. A session says who somebody is, and every call asks
 * anew what she may: this takes a browser left open from somebody who has nothing to do here any more. Whoever is named by another
 * habilitation, or is more than a researcher, keeps hers.
 */
export async function endSessions(
  { accounts, registry, effects }: LeaveNeeds,
  before: Habilitation,
  after: Habilitation,
): Promise<void> {
  const still = personsIn(after)
  const left = personsIn(before).filter((person) => !still.some((one) => samePerson(one, person)))
  if (left.length === 0) return
  const others = (await registry.list()).filter(({ id }) => id !== after.id)
  const elsewhere = others.flatMap(({ id, events }) => personsIn(fold(id, events)))
  for (const { issuer, subject } of left) {
    if (elsewhere.some((one) => samePerson(one, { issuer, subject }))) continue
    const account = await accounts.find({ issuer, subject })
    if (account?.roles.every((role) => role === 'researcher')) await effects.leave({ issuer, subject })
  }
}
