/** What a person reads of a request: its body, where it stands, what is missing, whose turn it is. Pure. */
import type { Account, Person } from '../identity/person.ts'
import type { ProofRules } from '../identity/proof-rules.ts'
import { parisDay } from '../kernel/clock.ts'
import { type Actor, samePerson } from '../kernel/id.ts'
import type { Missing } from '../kernel/refusal.ts'
import { routeFacts } from './around.ts'
import { type Change, changesBetween } from './changes.ts'
import type { Condition } from './clauses.ts'
import { clocksOf, type LegalClock, regimeOf } from './clocks.ts'
import { holdersOf, managersOf } from './command.ts'
import { warnings } from './completeness.ts'
import { type Dossier, dossierFor, isApplicant, type Stamp, stamp } from './dossier-view.ts'
import type { LineAsked } from './form/data.ts'
import { audiencesOf, seenOf } from './form/seen.ts'
import { lineId, unsignedLine } from './grant.ts'
import { type GrantView, grantsOf } from './grant-view.ts'
import { currentRef, stateAt } from './lifetime.ts'
import { likeness } from './likeness.ts'
import type { DatasetFacts } from './lines.ts'
import { type State, staff } from './matrix.ts'
import { type Minimisation, minimisation } from './minimisation.ts'
import { inHand } from './on-request.ts'
import { type Possible, possibleFor } from './possible.ts'
import { type Progress, progressOf } from './progress.ts'
import type { Body } from './request.ts'
import { lineText } from './signature.ts'
import { type Habilitation, type Items, type Opinion, revisionOf, type Step } from './state.ts'
import { ownLines, type Resubmission, resubmissionsOf } from './submissions.ts'
import type { Vocabularies } from './vocabulary.ts'

export interface LineView extends LineAsked {
  readonly id: string
  readonly holder: string | null
  readonly state: 'pending' | 'countersigned' | 'declined' | 'open' | 'suspended' | 'closed'
  readonly countersignature: { readonly at: string; readonly by: string; readonly jws?: string } | null
  readonly comment?: string
  /** What its holder signs, as text; shown while it is pending. */
  readonly toSign?: string
}

/** The body of the request with what the house knows of it (contract, section 6). Instants are UTC ISO 8601. */
export interface HabilitationView extends Omit<Body, 'lines'>, Dossier, Possible {
  readonly id: string
  readonly state: State
  readonly lead: Actor & { readonly organisation: string }
  /** Who must act for it to go on; one owner, or nobody when it is over. */
  readonly turn: string
  readonly missing: readonly Missing[]
  /** The same by page of the form, counted, in both languages. */
  readonly completeness: Progress
  readonly minimisation: Minimisation
  readonly warnings: readonly Missing[]
  readonly clocks: readonly LegalClock[]
  readonly projectId: string | null
  /** How often its text was changed; named again by whoever changes it on (`If-Match`). */
  readonly revision: number
  readonly permit: { readonly id: string; readonly version: number; readonly sha256: string } | null
  readonly proposal: Decided | null
  readonly opinions: readonly (Omit<Opinion, 'by' | 'at'> & Stamp)[]
  readonly questions: readonly (Pick<Items, 'items'> & { readonly at: string })[]
  readonly answers: readonly (Pick<Items, 'items'> & { readonly at: string })[]
  readonly items: Items['items']
  /** Numbers under which authorities outside gave their word. */
  readonly externals: Habilitation['externals']
  /** Each submission after the first, with what it changed of the one before. */
  readonly resubmissions: readonly Resubmission[]
  readonly lines: readonly LineView[]
  readonly suspensions: readonly {
    readonly line?: string
    readonly person?: Actor
    readonly reason: string
    readonly at: string
    /** Who has agreed to start again; it takes both. */
    readonly agreed: readonly ('dpo' | 'authority')[]
  }[]
  /** The grant of each person, as far as the reader may know of it. */
  readonly grants: readonly GrantView[]
  /** The review of the last period, once the access is over. */
  readonly accessReview: (Stamp & { readonly conclusion: string; readonly comment: string }) | null
  /** Handed in for the public, oldest first. */
  readonly results: readonly (Stamp &
    Pick<Habilitation['results'][number], 'kind' | 'title' | 'summary' | 'link'>)[]
  readonly amendment: {
    readonly kind: string
    readonly request: Body
    /** Clause by clause, against the version in force. */
    readonly changes: readonly Change[]
    readonly proposal: Decided | null
  } | null
  /** Every version of the permit, the oldest first, with what it changed of the one before. */
  readonly versions: readonly {
    readonly id: string
    readonly version: number
    readonly sha256: string
    readonly changes: readonly Change[]
  }[]
  /** The extract is destroyed; `attested` once the DPO has said so too. */
  readonly certificate: {
    readonly sha256: string
    readonly at: string
    readonly attested: Stamp | null
  } | null
  readonly history: readonly ({ readonly type: string } & Stamp)[]
}

