/** The form above a list and the links below it: words, then a choice for each facet. No script; what is chosen is in the address. Pure. */
import { escaped } from '../kernel/markup.ts'
import type { Language } from '../kernel/text.ts'

/** A value, and the words that show it: markup already. */
export type Choice = readonly [value: string, label: string]

export interface SearchForm {
  readonly action: string
  readonly language: Language
  /** What was asked for; `q` are the words. */
  readonly filter: Readonly<Record<string, string | undefined>>
  readonly choices: Readonly<Record<string, readonly Choice[]>>
  /** Whether words can be looked for. Default true. */
  readonly hasWords?: boolean
  /** `words`, `search`, `all` and the name of each choice, in the language of the page. */
  readonly word: (key: string) => string
}

export function searchForm({ action, language, filter, choices, word, hasWords = true }: SearchForm): string {
  const selects = Object.entries(choices).map(([member, options]) => {
    const items = options.map(([value, label]) => {
      const chosen = value === filter[member] ? ' selected' : ''
      return `<option value="${escaped(value)}"${chosen}>${label}</option>`
    })
    return `<label>${word(member)} <select name="${member}"><option value="">${word('all')}</option>${items.join('')}</select></label>`
  })
  return [
    `<form class="search" action="${action}" method="get" role="search">`,
    `<input type="hidden" name="lang" value="${language}">`,
    ...(hasWords
      ? [`<label>${word('words')} <input type="search" name="q" value="${escaped(filter.q ?? '')}"></label>`]
      : []),
    ...selects,
    `<button type="submit">${word('search')}</button>`,
    '</form>',
  ].join('\n')
}

/** What was asked for, as the query of a link; what is empty is left out. */
export function queryOf(asked: Asked): string {
  return escaped(plainQueryOf(asked))
}

type Asked = Readonly<Record<string, string | undefined>>

function plainQueryOf(asked: Asked): string {
  const pairs = Object.entries(asked).flatMap(([member, value]): [string, string][] =>
    value ? [[member, value]] : [],
  )
  return new URLSearchParams(pairs).toString()
}

/** The address of one page of a search: the first page goes without its number. No markup. */
export function addressOf(action: string, filter: Asked, page: number): string {
  const query = plainQueryOf({ ...filter, ...(page > 1 && { page: String(page) }) })
  return query === '' ? action : `${action}?${query}`
}

/** The page before and the page after; `isLast` when there is none after. */
export function pageLinks(
  { action, language, filter, word }: Omit<SearchForm, 'choices'>,
  { page, isLast }: { readonly page: number; readonly isLast: boolean },
): string {
  const to = (number: number) => `${action}?${queryOf({ ...filter, lang: language, page: String(number) })}`
  const links = [
    ...(page > 1 ? [`<a rel="prev" href="${to(page - 1)}">${word('previous')}</a>`] : []),
    ...(isLast ? [] : [`<a rel="next" href="${to(page + 1)}">${word('next')}</a>`]),
  ]
  return links.length === 0 ? '' : `<p>${links.join(' · ')}</p>`
}
