/** The state as a fold of what happened: one line per event. Pure. */

import { canonical } from '../kernel/hash.ts'
import type { Actor } from '../kernel/id.ts'
import { staffRoute } from './escalation.ts'
import type { HabilitationEvent, HappeningType } from './event.ts'
import type { LineAsked } from './form/data.ts'
import { grantReducers, grantsUnder } from './grants.ts'
import type { Body } from './request.ts'
import { type Habilitation, type LineAnswer, type Step, type Stop, sameScope, type Thread } from './state.ts'

const dayMs = 86_400_000
/** What an event that names no deadline had: the lengths of the first rules, which were not written with it. */
const unsaid = { completion: 28 * dayMs, acceptance: 28 * dayMs, emergency: 15 * dayMs } as const

/** The state after all events, oldest first. Throws on an empty stream or one that does not begin with `opened`. */
export function fold(id: string, events: readonly HabilitationEvent[]): Habilitation {
  const [first, ...rest] = events
  if (first?.type !== 'opened') throw new Error('a stream begins with opened')
  const start: Habilitation = {
    id,
    stored: 'draft',
    lead: first.lead,
    request: first.request,
    ...(first.copiedFrom !== undefined && { copiedFrom: first.copiedFrom }),
    extended: false,
    opinions: [],
    interests: [],
    threads: [],
    attachments: [],
    escalations: [],
    externals: [],
    submissions: [],
    questions: [],
    answers: [],
    lines: {},
    proposal: null,
    permits: [],
    changes: {},
    stops: [],
    grants: [],
    results: [],
    closedLines: [],
    notice: null,
    dismissal: null,
    amendment: null,
    renewalUsed: false,
    history: [step(first)],
  }
  return rest.reduce(apply, start)
}

/** What was sent, kept as it was: the next submission is read against it. */
function sentAgain({ submissions, request }: Habilitation, at: number): Reduced {
  return { submissions: [...submissions, { at, request }] }
}

/** The state after one more event. */
function apply(before: Habilitation, event: HabilitationEvent): Habilitation {
  // The mapped type ties each reducer to its event; the compiler cannot follow the lookup.
  const reducer = reducers[event.type] as (b: Habilitation, e: HabilitationEvent, by: Actor) => Reduced
  const change = reducer(before, event, event.by ?? nobody)
  return { ...before, ...change, history: [...before.history, step(event)] }
}

function step({ type, at, by }: HabilitationEvent): Step {
  return { type, at, by }
}

const nobody: Actor = { issuer: '', subject: '' }

type Reduced = Partial<Habilitation>
type Reducers = {
  readonly [T in HappeningType]: (
    before: Habilitation,
    event: Extract<HabilitationEvent, { type: T }>,
    by: Actor,
  ) => Reduced
}

