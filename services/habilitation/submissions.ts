/** What each submission of a request changed of the one before, as far as a reader may know of it. Pure. */
import type { Person } from '../identity/person.ts'
import { type Change, changesBetween } from './changes.ts'
import { isApplicant } from './dossier-view.ts'
import { audiencesOf, seenOf } from './form/seen.ts'
import type { DatasetFacts } from './lines.ts'
import type { Body } from './request.ts'
import type { Habilitation } from './state.ts'

export interface Resubmission {
  /** UTC ISO 8601. */
  readonly at: string
  readonly changes: readonly Change[]
}

interface Reader {
  readonly by: Person
  readonly facts: ReadonlyMap<string, DatasetFacts | null>
}

/** The oldest first. A holder reads what changed of its own lines, and of the fields that holders see. */
export function resubmissionsOf(
  habilitation: Habilitation,
  reader: Reader,
  whole: boolean,
): readonly Resubmission[] {
  const bodies = habilitation.submissions.map(({ at, request }) => ({
    at,
    body: readable(habilitation, request, { ...reader, whole }),
  }))
  return bodies.slice(1).map(({ at, body }, i) => ({
    at: new Date(at).toISOString(),
    changes: changesBetween(bodies[i]?.body ?? {}, body),
  }))
}

function readable(
  habilitation: Habilitation,
  request: Body,
  { by, facts, whole }: Reader & { readonly whole: boolean },
): Body {
  const body = isApplicant(habilitation, by) ? request : seenOf(request, audiencesOf(by))
  return whole ? body : { ...body, lines: ownLines(request, { by, facts }).lines }
}

/** A holder is shown the lines of its own data alone. */
export function ownLines({ lines = [], ...rest }: Body, { by, facts }: Reader): Body {
  return { ...rest, lines: lines.filter(({ dataset }) => facts.get(dataset)?.holder === by.organisation) }
}
