/** The grants of persons as a fold of what happened to them (governance.md 5.3); one line per event. Pure. */
import { type Actor, samePerson } from '../kernel/id.ts'
import type { HabilitationEvent } from './event.ts'
import type { Body } from './request.ts'

export interface Grant extends Actor {
  /** What was done; `invited` and `proofs_pending`, like a suspension, are seen from proofs and time (grant-state.ts). */
  readonly stored: 'invited' | 'manager_validated' | 'active' | 'ended'
  readonly since: number
  readonly validatedBy?: Actor
  readonly issuedBy?: Actor
  /** Instants of the last word of each; the standing word of a line manager is in the account. */
  readonly reviewed: { readonly lead: number; readonly manager: number | null }
  /** A campaign that waits for a word: since when, and its last day. */
  readonly asked?: { readonly at: number; readonly due: string }
  /** It was written down that nobody reviewed the person in time. */
  readonly lapsed?: boolean
  readonly reason?: string
}

type Grants = readonly Grant[]
type Of<T extends HabilitationEvent['type']> = Extract<HabilitationEvent, { type: T }>

/**
 * The grants under a version that was just signed: whoever is new begins, whoever is no longer named has ended. An event from
 * before there were grants says nothing of them: the persons it names had access by the permit.
 */
export function grantsUnder(
  before: Grants,
  { persons = [] }: Body,
  { at, grants: begun }: Pick<Of<'granted' | 'amended'>, 'at' | 'grants'>,
): Grants {
  const ended = before.map((grant) => {
    const isNamed = persons.some((person) => samePerson(person, grant))
    return isNamed || grant.stored === 'ended' ? grant : ({ ...grant, stored: 'ended', since: at } as const)
  })
  const alive = ended.filter(({ stored }) => stored !== 'ended')
  const fresh = persons.filter((person) => !alive.some((grant) => samePerson(grant, person)))
  const started = fresh.map(({ issuer, subject }): Grant => {
    const isActive = begun?.find((one) => samePerson(one, { issuer, subject }))?.active ?? begun === undefined
    const reviewed = { lead: at, manager: null }
    return { issuer, subject, stored: isActive ? 'active' : 'invited', since: at, reviewed }
  })
  return [...ended.filter((grant) => !started.some((one) => samePerson(one, grant))), ...started]
}

function changed(grants: Grants, person: Actor, change: (grant: Grant) => Partial<Grant>): Grants {
  return grants.map((grant) => (samePerson(grant, person) ? { ...grant, ...change(grant) } : grant))
}

/** One reducer per event of persons, on the grants before it. */
export const grantReducers = {
  grantValidated: (grants: Grants, { person, at }: Of<'grantValidated'>, by: Actor): Grants =>
    changed(grants, person, ({ reviewed }) => ({
      ...{ stored: 'manager_validated', since: at, validatedBy: by },
      reviewed: { ...reviewed, manager: at },
    })),
  grantIssued: (grants: Grants, { person, at }: Of<'grantIssued'>, by: Actor): Grants =>
    changed(grants, person, ({ reviewed }) => ({
      ...{ stored: 'active', since: at, issuedBy: by },
      reviewed: { ...reviewed, lead: at },
    })),
  grantEnded: (grants: Grants, { person, at, reason }: Of<'grantEnded'>): Grants =>
    changed(grants, person, () => ({ stored: 'ended', since: at, reason })),
  grantReviewed: (grants: Grants, { person, as, at }: Of<'grantReviewed'>): Grants =>
    changed(grants, person, ({ reviewed }) => ({ reviewed: { ...reviewed, [as]: at }, lapsed: false })),
  grantLapsed: (grants: Grants, { person }: Of<'grantLapsed'>): Grants =>
    changed(grants, person, () => ({ lapsed: true })),
  reviewAsked: (grants: Grants, { due, at }: Of<'reviewAsked'>): Grants =>
    grants.map((grant) => (grant.stored === 'active' ? { ...grant, asked: { at, due } } : grant)),
} as const
