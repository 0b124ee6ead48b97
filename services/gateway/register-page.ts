/** `/transparence` as pages: the list with its search, and one request. No script, everything escaped. Pure. */
import type { Vocabularies } from '../habilitation/vocabulary.ts'
import { escaped } from '../kernel/markup.ts'
import { type Language, say } from '../kernel/text.ts'
import type { RegisterEntry } from '../review/register/register.ts'
import { type RegisterFilter, yearOf } from '../review/register/search.ts'
import { framedAt } from './pages.ts'
import { addressOf, type Choice, pageLinks, queryOf, searchForm } from './search-form.ts'

/** Requests of one page: it stays light for a telephone. */
export const pageSize = 50

export interface RegisterPage {
  readonly language: Language
  readonly vocabularies: Vocabularies
  readonly filter: RegisterFilter
  /** From 1. */
  readonly page: number
  /** Of the whole register: what can be chosen. */
  readonly all: readonly RegisterEntry[]
  readonly found: readonly RegisterEntry[]
}

export function registerPage(shown: RegisterPage): string {
  const { language, all, found, page, filter } = shown
  const word = wordsOf(language)
  const rows = found.slice((page - 1) * pageSize, page * pageSize).map((one) => rowOf(one, shown))
  const heads = ['received', 'project', 'applicant', 'purposes', 'datasets', 'period', 'state']
  const table = [
    '<div class="wide" tabindex="0"><table>',
    `<caption>${word('found', { count: found.length })}</caption>`,
    `<thead><tr>${heads.map((head) => `<th scope="col">${word(head)}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.join('')}</tbody>`,
    '</table></div>',
    pagesOf(shown),
  ]
  const at = addressOf('/transparence', { ...filter }, page)
  return framedAt({ language, title: say(language, { key: 'register.title' }), at }, [
    `<p class="lead">${word('intro')}</p>`,
    ...(all.length === 0 ? [`<p>${word('empty')}</p>`] : [formOf(shown)]),
    ...(all.length > 0 && found.length === 0 ? [`<p>${word('none')}</p>`] : []),
    ...(found.length === 0 ? [] : table),
    `<h2>${word('rights')}</h2>`,
    `<p>${word('rights-note')} <a href="/transparence/mes-donnees?lang=${language}">${word('rights-more')}</a></p>`,
    `<h2>${word('files')}</h2>`,
    filesOf(shown),
    `<p>${word('snapshot-note')}</p>`,
  ])
}

/** A sentence of the register in the language of the page, escaped. */
export type Word = (key: string, given?: Readonly<Record<string, string | number>>) => string

export function wordsOf(language: Language): Word {
  return (key, given = {}) => escaped(say(language, { key: `register.${key}`, with: given }))
}

function rowOf(one: RegisterEntry, { language, vocabularies }: RegisterPage): string {
  const word = wordsOf(language)
  const { id, title, applicant, purposes, datasets, receivedAt, state } = one
  const href = `/transparence/${encodeURIComponent(id)}?lang=${language}`
  return [
    '<tr>',
    `<td>${shownInstant(receivedAt, language, { dateStyle: 'medium' })}</td>`,
    `<th scope="row"><a href="${href}">${escaped(title === '' ? id : title)}</a></th>`,
    `<td>${escaped(applicant.name)}</td>`,
    `<td>${purposes.map((code) => purposeOf(code, { language, vocabularies })).join('<br>')}</td>`,
    `<td>${datasets.map(escaped).join('<br>')}</td>`,
    `<td>${periodOf(one.accessPeriod, language)}</td>`,
    `<td>${word(`state.${state}`)}</td>`,
    '</tr>',
  ].join('')
}

/** The label of a purpose in the language of the page; the code where this version knows none. */
export function purposeOf(
  code: string,
  { language, vocabularies }: Pick<RegisterPage, 'language' | 'vocabularies'>,
): string {
  const entries = [...vocabularies['purposes-snds'], ...vocabularies['purposes-ehds']]
  return escaped(entries.find((entry) => entry.code === code)?.[language] ?? code)
}

interface Days {
  readonly from: string
  readonly until?: string | undefined
}

/** From the first to the last day; a dash where there is no period. */
export function periodOf(period: Days | null, language: Language): string {
  if (period === null) return '—'
  const day = (text: string) => shownInstant(`${text}T12:00:00Z`, language, { dateStyle: 'medium' })
  const { from, until } = period
  return `${day(from)} → ${until === undefined ? '…' : day(until)}`
}

/** As a calendar in Paris shows it; the exact instant goes with it. */
export function shownInstant(at: string, language: Language, style: Intl.DateTimeFormatOptions): string {
  const shown = new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', {
    timeZone: 'Europe/Paris',
    ...style,
  })
  return `<time datetime="${escaped(at)}">${escaped(shown.format(Date.parse(at)))}</time>`
}

function formOf(shown: RegisterPage): string {
  const { language, filter, all } = shown
  const word = wordsOf(language)
  const organisations = new Map(
    all
      .flatMap(({ applicant, holders }) => [applicant, ...holders])
      .map(({ id, name }) => [id, escaped(name)]),
  )
  const themes = [...new Set(all.flatMap(({ purposes }) => purposes))].sort()
  const states = [...new Set(all.map(({ state }) => state))].sort()
  const years = [...new Set(all.map(yearOf))].sort().reverse()
  const choices = {
    organisation: [...organisations],
    theme: themes.map((code): Choice => [code, purposeOf(code, shown)]),
    state: states.map((state): Choice => [state, word(`state.${state}`)]),
    year: years.map((year): Choice => [year, year]),
  } satisfies Record<string, readonly Choice[]>
  return searchForm({ action: '/transparence', language, filter: { ...filter }, choices, word })
}

function pagesOf({ language, filter, page, found }: RegisterPage): string {
  const of = { action: '/transparence', language, filter: { ...filter }, word: wordsOf(language) }
  return pageLinks(of, { page, isLast: found.length <= page * pageSize })
}

function filesOf(shown: RegisterPage): string {
  const word = wordsOf(shown.language)
  const query = queryOf({ ...shown.filter, lang: shown.language })
  const links = [
    `<a href="/transparence.csv?${query}">CSV</a>`,
    `<a href="/transparence.json?${query}">JSON</a>`,
    `<a href="/transparence.atom?lang=${shown.language}" type="application/atom+xml">${word('feed')}</a>`,
    `<a href="/transparence.jws">${word('snapshot')}</a>`,
  ]
  return `<ul>${links.map((link) => `<li>${link}</li>`).join('')}</ul>`
}
