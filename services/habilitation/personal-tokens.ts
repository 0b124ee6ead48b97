/** Personal access tokens as rights see them: who may make one for a project, and until when it speaks for anybody. */

import type { Audit } from '../audit/record.ts'
import type { Person, Tokens } from '../identity/person.ts'
import type { PersonalToken, PersonalTokens } from '../identity/personal-tokens.ts'
import type { ProofRules } from '../identity/proof-rules.ts'
import { personalTokenForm } from '../identity/token-form.ts'
import { type Clock, isoInstant } from '../kernel/clock.ts'
import { sha256 } from '../kernel/hash.ts'
import { samePerson } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { insist } from './decide.ts'
import type { Rulebook } from './decision.ts'
import type { CurrentPermit } from './permit.ts'
import type { Permits } from './permits.ts'

export interface PersonalTokenNeeds {
  readonly audit: Audit
  readonly clock: Clock
  readonly permits: Permits
  readonly rulebook: Rulebook & { readonly persons?: ProofRules }
  readonly personalTokens: PersonalTokens
  /** Stops what was asked with a token, which stands where others have their session. */
  stopSessions(ids: readonly string[]): void
}

interface Asked {
  readonly project: string
  /** May be left out where the permit has only one. */
  readonly purpose?: string
  readonly label: string
  /** Four when left out. */
  readonly hours?: number
}

/** Rules may say fewer; no rule says more. */
const mostHours = 12
const usualHours = 4

/**
 * Makes a token for a project that the person may query at this moment, with two factors. Refusals: those of the decision on a
 * query, and INVALID for more hours than the rules give.
 */
export async function createPersonalToken(
  needs: PersonalTokenNeeds,
  by: Person,
  asked: Asked,
): Promise<{ readonly secret: string; readonly token: PersonalToken }> {
  const { audit, clock, permits, rulebook, personalTokens } = needs
  const { project, purpose, label } = asked
  const most = rulebook.persons?.accessToken?.hours ?? mostHours
  const hours = asked.hours ?? Math.min(usualHours, most)
  const current = await permits.current(project)
  const [objective] = current?.permit.objectives ?? []
  const ask = { by, now: clock.now(), ...(purpose !== undefined && { purpose }) }
  // A token is bound to no objective: each question names its own.
  const decided = rulebook.decide({ ...ask, ...(objective && { objective: objective.id }) }, current)
  const { purpose: named } = insist(decided)
  if (hours > most) throw new Refusal('INVALID', { rule: 'access-token.hours' })
  const made = await personalTokens.issue(by, { project, purpose: named, label, hours })
  const { id, expiresAt } = made.token
  const until = isoInstant(expiresAt)
  const sha = sha256(made.secret)
  await audit.append({ type: 'token.issued', token: id, purpose: named, until, sha256: sha }, { by, project })
  return made
}

/** Ends a token of this person at once, and what is being asked with it. Refusal NOT_FOUND, the same for one that ended and for one of somebody else. */
export async function revokePersonalToken(
  {
    audit,
    personalTokens,
    stopSessions,
  }: Pick<PersonalTokenNeeds, 'audit' | 'personalTokens' | 'stopSessions'>,
  by: Person,
  id: string,
): Promise<PersonalToken> {
  const ended = await personalTokens.revoke(by, id)
  if (ended === null) throw new Refusal('NOT_FOUND', { rule: 'access-token.none' })
  stopSessions([`token:${id}`])
  await audit.append({ type: 'token.revoked', token: id }, { by, project: ended.project })
  return ended
}

/**
 * The same tokens, personal ones too. One of these speaks for nobody once its permit has ended or no longer names the person; a
 * suspension is told by the decision on each question.
 */
export function withPersonalTokens(
  tokens: Tokens,
  needs: Pick<PersonalTokenNeeds, 'clock' | 'permits' | 'personalTokens'>,
): Tokens {
  return {
    async verify(bearer, shown) {
      if (!personalTokenForm.claims(bearer)) return tokens.verify(bearer, shown)
      if (shown?.scheme === 'dpop') throw new Refusal('UNAUTHENTICATED', { rule: 'dpop.unbound' })
      const person = await needs.personalTokens.verify(bearer)
      const current = await needs.permits.current(person.scope?.project ?? '')
      if (current === null || !isMember(person, current, needs.clock.now()))
        throw new Refusal('UNAUTHENTICATED', { rule: 'access-token.permit' })
      return person
    },
  }
}

const ended: ReadonlySet<string> = new Set(['revoked', 'renounced', 'closing', 'closed'])

function isMember(by: Person, { permit, standing }: CurrentPermit, now: number): boolean {
  const listed = permit.persons.find((person) => samePerson(person, by))
  if (listed === undefined || ended.has(standing.state)) return false
  return now < Math.min(permit.exp, listed.exp) * 1_000
}

/** The purpose of a question: that of the token where one asks. Refusal PURPOSE_NOT_GRANTED for another one. */
export function purposeWithin(
  { scope }: Pick<Person, 'scope'>,
  asked: string | undefined,
): string | undefined {
  if (scope === undefined || asked === scope.purpose) return asked
  if (asked === undefined) return scope.purpose
  throw new Refusal('PURPOSE_NOT_GRANTED', { rule: 'access-token.purpose' })
}