const reducers: Reducers = {
  opened: () => {
    throw new Error('a stream is opened once')
  },
  changed: (before, { request }) => ({ request, lines: keptAnswers(before, request) }),
  submitted: (before, { at }) => ({ ...{ stored: 'received', submittedAt: at }, ...sentAgain(before, at) }),
  returned: (_, { items, at, due = at + unsaid.completion }) => ({
    stored: 'awaiting_completion',
    returned: { items, at, due },
  }),
  resubmitted: (before, { at }) => ({ stored: 'received', ...sentAgain(before, at) }),
  completed: (_, { at }, by) => ({ stored: 'under_assessment', assessedAt: at, completedBy: by }),
  opinionGiven: ({ opinions }, { role, opinion, comment, at }, by) => ({
    opinions: [...opinions, { role, opinion, comment, by, at }],
  }),
  interestsDeclared: ({ interests }, { none, text, at }, by) => ({
    interests: [...interests, { none, text, by, at }],
  }),
  commented: ({ threads }, said, by) => ({ threads: withMessage(threads, said, by) }),
  attached: ({ attachments }, { attachment, name, field, bytes, sha256, at }) => ({
    attachments: [...attachments, { attachment, name, field, bytes, sha256, at }],
  }),
  detached: ({ attachments }, { attachment }) => ({
    attachments: attachments.filter((one) => one.attachment !== attachment),
  }),
  externalRecorded: ({ externals }, { kind, reference }) => ({
    externals: [...externals, { kind, reference }],
  }),
  questioned: ({ questions }, { items, at }) => ({ questions: [...questions, { items, at }] }),
  answered: ({ answers }, { items, at }) => ({ answers: [...answers, { items, at }] }),
  extended: () => ({ extended: true }),
  countersigned: (before, { line, comment, at }, by) =>
    answerLine(before, line.dataset, { answer: 'countersigned', by, at, line, ...(comment && { comment }) }),
  declined: (before, { dataset, comment, at }, by) =>
    answerLine(before, dataset, { answer: 'declined', by, at, ...(comment && { comment }) }),
  proposed: (_, { decision, reasons, conditions, crossed, at }, by) => ({
    proposal: { decision, reasons, conditions, by, at, ...(crossed !== undefined && { crossed }) },
  }),
  confirmed: (_, { at, due = at + unsaid.acceptance }, by) => ({
    ...{ stored: 'pre_permit', confirmedBy: by, decidedAt: at, acceptBy: due },
  }),
  refused: (_, { at }, by) => ({ stored: 'refused', confirmedBy: by, decidedAt: at }),
  granted: (
    { request, grants },
    { project, permit, awaited, at, grants: begun, due = at + unsaid.emergency },
  ) => ({
    ...{ stored: 'active', project, permits: [permit] },
    grants: grantsUnder(grants, request, { at, grants: begun }),
    ...(awaited && { awaited: { opinions: awaited, since: at, due } }),
  }),
  withdrawn: (_, { at }) => ({ stored: 'withdrawn', endedAt: at }),
  lapsed: (_, { at }) => ({ stored: 'lapsed', endedAt: at }),
  appealed: (_, { reasons, at }) => ({ stored: 'under_appeal', appeal: { reasons, at } }),
  appealDecided: (_, { upheld, at, due = at + unsaid.acceptance }) =>
    upheld
      ? { stored: 'pre_permit', decidedAt: at, acceptBy: due }
      : { stored: 'refused', appealRefused: true },
  escalated: (before, event) => escalate(before, event),
  suspended: (before, { scope, reason, role, at }) =>
    withStops([...before.stops, { scope, reason, role, at, agreed: [] }]),
  liftAgreed: (before, { scope, role }, by) => ({
    stops: before.stops.map((stop) =>
      sameScope(stop.scope, scope) ? { ...stop, agreed: [...stop.agreed, { role, by }] } : stop,
    ),
  }),
  lifted: (before, { scope }) => withStops(before.stops.filter((stop) => !sameScope(stop.scope, scope))),
  recalled: ({ closedLines }, { line }) => ({ closedLines: [...closedLines, line] }),
  noticed: (_, { reason, at }, by) => ({ stored: 'revocation_noticed', notice: { reason, by, at } }),
  dismissProposed: (_, _event, by) => ({ dismissal: { by } }),
  dismissed: (before) => ({ ...withStops(before.stops), notice: null, dismissal: null }),
  revoked: (_, { at }, by) => ({ stored: 'revoked', endedAt: at, revokedBy: by }),
  revocationAppealed: (_, { reasons, at }) => ({ appeal: { reasons, at } }),
  revocationUpheld: () => ({ appealRefused: true }),
  restored: (before, { permit }) => ({
    ...withStops(before.stops),
    notice: null,
    dismissal: null,
    permits: [...before.permits, permit],
  }),
  amendmentAsked: (before, { kind, request, at }) => ({
    amendment: { kind, request, at, lines: keptAnswers(before, request), proposal: null },
  }),
  amendmentProposed: ({ amendment }, { decision, reasons, at }, by) => ({
    amendment: amendment && { ...amendment, proposal: { decision, reasons, by, at } },
  }),
  amendmentRefused: () => ({ amendment: null }),
  amended: (before, { permit, changes = [], at, grants: begun }) => ({
    grants: grantsUnder(before.grants, before.amendment?.request ?? before.request, { at, grants: begun }),
    permits: [...before.permits, permit],
    changes: { ...before.changes, [permit.version]: changes },
    request: before.amendment?.request ?? before.request,
    lines: before.amendment?.lines ?? before.lines,
    renewalUsed: before.renewalUsed || before.amendment?.kind === 'renewal',
    amendment: null,
  }),
  renounced: (_, { at }) => ({ stored: 'renounced', endedAt: at }),
  expired: (_, { at }) => ({ stored: 'expired', endedAt: at }),
  closing: (_, _event, by) => ({ stored: 'closing', closedBy: by }),
  shredded: (_, { certificate, at }) => ({ certificate: { ...certificate, at } }),
  closed: (_, { at }, by) => ({ stored: 'closed', attested: { by, at } }),
  grantValidated: ({ grants }, event, by) => ({ grants: grantReducers.grantValidated(grants, event, by) }),
  grantIssued: ({ grants }, event, by) => ({ grants: grantReducers.grantIssued(grants, event, by) }),
  grantEnded: ({ grants }, event) => ({ grants: grantReducers.grantEnded(grants, event) }),
  grantReviewed: ({ grants }, event) => ({ grants: grantReducers.grantReviewed(grants, event) }),
  grantLapsed: ({ grants }, event) => ({ grants: grantReducers.grantLapsed(grants, event) }),
  reviewAsked: ({ grants }, event) => ({ grants: grantReducers.reviewAsked(grants, event) }),
  resultsHandedIn: ({ results }, { kind, title, summary, link, at }, by) => ({
    results: [...results, { kind, title, summary, link, by, at }],
  }),
  accessReviewed: (_, { conclusion, comment, at }, by) => ({
    accessReview: { conclusion, comment, by, at },
  }),
}

