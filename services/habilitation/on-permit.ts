/** The commands of a permit, from acceptance to its end (governance.md 5.3 to 5.6): guards, then what happens. Pure. */

import type { Person } from '../identity/person.ts'
import { addDays, parisDay } from '../kernel/clock.ts'
import { samePerson } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { narrows, staysWithin } from './amendment.ts'
import { routeFacts } from './around.ts'
import { changesBetween } from './changes.ts'
import type { CommandOf } from './commands.ts'
import { clockOf, deadline } from './deadline.ts'
import type { Scope } from './event.ts'
import { permitPayload, signedLines, type Terms } from './grant.ts'
import {
  anotherThan,
  conflict,
  demand,
  type Given,
  happened,
  notHolder,
  type Outcome,
  wrongState,
} from './guard.ts'
import { lacks } from './lacking.ts'
import { stateAt } from './lifetime.ts'
import { roleRefusal } from './matrix.ts'
import { begun } from './on-person.ts'
import { granting, unanswered } from './on-request.ts'
import { type Body, patched } from './request.ts'
import { type Habilitation, type Stop, sameScope } from './state.ts'

type Before = Habilitation

export const onPermit = {
  renunciation: ({ stored }: Before): Outcome =>
    happened({ type: stored === 'pre_permit' ? 'withdrawn' : 'renounced' }),

  suspension: (before: Before, command: CommandOf<'suspension'>, { by }: Given): Outcome => {
    const role = stopperRole(by)
    const scopes = scopesOf(before, command, { by, role }).filter(
      (scope) => !before.stops.some((stop) => sameScope(stop.scope, scope)),
    )
    if (scopes.length === 0) throw wrongState()
    return happened(
      ...scopes.map((scope) => ({ type: 'suspended', reason: command.reason, scope, role }) as const),
    )
  },

  lift: (before: Before, command: CommandOf<'lift'>, { by }: Given): Outcome => {
    const scope = scopeOf(before, command)
    const stop = before.stops.find((one) => sameScope(one.scope, scope))
    if (stop === undefined) throw new Refusal('INCOMPLETE', { missing: [lacks('line', 'notSuspended')] })
    const role = lifterRole(stop, by)
    const agreed = { type: 'liftAgreed', scope, role } as const
    return stop.agreed.length === 0 ? happened(agreed) : happened(agreed, { type: 'lifted', scope })
  },

  recall: (before: Before, { line, reason }: CommandOf<'recall'>, { by }: Given): Outcome => {
    const dataset = ownLine(before, line, by)
    if (before.closedLines.includes(dataset)) throw wrongState()
    return happened({ type: 'recalled', line: dataset, reason })
  },

  revocation: (before: Before, { reason }: CommandOf<'revocation'>, { by }: Given): Outcome => {
    if (before.notice === null) return happened({ type: 'noticed', reason })
    anotherThan(by, [before.notice.by], 'T2')
    return happened({ type: 'revoked' })
  },

  dismissal: ({ dismissal }: Before, { reasons }: CommandOf<'dismissal'>, { by }: Given): Outcome => {
    if (dismissal === null) return happened({ type: 'dismissProposed', reasons })
    anotherThan(by, [dismissal.by], 'T2')
    return happened({ type: 'dismissed' })
  },

  'revocation-appeal': (before: Before, { reasons }: CommandOf<'revocation-appeal'>): Outcome => {
    if (before.appealRefused || isAppealed(before)) throw wrongState()
    return happened({ type: 'revocationAppealed', reasons })
  },

  /** T10: whoever decided before does not decide on the appeal. */
  'appeal-decision': (before: Before, command: CommandOf<'appeal-decision'>, given: Given): Outcome => {
    const { proposal, confirmedBy, completedBy, notice, dismissal } = before
    const { upheld, reasons } = command
    const decided = [proposal?.by, confirmedBy, completedBy, notice?.by, before.revokedBy, dismissal?.by]
    anotherThan(given.by, decided, 'T10')
    if (before.stored === 'under_appeal') {
      if (upheld && signedLines(before.request, before.lines).length === 0) demand([lacks('lines', 'noLine')])
      const due = upheld ? { due: deadline(given, 'prePermit.accept') } : {}
      return happened({ type: 'appealDecided', upheld, reasons, ...due })
    }
    if (!isAppealed(before)) throw wrongState()
    if (!upheld) return happened({ type: 'revocationUpheld', reasons })
    const terms = { body: before.request, lines: before.lines }
    const { permit, ref } = newVersion(before, terms, given)
    return { happenings: [{ type: 'restored', reasons, permit: ref }], permit }
  },

  amendment: (before: Before, { patch }: CommandOf<'amendment'>, given: Given): Outcome => {
    if (before.amendment !== null) throw wrongState()
    const request = patched(before.request, patch)
    demand(staysWithin(before.request, request, routeFacts(before.request, given)))
    demand(given.missingOf(request))
    return happened({ type: 'amendmentAsked', kind: 'amendment', request })
  },

  /** Once, and at least one month before the end (REG 68(12)). */
  renewal: (before: Before, { until }: CommandOf<'renewal'>, given: Given): Outcome => {
    if (before.amendment !== null) throw wrongState()
    const { accessPeriod } = before.request
    if (accessPeriod === undefined) throw wrongState()
    const { count } = clockOf(given.vocabularies, 'renewal.ask')
    const late = addDays(parisDay(given.now), count) > accessPeriod.until
    demand([
      ...(before.renewalUsed ? [lacks('until', 'renewalOnce')] : []),
      ...(before.request.emergency ? [lacks('until', 'emergencyOnce')] : []),
      ...(late ? [lacks('until', 'renewalLate')] : []),
      ...(until <= accessPeriod.until ? [lacks('until', 'nothing')] : []),
    ])
    const request: Body = { ...before.request, accessPeriod: { from: accessPeriod.until, until } }
    demand(given.missingOf(request))
    const kept: Body = { ...request, accessPeriod: { ...accessPeriod, until } }
    return happened({ type: 'amendmentAsked', kind: 'renewal', request: kept })
  },

  /** One of the authority is enough to narrow; anything else takes the proposal and a confirmation. */
  decision: (before: Before, command: CommandOf<'decision'>, given: Given): Outcome => {
    const { amendment } = before
    if (amendment === null || amendment.proposal !== null) throw wrongState()
    const { decision, reasons } = command
    demand(unanswered(amendment.request, amendment.lines))
    const proposed = { type: 'amendmentProposed', decision, reasons } as const
    if (decision === 'refuse' || !narrows(before.request, amendment.request)) return happened(proposed)
    const outcome = amended(before, given)
    return { ...outcome, happenings: [proposed, ...outcome.happenings] }
  },

  confirmation: (before: Before, _: CommandOf<'confirmation'>, given: Given): Outcome => {
    const proposal = before.amendment?.proposal
    if (!proposal) throw wrongState()
    anotherThan(given.by, [proposal.by], 'T2')
    return proposal.decision === 'grant' ? amended(before, given) : happened({ type: 'amendmentRefused' })
  },

  /** Not while an appeal may bring the access back. */
  closure: (before: Before): Outcome => {
    if (isAppealed(before)) throw wrongState()
    return happened({ type: 'closing' })
  },

  shredding: (before: Before, { certificate }: CommandOf<'shredding'>): Outcome => {
    if (before.certificate !== undefined) throw wrongState()
    return happened({ type: 'shredded', certificate })
  },

  /** T9: the operator destroyed, the DPO attests; two persons. */
  attestation: (before: Before, _: CommandOf<'attestation'>, { by }: Given): Outcome => {
    anotherThan(by, [before.closedBy], 'T9')
    if (before.certificate === undefined) demand([lacks('certificate', 'certificate')])
    return happened({ type: 'closed' })
  },

  /** Nothing is changed by it: the state was computed already; it only makes the register say so. */
  expiry: (before: Before, _: CommandOf<'expiry'>, { now }: Given): Outcome => {
    const state = stateAt(before, now)
    if (state === before.stored) throw wrongState()
    if (state === 'lapsed' || state === 'withdrawn' || state === 'expired') return happened({ type: state })
    throw wrongState()
  },
} as const

