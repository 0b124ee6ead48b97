/** What a person reads around the body of a request: comments, documents, interests, and why it changed its kind. Pure. */
import type { Person } from '../identity/person.ts'
import { type Actor, samePerson } from '../kernel/id.ts'
import { say } from '../kernel/text.ts'
import { escalationSentence } from './escalation.ts'
import type { Attachment } from './event.ts'
import { audiencesOf } from './form/seen.ts'
import type { DatasetFacts } from './lines.ts'
import type { Escalated, Habilitation } from './state.ts'
import { type ThreadView, threadsFor } from './threads.ts'

export interface Stamp {
  readonly by: string
  readonly at: string
}
export interface Dossier {
  /** The request that this one began as a copy of; to its applicant only. */
  readonly copiedFrom?: string
  readonly comments: readonly ThreadView[]
  readonly attachments: readonly (Attachment & { readonly at: string })[]
  readonly interests: readonly ({ readonly none: boolean; readonly text: string } & Stamp)[]
  /** Why it is no light project any more, and which column made it so. */
  readonly escalations: readonly (Omit<Escalated, 'at'> & {
    readonly at: string
    readonly fr: string
    readonly en: string
  })[]
}

/** The lead, or a person of the request. */
export function isApplicant({ lead, request }: Habilitation, by: Person): boolean {
  return samePerson(lead, by) || (request.persons ?? []).some((person) => samePerson(person, by))
}

/** What gathers around the body. Interests of reviewers are read by those who instruct, and by nobody else. */
export function dossierFor(
  habilitation: Habilitation,
  { by, facts }: { readonly by: Person; readonly facts: ReadonlyMap<string, DatasetFacts | null> },
): Dossier {
  const { copiedFrom, interests, escalations } = habilitation
  const instructs = !isApplicant(habilitation, by) && audiencesOf(by).includes('instruction')
  return {
    ...(copiedFrom !== undefined && isApplicant(habilitation, by) && { copiedFrom }),
    comments: threadsFor(habilitation, { by, facts }),
    attachments: attachmentsFor(habilitation, by).map(({ at, ...one }) => ({
      ...one,
      at: new Date(at).toISOString(),
    })),
    interests: instructs ? interests.map(({ none, text, ...one }) => ({ none, text, ...stamp(one) })) : [],
    escalations: escalations.map(({ at, ...why }) => ({
      ...why,
      at: new Date(at).toISOString(),
      fr: say('fr', escalationSentence(why)),
      en: say('en', escalationSentence(why)),
    })),
  }
}

/** Applicant, members and whoever instructs read the documents of a request; a holder none. */
export function attachmentsFor(habilitation: Habilitation, by: Person): Habilitation['attachments'] {
  const reads = isApplicant(habilitation, by) || audiencesOf(by).includes('instruction')
  return reads ? habilitation.attachments : []
}

/** Who and when, as people read it; `system` where time alone did it. */
export function stamp({ by, at }: { by: Actor | null; at: number }): Stamp {
  return { by: by?.subject ?? 'system', at: new Date(at).toISOString() }
}