/** An answer to a line of the amendment in hand, or of the request. */
function answerLine(before: Habilitation, dataset: string, answer: LineAnswer): Reduced {
  const { amendment, lines } = before
  // What was proposed was proposed on the answers of that moment.
  if (amendment === null) return { lines: { ...lines, [dataset]: answer }, proposal: null }
  return { amendment: { ...amendment, lines: { ...amendment.lines, [dataset]: answer } } }
}

/** The whole is suspended while one stop is about the whole; lines and persons are suspended one by one. */
function withStops(stops: readonly Stop[]): Reduced {
  const whole = stops.some(({ scope }) => scope.line === undefined && scope.person === undefined)
  return { stops, stored: whole ? 'suspended' : 'active' }
}

/** Changing what was signed voids that signature only (governance.md 5.4): a line keeps its answer while its text stands. */
function keptAnswers(before: Habilitation, request: Body): Readonly<Record<string, LineAnswer>> {
  const signed = new Map((before.request.lines ?? []).map((line) => [line.dataset, asked(line)]))
  const kept = (request.lines ?? []).filter((line) => signed.get(line.dataset) === asked(line))
  const names = new Set(kept.map(({ dataset }) => dataset))
  return Object.fromEntries(Object.entries(before.lines).filter(([dataset]) => names.has(dataset)))
}

/** What a holder signs of a line: a justification is no part of it. */
function asked({ dataset, population, tables = {}, exact, establishmentLevel }: LineAsked): string {
  const signed = Object.entries(tables).map(([name, { columns, filter }]) => [name, { columns, filter }])
  // Not to ask is to say no.
  const isExact = exact === 'checked' || undefined
  const isConsented = establishmentLevel === 'consented' || undefined
  return canonical({ dataset, population, tables: Object.fromEntries(signed), isExact, isConsented })
}

/**
 * A column that makes a light project a personal one (governance.md 3): a request goes back to draft with its route
 * cleared, a permit loses the line. Rows about staff move the route alone. Never the other way.
 */
function escalate(before: Habilitation, event: Extract<HabilitationEvent, { type: 'escalated' }>): Reduced {
  const { trigger, dataset, table, column, at } = event
  const why = {
    trigger,
    dataset,
    at,
    ...(table !== undefined && { table }),
    ...(column !== undefined && { column }),
  }
  const escalations = [...before.escalations, why]
  if (before.permits.length > 0) return { escalations, closedLines: [...before.closedLines, dataset] }
  const { route: _, ...rest } = before.request
  const request: Body =
    trigger === 'E7' ? { ...rest, route: staffRoute } : { ...rest, kind: 'PERSONAL_HEALTH' }
  return { escalations, stored: 'draft', request, lines: {}, proposal: null }
}

/** Said in its thread, which the first message opens. */
function withMessage(
  threads: readonly Thread[],
  said: Extract<HabilitationEvent, { type: 'commented' }>,
  by: Actor,
): readonly Thread[] {
  const { thread, field, audience, role, text, at } = said
  const message = { role, text, by, at }
  if (!threads.some((one) => one.thread === thread))
    return [...threads, { thread, field, audience, messages: [message] }]
  return threads.map((one) =>
    one.thread === thread ? { ...one, messages: [...one.messages, message] } : one,
  )
}
