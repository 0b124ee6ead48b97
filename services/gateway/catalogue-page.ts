/** `/catalogue` as a page: the search and what it found. No script, everything escaped. Pure. */
import type { Dataset } from '../dataset/catalogue.ts'
import type { DatasetFilter, Facets } from '../dataset/search.ts'
import { escaped } from '../kernel/markup.ts'
import { type Language, say } from '../kernel/text.ts'
import { pageSize } from './dataset-search.ts'
import { type ForeignFound, foreignLines } from './foreign-list.ts'
import { framedAt } from './pages.ts'
import { addressOf, type Choice, pageLinks, searchForm } from './search-form.ts'

export interface CataloguePage {
  readonly language: Language
  readonly filter: DatasetFilter
  /** From 1. */
  readonly page: number
  /** All that was found, the best first. */
  readonly datasets: readonly Dataset[]
  readonly facets: Facets
  readonly nameOf: (organisation: string) => string
  /** The node has no dataset at all. */
  readonly isEmpty: boolean
  /** Of other catalogues, found by the same words. */
  readonly foreign: readonly ForeignFound[]
}

/** A sentence of the catalogue in the language of the page, escaped. */
type Word = (key: string, given?: Readonly<Record<string, string | number>>) => string

export function catalogueWords(language: Language): Word {
  return (key, given = {}) => escaped(say(language, { key: `catalogue.${key}`, with: given }))
}

export function cataloguePage(shown: CataloguePage): string {
  const { language, datasets, page, isEmpty, filter } = shown
  const word = catalogueWords(language)
  const items = datasets.slice((page - 1) * pageSize, page * pageSize).map((one) => itemOf(one, shown))
  const at = addressOf('/catalogue', { ...filter }, page)
  return framedAt({ language, title: say(language, { key: 'catalogue.title' }), at }, [
    `<p class="lead">${word('intro')}</p>`,
    ...(isEmpty ? [`<p>${word('empty')}</p>`] : [formOf(shown)]),
    ...(!isEmpty && datasets.length === 0 ? [`<p>${word('none')}</p>`] : []),
    ...(datasets.length === 0
      ? []
      : [`<p role="status">${word('found', { count: datasets.length })}</p>`, `<ol>${items.join('')}</ol>`]),
    pagesOf(shown),
    ...foreignLines(language, shown.foreign),
    `<h2>${word('files')}</h2>`,
    `<p>${word('files-note')} <a href="/catalog.ttl">Turtle</a> · <a href="/catalog.jsonld">JSON-LD</a></p>`,
  ])
}

function itemOf({ descriptor }: Dataset, { language, nameOf }: CataloguePage): string {
  const { name, title = name, description = '', holder, kind } = descriptor
  const word = catalogueWords(language)
  return [
    `<li><a href="/catalogue/${name}?lang=${language}">${escaped(title)}</a>`,
    `<br>${escaped(nameOf(holder))} · ${word(`kind.${kind}`)}`,
    description === '' ? '' : `<br>${escaped(beginningOf(description))}`,
    '</li>',
  ].join('')
}

/** Enough to tell datasets apart. */
function beginningOf(text: string): string {
  const most = 240
  return text.length > most ? `${text.slice(0, most).toWellFormed()}…` : text
}

function formOf({ language, filter, facets, nameOf }: CataloguePage): string {
  const word = catalogueWords(language)
  const labels = {
    holder: (value: string) => escaped(nameOf(value)),
    theme: escaped,
    kind: (value: string) => word(`kind.${value}`),
  }
  const choices = Object.fromEntries(
    Object.entries(labels).map(([member, labelOf]) => {
      const found = facets[member as keyof typeof labels]
      return [member, found.map(({ value, count }): Choice => [value, `${labelOf(value)} (${count})`])]
    }),
  )
  return searchForm({ action: '/catalogue', language, filter: { ...filter }, choices, word })
}

function pagesOf({ language, filter, page, datasets }: CataloguePage): string {
  const of = { action: '/catalogue', language, filter: { ...filter }, word: catalogueWords(language) }
  return pageLinks(of, { page, isLast: datasets.length <= page * pageSize })
}
