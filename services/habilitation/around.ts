/** What the checks of a request look at beside the request itself: vocabularies, catalogue, parties, day. Pure. */
import type { DatasetFacts } from './lines.ts'
import type { Body } from './request.ts'
import type { RequestVocabulary, RouteFacts, Vocabularies } from './vocabulary.ts'

/** Who the organisations and the persons of a request are, as the accounts of this node say it. */
export interface Parties {
  /** The organisation of the lead. */
  readonly lead: string
  /** Organisation → code of the vocabulary of organisations; absent for one that nobody knows. */
  readonly kinds: ReadonlyMap<string, string>
  /** The organisation of each person of the request, in the order of `persons`; null without an account. */
  readonly employers: readonly (string | null)[]
}

export interface Surroundings {
  readonly vocabularies: Vocabularies
  /** By dataset name; null where no such dataset is declared. */
  readonly facts: ReadonlyMap<string, DatasetFacts | null>
  /** Paris day. */
  readonly today: string
  /** Absent where a body is looked at by itself. */
  readonly parties?: Parties
}

/** The entry of a code that may be used today. */
export function inForce<Name extends RequestVocabulary>(
  { vocabularies, today }: Pick<Surroundings, 'vocabularies' | 'today'>,
  name: Name,
  code?: string,
): Vocabularies[Name][number] | undefined {
  const entries: readonly Vocabularies[Name][number][] = vocabularies[name]
  return entries.find((one) => one.code === code && (one.until === null || today <= one.until))
}

/** What the vocabulary says of a route; nothing of an unknown one, which is itself a gap. */
export function routeFacts(
  { route }: Body,
  { vocabularies }: Pick<Surroundings, 'vocabularies'>,
): RouteFacts {
  return vocabularies.routes.find(({ code }) => code === route)?.facts ?? {}
}

export function isBlank(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === ''
  return value === undefined || (Array.isArray(value) && value.length === 0)
}
