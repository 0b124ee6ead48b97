/**
 * What everybody may read of a request that was submitted (REG 57(1)(j), governance.md 4 and 14). Every member is named here one by
 * one: what is not named does not leave. No person, no contact, no attachment, no column, no filter.
 */
import { isoInstant } from '../kernel/clock.ts'
import type { Actor } from '../kernel/id.ts'
import { clocksOf, regimeOf } from './clocks.ts'
import { withoutContacts } from './contacts.ts'
import type { HabilitationEvent } from './event.ts'
import { fold } from './fold.ts'
import { endOf, stateAt } from './lifetime.ts'
import type { State } from './matrix.ts'
import { type PublicFact, publicFacts } from './public-facts.ts'
import {
  type PublicChange,
  type PublicTexts,
  publicChanges,
  publicTextsOf,
  type Withheld,
} from './public-texts.ts'
import type { ReadNeeds } from './read.ts'
import type { Body } from './request.ts'
import { addressOfLink } from './results.ts'
import type { Stored } from './rows.ts'
import type { Habilitation } from './state.ts'
import type { Vocabularies } from './vocabulary.ts'

export interface PublicRequest extends PublicTexts {
  readonly id: string
  readonly applicant: { readonly id: string; readonly name: string }
  readonly state: State
  readonly route: string
  readonly purposes: readonly string[]
  readonly datasets: readonly string[]
  /** First and last day of access, in Paris. */
  readonly accessPeriod: { readonly from: string; readonly until: string } | null
  readonly receivedAt: string
  readonly decision: {
    /** Partial: a holder declined its line, the others are granted. */
    readonly outcome: 'granted' | 'partial' | 'refused'
    readonly at: string
    readonly conditions: readonly string[]
  } | null
  /** The reasons of a refusal. */
  readonly reasons?: string
  /** The id of the permit, once it is granted. */
  readonly permit?: string
  readonly versions: readonly {
    readonly version: number
    readonly sha256: string
    readonly changes: readonly PublicChange[]
    /** Clauses that changed too, and that the public does not read. */
    readonly otherChanges: number
  }[]
  /** What happened in public, oldest first: the fact and its instant, nothing else. */
  readonly facts: readonly PublicFact[]
  /** The results that are due to the public after the end of access (REG 61(4)). */
  readonly results: { readonly dueAt: string; readonly overdue: boolean } | null
  /** What the project handed in, oldest first. */
  readonly publications: readonly {
    readonly kind: 'results' | 'publication'
    readonly at: string
    readonly title: string
    readonly summary: string
    /** An https address. */
    readonly link: string
  }[]
  readonly endedAt: string | null
  /** SHA-256 of the certificate of destruction. */
  readonly certificate: string | null
}

/** The names behind identifiers: the organisations are public, the persons are taken out of every text. */
export interface Names {
  readonly organisation: (id: string) => string
  readonly person: (actor: Actor) => string | undefined
}

const noNames: Names = { organisation: (id) => id, person: () => undefined }

/** The public register, the newest first. A request is in it from its submission, before anybody has read it. */
export async function publicRequests(
  { registry, clock, rulebook }: Pick<ReadNeeds, 'clock' | 'registry' | 'rulebook'>,
  names: Names = noNames,
): Promise<readonly PublicRequest[]> {
  const around = { now: clock.now(), names, vocabularies: rulebook.vocabularies }
  return (await registry.list()).flatMap((stored) => publicOf(stored, around))
}

interface Around {
  readonly now: number
  readonly names: Names
  readonly vocabularies: Vocabularies
}

/** One request as the public reads it at an instant; none before it is submitted. */
function publicOf({ id, events }: Stored, around: Around): readonly PublicRequest[] {
  const habilitation = fold(id, events)
  const { submittedAt, lead, project, proposal, certificate } = habilitation
  if (submittedAt === undefined) return []
  const { now, names } = around
  // What is being rewritten is not public before it is sent again.
  const request = sentBody(id, events)
  const persons = [lead, ...(request.persons ?? [])].flatMap((person) => names.person(person) ?? [])
  const withheld: Withheld = { isDecided: habilitation.decidedAt !== undefined, persons }
  const decision = decisionOf(habilitation, events, persons)
  const ended = endOf(habilitation, now)
  const { route = '', purposes = [], lines = [], accessPeriod } = request
  return [
    {
      ...publicTextsOf(request, withheld),
      id,
      applicant: { id: lead.organisation, name: names.organisation(lead.organisation) },
      state: stateAt(habilitation, now),
      route,
      purposes,
      datasets: lines.map(({ dataset }) => dataset),
      accessPeriod: accessPeriod ?? null,
      receivedAt: isoInstant(submittedAt),
      decision,
      ...(decision?.outcome === 'refused' &&
        proposal && { reasons: withoutContacts(proposal.reasons, persons) }),
      ...(project !== undefined && { permit: project }),
      versions: versionsOf(habilitation, withheld),
      facts: publicFacts(events, ended),
      results: resultsOf(habilitation, around, ended),
      publications: publicationsOf(habilitation, persons),
      endedAt: ended === null ? null : isoInstant(ended),
      certificate: certificate?.sha256 ?? null,
    },
  ]
}

/** The body as it was last sent, or as the last amendment that was granted has it. */
function sentBody(id: string, events: readonly HabilitationEvent[]): Body {
  const sent = events.findLastIndex(
    ({ type }) => type === 'submitted' || type === 'resubmitted' || type === 'amended',
  )
  return fold(id, events.slice(0, sent + 1)).request
}

/** The last word of the authority on the request itself. */
function decisionOf(
  { decidedAt, proposal, request, lines }: Habilitation,
  events: readonly HabilitationEvent[],
  persons: readonly string[],
): PublicRequest['decision'] {
  if (decidedAt === undefined) return null
  const word = events.findLast(
    ({ type }) => type === 'confirmed' || type === 'refused' || type === 'appealDecided',
  )
  const isRefused = word?.type === 'refused' || (word?.type === 'appealDecided' && !word.upheld)
  const isPartial = (request.lines ?? []).some(({ dataset }) => lines[dataset]?.answer === 'declined')
  return {
    outcome: isRefused ? 'refused' : isPartial ? 'partial' : 'granted',
    at: isoInstant(decidedAt),
    conditions: (proposal?.conditions ?? []).map(({ text }) => withoutContacts(text, persons)),
  }
}

function versionsOf({ permits, changes }: Habilitation, withheld: Withheld): PublicRequest['versions'] {
  return permits.map(({ version, sha256 }) => {
    const all = changes[version] ?? []
    const shown: readonly PublicChange[] = publicChanges(all, withheld)
    return { version, sha256, changes: shown, otherChanges: all.length - shown.length }
  })
}

function publicationsOf(
  { results }: Habilitation,
  persons: readonly string[],
): PublicRequest['publications'] {
  return results.map(({ kind, at, title, summary, link }) => ({
    ...{ kind, at: isoInstant(at), link: addressOfLink(link) },
    title: withoutContacts(title, persons),
    summary: withoutContacts(summary, persons),
  }))
}

/** Until they are handed in the clock speaks, and past its end the entry says so. */
function resultsOf(
  habilitation: Habilitation,
  { now, vocabularies }: Around,
  ended: number | null,
): PublicRequest['results'] {
  if (ended === null) return null
  const clocks = clocksOf(habilitation, regimeOf(habilitation.request, vocabularies), now)
  const due = clocks.find(({ id }) => id === 'results.publish')
  return due === undefined ? null : { dueAt: due.dueAt, overdue: due.late }
}
