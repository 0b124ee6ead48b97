/** Who sees and says what in the threads of a request. Pure. */

import type { Person } from '../identity/person.ts'
import { samePerson } from '../kernel/id.ts'
import type { DatasetFacts } from './lines.ts'
import type { Body } from './request.ts'
import type { Habilitation, Thread } from './state.ts'

const reviewers = ['secretariat', 'dpo', 'ethics', 'authority'] as const

/** In what capacity a person speaks: of its own request nobody is a reviewer. */
export function roleOf({ lead }: Pick<Habilitation, 'lead'>, by: Person): string {
  if (samePerson(lead, by)) return 'lead'
  return reviewers.find((role) => by.roles.includes(role)) ?? 'holder'
}

interface Reader {
  readonly by: Person
  readonly facts: ReadonlyMap<string, DatasetFacts | null>
}

/** Reviewers see all; applicant and members what is not for reviewers alone; a holder what is about its own line. */
export function seesThread(habilitation: Habilitation, thread: Thread, { by, facts }: Reader): boolean {
  const { lead, request } = habilitation
  const isOfApplicant = samePerson(lead, by) || (request.persons ?? []).some((one) => samePerson(one, by))
  if (isOfApplicant) return thread.audience === 'applicant'
  if (reviewers.some((role) => by.roles.includes(role)) || by.roles.includes('operator')) return true
  return thread.audience === 'applicant' && isOwnLine(request, thread.field, { by, facts })
}

/** Whether a field is of a line whose data this person's organisation holds. */
export function isOwnLine({ lines = [] }: Body, field: string, { by, facts }: Reader): boolean {
  const index = /^lines\[(\d+)\]/.exec(field)?.[1]
  const dataset = index === undefined ? undefined : lines[Number(index)]?.dataset
  return dataset !== undefined && facts.get(dataset)?.holder === by.organisation
}

export interface ThreadView {
  readonly thread: string
  readonly field: string
  readonly audience: Thread['audience']
  readonly messages: readonly {
    readonly role: string
    readonly by: string
    readonly at: string
    readonly text: string
  }[]
}

/** The threads that this person sees, the oldest first. */
export function threadsFor(habilitation: Habilitation, reader: Reader): readonly ThreadView[] {
  return habilitation.threads
    .filter((thread) => seesThread(habilitation, thread, reader))
    .map(({ thread, field, audience, messages }) => ({
      thread,
      field,
      audience,
      messages: messages.map(({ role, text, by, at }) => ({
        role,
        by: by.subject,
        at: new Date(at).toISOString(),
        text,
      })),
    }))
}