interface Decided extends Stamp {
  readonly decision: 'grant' | 'refuse'
  readonly reasons: string
  readonly crossed?: boolean
  readonly conditions?: readonly Condition[]
}

export interface Seen {
  readonly by: Person
  readonly now: number
  readonly facts: ReadonlyMap<string, DatasetFacts | null>
  readonly missing: readonly Missing[]
  readonly vocabularies: Vocabularies
  readonly accountOf: (person: Actor) => Account | null
  readonly rules?: ProofRules | undefined
}

/**
 * Applicant and members see all; staff from the submission on; from then on also holders, their own lines only, and line
 * managers, their own people only.
 */
export function maySee(
  habilitation: Habilitation,
  { by, facts, accountOf }: Pick<Seen, 'by' | 'facts' | 'accountOf'>,
): boolean {
  if (isApplicant(habilitation, by)) return true
  if (habilitation.submittedAt === undefined) return false
  if (staff.some((role) => by.roles.includes(role))) return true
  if (managersOf(habilitation, { accountOf }).some((manager) => samePerson(manager, by))) return true
  return by.roles.includes('holder') && holdersOf(habilitation, { facts }).includes(by.organisation)
}

export function view(habilitation: Habilitation, seen: Seen): HabilitationView {
  const { now, vocabularies, missing } = seen
  const { id, request, lead, project, proposal, opinions, amendment } = habilitation
  const state = stateAt(habilitation, now)
  const { lines: _, ...rest } = isApplicant(habilitation, seen.by)
    ? request
    : seenOf(request, audiencesOf(seen.by))
  const whole = seesAll(habilitation, seen.by)
  const ref = currentRef(habilitation)
  return {
    ...rest,
    ...dossierFor(habilitation, seen),
    id,
    state,
    lead,
    turn: turnOf(habilitation, seen),
    ...possibleFor(habilitation, seen),
    missing,
    warnings: adviceOn(request, now),
    completeness: progressOf(request, { missing, advice: adviceOn(request, now) }, { vocabularies }),
    minimisation: minimisation(whole ? request : ownLines(request, seen), seen.facts),
    clocks: clocksOf(habilitation, regimeOf(request, vocabularies), now),
    projectId: project ?? null,
    revision: revisionOf(habilitation),
    permit: ref ? { id: ref.id, version: ref.version, sha256: ref.sha256 } : null,
    proposal: proposal && decidedOf(proposal),
    opinions: opinions.map(({ role, opinion, comment, ...one }) => ({
      role,
      opinion,
      comment,
      ...stamp(one),
    })),
    questions: habilitation.questions.map(dated),
    answers: habilitation.answers.map(dated),
    items: state === 'awaiting_completion' ? (habilitation.returned?.items ?? []) : [],
    externals: habilitation.externals,
    resubmissions: resubmissionsOf(habilitation, seen, whole),
    lines: linesOf(habilitation, seen, whole),
    suspensions: habilitation.stops.map(({ scope: { line, person }, reason, at, agreed }) => ({
      ...(line !== undefined && { line }),
      ...(person !== undefined && { person }),
      reason,
      at: new Date(at).toISOString(),
      agreed: agreed.map(({ role }) => role),
    })),
    grants: grantsOf(habilitation, seen, whole),
    accessReview: habilitation.accessReview
      ? {
          conclusion: habilitation.accessReview.conclusion,
          comment: habilitation.accessReview.comment,
          ...stamp(habilitation.accessReview),
        }
      : null,
    results: habilitation.results.map(({ by, at, ...one }) => ({ ...one, ...stamp({ by, at }) })),
    amendment: amendment && amendmentOf(habilitation, amendment, seen.by),
    versions: habilitation.permits.map(({ id: jti, version, sha256 }) => ({
      id: jti,
      version,
      sha256,
      changes: habilitation.changes[version] ?? [],
    })),
    certificate: certificateOf(habilitation),
    history: habilitation.history.map(({ type, by, at }: Step) => ({ type, ...stamp({ by, at }) })),
  }
}

/** What stops nothing: lengths, dates that are past, texts that say nothing of their own. */
function adviceOn(request: Body, now: number): readonly Missing[] {
  return [...warnings(request, parisDay(now)), ...likeness(request)]
}

