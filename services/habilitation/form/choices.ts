/** The codes that a field of the form may hold, as a page offers them. Pure. */
import type { Vocabularies } from '../vocabulary.ts'
import type { CodeList } from './field.ts'

/** A code with its words. */
export interface Choice {
  readonly code: string
  readonly fr: string
  readonly en: string
  /** Where it comes from, such as the article of a law. */
  readonly source: string
  /** Last day on which it may be used. */
  readonly until: string | null
  /** The law that it follows; of a route, the one whose purposes it takes. */
  readonly family?: 'snds' | 'ehds' | 'any'
}

/** All of a vocabulary but the routes that nobody may choose. */
export function choicesOf(list: CodeList, vocabularies: Vocabularies): readonly Choice[] {
  if (list === 'routes') {
    const offered = vocabularies.routes.filter(({ facts }) => facts.offered !== false)
    return offered.map((one) => ({ ...worded(one), family: one.facts.family }))
  }
  const family = families.find((one) => list.endsWith(`-${one}`))
  return vocabularies[list].map((one) => ({ ...worded(one), ...(family && { family }) }))
}

const families = ['snds', 'ehds'] as const

function worded({ code, fr, en, source, until }: Vocabularies[CodeList][number]) {
  return { code, fr, en, source: source.text, until }
}
