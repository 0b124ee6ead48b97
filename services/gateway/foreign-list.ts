/** Datasets of other catalogues on the page of ours: found by the same words, marked with their source, never asked. Pure. */
import type { Descriptor } from '../dataset/descriptor.ts'
import type { ForeignDataset } from '../dataset/harvest/foreign.ts'
import type { Harvested } from '../dataset/harvest/harvested.ts'
import { type DatasetFilter, searchDatasets } from '../dataset/search.ts'
import { escaped } from '../kernel/markup.ts'
import { type Language, say } from '../kernel/text.ts'

export interface ForeignFound {
  readonly source: string
  readonly dataset: ForeignDataset
}

interface Searched extends ForeignFound {
  /** What the search reads: the words of the dataset, and no table. */
  readonly descriptor: Descriptor
}

const searched = new WeakMap<Harvested, readonly Searched[]>()

/** The best first. A holder or a kind is one of ours: with such a choice nothing foreign is found. */
export function searchForeign(
  catalogues: readonly Harvested[],
  { q, theme, holder, kind }: DatasetFilter,
): readonly ForeignFound[] {
  if (holder !== undefined || kind !== undefined) return []
  return searchDatasets(catalogues.flatMap(entriesOf), { q, theme }, (name) => name).datasets
}

function entriesOf(catalogue: Harvested): readonly Searched[] {
  const known = searched.get(catalogue)
  if (known !== undefined) return known
  const { source, datasets } = catalogue
  const made = datasets.map((dataset): Searched => {
    const { iri: name, title, description = '', keywords, publisher: holder = source } = dataset
    const words = { name, title, description, keywords: [...keywords], holder }
    return { source, dataset, descriptor: { ...words, kind: 'non-personal', threshold: 11, resources: [] } }
  })
  searched.set(catalogue, made)
  return made
}

const shown = 50

/** Lines of the page; none where nothing was found. */
export function foreignLines(language: Language, found: readonly ForeignFound[]): readonly string[] {
  if (found.length === 0) return []
  const word = (key: string) => escaped(say(language, { key: `catalogue.${key}`, with: {} }))
  const items = found.slice(0, shown).map(itemOf)
  const more = found.length > shown ? ` (${shown} / ${found.length})` : ''
  return [
    `<h2>${word('foreign')}${more}</h2>`,
    `<p>${word('foreign-note')}</p>`,
    `<ul>${items.join('')}</ul>`,
  ]
}

function itemOf({ source, dataset }: ForeignFound): string {
  const { title, page, publisher, licences, provenance } = dataset
  const name =
    page === undefined ? escaped(title) : `<a href="${escaped(page)}" rel="nofollow">${escaped(title)}</a>`
  const facts = [source, ...(publisher === undefined ? [] : [publisher]), ...licences]
  const from = provenance === undefined ? '' : `<br>${escaped(provenance)}`
  return `<li>${name}<br>${facts.map(escaped).join(' · ')}${from}</li>`
}