function amended(before: Before, given: Given): Outcome {
  const { amendment } = before
  if (amendment === null) throw wrongState()
  const { permit, ref } = newVersion(before, { body: amendment.request, lines: amendment.lines }, given)
  const changes = [...changesBetween(before.request, amendment.request)]
  const grants = begun(before, amendment.request, given)
  return { happenings: [{ type: 'amended', permit: ref, changes, grants }], permit }
}

function newVersion(before: Before, terms: Terms, given: Given) {
  const base = before.project ?? given.base
  const permit = given.signing.permit(permitPayload(before, terms, { ...granting(given), base }))
  const { jti: id, version, sha256, nbf, exp } = permit
  return { permit, ref: { id, version, sha256, nbf, exp } }
}

/** One appeal against a revocation, not decided yet. */
function isAppealed({ stored, appeal, appealRefused, endedAt }: Before): boolean {
  return stored === 'revoked' && !appealRefused && appeal !== undefined && appeal.at >= (endedAt ?? 0)
}

type Stopper = 'dpo' | 'authority' | 'operator' | 'holder'

function stopperRole({ roles }: Person): Stopper {
  return (['dpo', 'authority', 'operator'] as const).find((role) => roles.includes(role)) ?? 'holder'
}

/** A holder stops its own lines only: the one it names, or all of them. */
function scopesOf(
  before: Before,
  command: CommandOf<'suspension'>,
  { by, role }: { by: Person; role: Stopper },
): readonly Scope[] {
  if (role !== 'holder') return [scopeOf(before, command)]
  if (command.person !== undefined) throw roleRefusal('suspension.person', ['dpo', 'authority', 'operator'])
  if (command.line !== undefined) return [{ line: ownLine(before, command.line, by) }]
  const own = signedLines(before.request, before.lines).filter(({ holder }) => holder === by.organisation)
  return own.map(({ dataset }) => ({ line: dataset }))
}

