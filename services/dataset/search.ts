/** Searching the catalogue: words whatever their accents, ranked by where they stand; and what can be chosen. Pure. */
import { folded } from '../kernel/fold.ts'
import type { Descriptor } from './descriptor.ts'

/** All members together (and). */
export interface DatasetFilter {
  /** Words in any order; each must be found. */
  readonly q?: string | undefined
  readonly holder?: string | undefined
  /** A keyword of the holder. */
  readonly theme?: string | undefined
  readonly kind?: string | undefined
}

/** How many of the found datasets each choice would leave, the most frequent first. */
type Facet = readonly { readonly value: string; readonly count: number }[]

export type Facets = Readonly<Record<'holder' | 'theme' | 'kind', Facet>>

interface Found<D> {
  /** The best first; by name where nothing tells them apart. */
  readonly datasets: readonly D[]
  readonly facets: Facets
}

/** Choices shown of one facet. */
const facetLength = 200

/** `nameOf` gives an organisation its name, under which it is found too. */
export function searchDatasets<D extends { readonly descriptor: Descriptor }>(
  datasets: readonly D[],
  filter: DatasetFilter,
  nameOf: (organisation: string) => string,
): Found<D> {
  const words = folded(filter.q ?? '')
    .split(/\s+/)
    .filter(Boolean)
  const scored = datasets.flatMap((dataset) => {
    const score = scoreOf(dataset.descriptor, words, folded(nameOf(dataset.descriptor.holder)))
    return score > 0 ? [{ dataset, score }] : []
  })
  const passing = (left?: keyof typeof choices) =>
    scored.filter(({ dataset: { descriptor } }) =>
      choiceNames.every((one) => one === left || holds(one, descriptor, filter)),
    )
  const ranked = passing().sort(
    (a, b) => b.score - a.score || (a.dataset.descriptor.name < b.dataset.descriptor.name ? -1 : 1),
  )
  const facetOf = (one: keyof typeof choices) =>
    counted(passing(one).flatMap(({ dataset }) => [...new Set(choices[one](dataset.descriptor))]))
  return {
    datasets: ranked.map(({ dataset }) => dataset),
    facets: { holder: facetOf('holder'), theme: facetOf('theme'), kind: facetOf('kind') },
  }
}

const choices = {
  holder: ({ holder }: Descriptor) => [holder],
  theme: ({ keywords }: Descriptor) => keywords ?? [],
  kind: ({ kind }: Descriptor) => [kind],
} satisfies Record<string, (one: Descriptor) => readonly string[]>
const choiceNames = ['holder', 'theme', 'kind'] as const

/** A choice that nobody made holds of everything. */
function holds(one: keyof typeof choices, descriptor: Descriptor, filter: DatasetFilter): boolean {
  const wanted = filter[one]
  return wanted === undefined || choices[one](descriptor).some((value) => folded(value) === folded(wanted))
}

function counted(values: readonly string[]): Facet {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const all = [...counts].map(([value, count]) => ({ value, count }))
  return all.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)).slice(0, facetLength)
}

interface Indexed {
  /** Folded text by weight, what weighs most first. */
  readonly fields: readonly (readonly [weight: number, text: string])[]
}

const indexed = new WeakMap<Descriptor, Indexed>()

/** A descriptor never changes, so its words are folded once. */
function indexOf(descriptor: Descriptor): Indexed {
  const known = indexed.get(descriptor)
  if (known !== undefined) return known
  const { name, title = '', description = '', keywords = [], resources } = descriptor
  const tables = resources.map((one) => `${one.name} ${one.title ?? ''} ${one.description ?? ''}`)
  const columns = resources.flatMap(({ schema }) =>
    schema.fields.map((one) => `${one.name} ${one.title ?? ''}`),
  )
  const made: Indexed = {
    fields: [
      [16, folded(`${title} ${name}`)],
      [8, folded(keywords.join(' '))],
      [4, folded(description)],
      [2, folded(tables.join(' '))],
      [1, folded(columns.join(' '))],
    ],
  }
  indexed.set(descriptor, made)
  return made
}

/** 0 unless every word is found; a word from its beginning counts twice. */
function scoreOf(descriptor: Descriptor, words: readonly string[], holder: string): number {
  const fields = [...indexOf(descriptor).fields, [6, `${descriptor.holder} ${holder}`] as const]
  let score = 1
  for (const word of words) {
    const best = Math.max(...fields.map(([weight, text]) => weight * placeOf(text, word)))
    if (best === 0) return 0
    score += best
  }
  return score
}

/** 2 at the beginning of a word, 1 within one, 0 where it is not. */
function placeOf(text: string, word: string): 0 | 1 | 2 {
  let isWithin = false
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '')) return 2
    isWithin = true
  }
  return isWithin ? 1 : 0
}
