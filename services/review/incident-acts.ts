/** What the DPO does with an incident. Each act is an entry of the log, its text sealed, before the register changes. */
import type { Audit } from '../audit/record.ts'
import type { AuditLog } from '../audit/writer.ts'
import type { NodeRulebook } from '../habilitation/rulebook.ts'
import type { Person } from '../identity/person.ts'
import { type Clock, isoInstant } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { EntryPlace } from './entry.ts'
import {
  clocksOfIncident,
  type Incident,
  type IncidentClock,
  type IncidentFacts,
  lackingOf,
  type Notice,
} from './incident.ts'
import type { Incidents } from './incidents.ts'

export interface IncidentNeeds {
  readonly audit: AuditLog
  readonly clock: Clock
  readonly incidents: Incidents
  readonly rulebook: Pick<NodeRulebook, 'vocabularies'>
}

export interface IncidentOpened {
  readonly title: string
  /** Instant in ms; now where it is left out. */
  readonly detectedAt?: number
  /** What showed it: an entry of the log, or a finding with the project that it concerns. */
  readonly entry?: EntryPlace
  readonly finding?: { readonly id: string; readonly project?: string }
}

/**
 * Opens one, and starts its clocks; its project is that of what showed it. Whoever opens one of a finding that has one gets that one.
 * Refusals: INVALID when it was detected later than now, NOT_FOUND when there is no such entry.
 */
export async function openIncident(
  needs: IncidentNeeds,
  by: Person,
  { detectedAt, entry: place, finding: found, title }: IncidentOpened,
): Promise<Incident> {
  const now = needs.clock.now()
  if (detectedAt !== undefined && detectedAt > now) throw invalid('detected', 'future')
  const project = place === undefined ? found?.project : await projectOf(needs, place)
  const opened = {
    ...{
      title,
      detectedAt: detectedAt ?? now,
      openedAt: now,
      openedBy: by.subject,
      notices: [],
      overdue: [],
      acts: 1,
    },
    ...(project !== undefined && { project }),
    ...(place && { entry: place }),
    ...(found && { finding: found.id }),
  }
  return needs.incidents.open(opened, async ({ id, entry, finding }) => {
    await record(
      needs,
      by,
      opened,
    )(
      {
        ...{ type: 'incident.opened', incident: id, detected: isoInstant(opened.detectedAt) },
        ...(entry && { entry }),
        ...(finding !== undefined && { finding }),
      },
      { title },
    )
  })
}

async function projectOf({ audit }: IncidentNeeds, { shard, seq }: EntryPlace): Promise<string | undefined> {
  const entry = audit.shards.includes(shard) ? await audit.entry(seq, shard) : null
  if (entry === null) throw new Refusal('NOT_FOUND', { rule: 'audit.entry' })
  return entry.project
}

/** Writes down the facts; those that were there are replaced, and stay in the log. Refusals: NOT_FOUND, CONFLICT when closed. */
export function describeIncident(
  needs: IncidentNeeds,
  by: Person,
  { id, facts }: { readonly id: string; readonly facts: IncidentFacts },
): Promise<Incident> {
  return acted(needs, id, async (incident) => {
    await record(needs, by, incident)({ type: 'incident.described', incident: id }, facts)
    return { ...incident, facts }
  })
}

export type NoticeAsked = Pick<Notice, 'clock' | 'answer' | 'text'> & {
  readonly id: string
  /** Instant in ms; now where it is left out. */
  readonly at?: number
  readonly delay?: string
}

/**
 * Answers a clock: a notice was sent, or none is due. What was not due may be sent after all. Refusals: NOT_FOUND; CONFLICT when
 * it is closed or the notice was sent; INVALID for an instant before the detection or later than now, and for a notice that was
 * late without a word on why.
 */
export function notifyIncident(
  needs: IncidentNeeds,
  by: Person,
  { id, ...asked }: NoticeAsked,
): Promise<Incident> {
  return acted(needs, id, async (incident) => {
    const now = needs.clock.now()
    const { clock, answer, at = now } = asked
    const before = incident.notices.find((one) => one.clock === clock)
    if (before?.answer === 'sent') throw conflict('incident.notified')
    if (at > now) throw invalid('at', 'future')
    if (at < incident.detectedAt) throw invalid('at', 'before')
    const { delay, ...kept } = asked
    const notice: Notice = { ...kept, at, by: by.subject, ...(delay !== undefined && { delay }) }
    const notices = [...incident.notices.filter((one) => one.clock !== clock), notice]
    if (delay === undefined && isLate(needs, { ...incident, notices }, clock)) throw invalid('delay', 'delay')
    await record(
      needs,
      by,
      incident,
    )(
      { type: 'incident.notified', incident: id, clock, answer, at: isoInstant(at) },
      { text: notice.text, ...(delay !== undefined && { delay }) },
    )
    return { ...incident, notices }
  })
}