/** A line may be named by its id or by its dataset; scopes keep the dataset. */
function scopeOf(
  before: Before,
  { line, person }: { line?: string | undefined; person?: Scope['person'] },
): Scope {
  if (person !== undefined) {
    const named = before.request.persons?.some((one) => samePerson(one, person))
    if (!named) throw new Refusal('INCOMPLETE', { missing: [lacks('person', 'noSuchPerson')] })
    return { person: { issuer: person.issuer, subject: person.subject } }
  }
  if (line === undefined) return {}
  return { line: lineNamed(before, line).dataset }
}

function lineNamed(before: Before, line: string) {
  const found = signedLines(before.request, before.lines).find(
    ({ id, dataset }) => dataset === line || id === line,
  )
  if (found === undefined) throw new Refusal('INCOMPLETE', { missing: [lacks('line', 'noSuchLine')] })
  return found
}

function ownLine(before: Before, line: string, by: Person): string {
  const { dataset, holder } = lineNamed(before, line)
  if (holder !== by.organisation) throw notHolder()
  return dataset
}

/** T7: a DPO and the authority, two persons; whoever agreed already waits for the other. */
function lifterRole({ agreed }: Stop, by: Person): 'dpo' | 'authority' {
  anotherThan(
    by,
    agreed.map((one) => one.by),
    'T7',
  )
  const needed = (['dpo', 'authority'] as const).filter((role) => !agreed.some((one) => one.role === role))
  const role = needed.find((one) => by.roles.includes(one))
  if (role === undefined) throw conflict('T7')
  return role
}