function decidedOf(proposal: NonNullable<Habilitation['proposal']>): Decided {
  const { decision, reasons, crossed, conditions } = proposal
  return { decision, reasons, conditions, ...(crossed !== undefined && { crossed }), ...stamp(proposal) }
}

function amendmentOf(
  habilitation: Habilitation,
  { kind, request, proposal }: NonNullable<Habilitation['amendment']>,
  by: Person,
) {
  return {
    kind,
    request: isApplicant(habilitation, by) ? request : seenOf(request, audiencesOf(by)),
    changes: changesBetween(habilitation.request, request),
    proposal: proposal && { decision: proposal.decision, reasons: proposal.reasons, ...stamp(proposal) },
  }
}

function certificateOf({ certificate, attested }: Habilitation): HabilitationView['certificate'] {
  if (certificate === undefined) return null
  const { sha256, at } = certificate
  return { sha256, at: new Date(at).toISOString(), attested: attested ? stamp(attested) : null }
}

function seesAll(habilitation: Habilitation, by: Person): boolean {
  return isApplicant(habilitation, by) || staff.some((role) => by.roles.includes(role))
}

function dated({ items, at }: Items) {
  return { items, at: new Date(at).toISOString() }
}

function linesOf(
  habilitation: Habilitation,
  { by, facts, vocabularies, now }: Seen,
  whole: boolean,
): LineView[] {
  const { body, lines } = inHand(habilitation)
  const state = stateAt(habilitation, now)
  const all = (body.lines ?? []).map((asked): LineView => {
    const known = facts.get(asked.dataset) ?? null
    const answer = lines[asked.dataset]
    const id = lineId(lines, body, asked.dataset)
    const pending = answer === undefined && known !== null && habilitation.submittedAt !== undefined
    return {
      ...asked,
      id,
      holder: known?.holder ?? null,
      state: lineState(habilitation, asked.dataset, state),
      countersignature: answer?.line ? { ...stamp(answer), jws: answer.line.holderJws } : null,
      ...(answer?.comment && { comment: answer.comment }),
      ...(pending && {
        toSign: lineText(unsignedLine(asked, known, { id, route: routeFacts(body, { vocabularies }) })),
      }),
    }
  })
  return whole ? all : all.filter(({ holder }) => holder === by.organisation)
}

function lineState(habilitation: Habilitation, dataset: string, state: State): LineView['state'] {
  const { lines, stops, closedLines, permits } = habilitation
  const answer = inHand(habilitation).lines[dataset]?.answer
  if (closedLines.includes(dataset)) return 'closed'
  if (permits.length === 0 || lines[dataset] === undefined) return answer ?? 'pending'
  if (answer === 'declined') return 'declined'
  if (state === 'suspended' || stops.some(({ scope }) => scope.line === dataset)) return 'suspended'
  if (state === 'active') return 'open'
  return state === 'issued' ? 'countersigned' : 'closed'
}

/** The one owner of the ball. */
export function turnOf(
  habilitation: Habilitation,
  { now, vocabularies }: Pick<Seen, 'now' | 'vocabularies'>,
): string {
  const state = stateAt(habilitation, now)
  if (state === 'under_assessment') return assessor(habilitation, vocabularies)
  if (state === 'suspended') return 'dpo'
  if (state === 'active' || state === 'issued') return amender(habilitation)
  return owners[state]
}

const owners = {
  draft: 'lead',
  received: 'secretariat',
  awaiting_completion: 'lead',
  pre_permit: 'lead',
  refused: 'lead',
  under_appeal: 'authority',
  withdrawn: 'nobody',
  lapsed: 'nobody',
  revocation_noticed: 'authority',
  expired: 'operator',
  revoked: 'operator',
  renounced: 'operator',
  closing: 'dpo',
  closed: 'nobody',
} as const

function assessor({ request, lines, opinions }: Habilitation, vocabularies: Vocabularies): string {
  if ((request.lines ?? []).some(({ dataset }) => lines[dataset] === undefined)) return 'holder'
  const route = routeFacts(request, { vocabularies })
  const heard = (role: string) => opinions.some((one) => one.role === role)
  if (route.ethics !== undefined && !heard('ethics')) return 'ethics'
  if (route.dpo !== undefined && !heard('dpo')) return 'dpo'
  return 'authority'
}

function amender({ amendment }: Habilitation): string {
  if (amendment === null) return 'lead'
  const open = (amendment.request.lines ?? []).some(({ dataset }) => amendment.lines[dataset] === undefined)
  return open ? 'holder' : 'authority'
}