/** Decides whether the persons are told, and keeps why; the last word counts. Refusals: NOT_FOUND, CONFLICT when closed. */
export function decideOnPersons(
  needs: IncidentNeeds,
  by: Person,
  {
    id,
    decision,
    reason,
  }: { readonly id: string; readonly decision: 'told' | 'not-told'; readonly reason: string },
): Promise<Incident> {
  return acted(needs, id, async (incident) => {
    await record(needs, by, incident)({ type: 'incident.persons', incident: id, decision }, { reason })
    return { ...incident, persons: { decision, reason, at: needs.clock.now(), by: by.subject } }
  })
}

/** Closes one that lacks nothing. Refusals: NOT_FOUND, CONFLICT when closed, INCOMPLETE with each thing that lacks. */
export function closeIncident(needs: IncidentNeeds, by: Person, id: string): Promise<Incident> {
  return acted(needs, id, async (incident) => {
    const missing = lackingOf(incident)
    if (missing.length > 0) throw new Refusal('INCOMPLETE', { rule: 'incident.facts', missing })
    await record(needs, by, incident)({ type: 'incident.closed', incident: id })
    return { ...incident, closed: { at: needs.clock.now(), by: by.subject } }
  })
}

/** Writes down, once each, the clocks that ran out unanswered: whoever reads the register sees it, and the log says when it was seen. */
export async function recordOverdue(needs: IncidentNeeds): Promise<void> {
  const { incidents } = needs
  for (const { id } of (await incidents.list()).filter((one) => hasNewlyOverdue(needs, one)))
    await incidents.change(id, async (incident) => {
      const clocks = newlyOverdue(needs, incident)
      const { project } = incident
      const about = project === undefined ? {} : { project }
      for (const clock of clocks)
        await needs.audit.append({ type: 'incident.overdue', incident: id, clock }, about)
      const acts = incident.acts + clocks.length
      return { ...incident, overdue: [...incident.overdue, ...clocks], acts }
    })
}

const hasNewlyOverdue = (needs: IncidentNeeds, incident: Incident) => newlyOverdue(needs, incident).length > 0

function newlyOverdue(needs: IncidentNeeds, incident: Incident): readonly IncidentClock[] {
  if (incident.closed !== undefined) return []
  return running(needs, incident)
    .filter(({ id, late, notice }) => late && notice === undefined && !incident.overdue.includes(id))
    .map(({ id }) => id)
}

function running({ rulebook, clock }: IncidentNeeds, incident: Pick<Incident, 'detectedAt' | 'notices'>) {
  return clocksOfIncident(incident, { vocabularies: rulebook.vocabularies, now: clock.now() })
}

function isLate(needs: IncidentNeeds, incident: Incident, clock: IncidentClock): boolean {
  return running(needs, incident).some(({ id, late }) => id === clock && late)
}

function acted(
  { incidents }: IncidentNeeds,
  id: string,
  act: (incident: Incident) => Promise<Incident>,
): Promise<Incident> {
  return incidents.change(id, async (incident) => {
    if (incident.closed !== undefined) throw conflict('incident.closed')
    return { ...(await act(incident)), acts: incident.acts + 1 }
  })
}

function record(
  { audit }: IncidentNeeds,
  by: Person,
  { project }: { readonly project?: string },
): (body: Parameters<Audit['append']>[0], sealed?: unknown) => Promise<unknown> {
  return (body, sealed) =>
    audit.append(body, {
      by,
      ...(sealed !== undefined && { sealed }),
      ...(project !== undefined && { project }),
    })
}

function conflict(rule: 'incident.closed' | 'incident.notified'): Refusal {
  return new Refusal('CONFLICT', { rule, hint: { key: `${rule}.hint` } })
}

function invalid(path: string, why: 'future' | 'before' | 'delay'): Refusal {
  const missing = [{ path, message: why, sentence: { key: `incident.${why}` } }]
  return new Refusal('INVALID', { rule: 'incident.form', missing })
}
