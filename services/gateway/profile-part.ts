/** What the profile of a version adds to the page of its dataset: a strip of periods per table, and values per column. Pure. */
import type { Version } from '../dataset/catalogue.ts'
import type { ColumnProfile, Strip, TableProfile } from '../dataset/profile/profile.ts'
import { escaped } from '../kernel/markup.ts'
import type { Language } from '../kernel/text.ts'
import type { FoundProfile } from '../query/profile/profiles.ts'
import { catalogueWords } from './catalogue-page.ts'

export interface ProfilePart {
  readonly language: Language
  readonly found: FoundProfile
  /** With its label, which says how much of each column is filled. */
  readonly latest: Version | null
}

/** What stands above the tables; nothing where nothing can be told. */
export function profileNote({ language, found }: ProfilePart): string[] {
  if (found.status === 'none') return []
  const word = catalogueWords(language)
  const text =
    found.status === 'ready'
      ? word('profile.note', { threshold: found.profile.k })
      : word('profile.preparing')
  return [`<p role="status">${text}</p>`]
}

export function profileOfTable({ found }: ProfilePart, table: string): TableProfile | undefined {
  return found.status === 'ready' ? found.profile.tables.find(({ name }) => name === table) : undefined
}

/** In pixels: of the whole picture where there are few periods, of one bar where there are many, and upwards. */
const wide = 360
const narrow = 8
const tall = 32

/** A bar per period, as high as its band; the same as words for who does not see it. */
export function stripOf({ language }: ProfilePart, { column, periods }: Strip): string {
  const word = catalogueWords(language)
  const said = periods.map(({ period, rows }) => `${period} : ${rows ?? word('profile.withheld')}`)
  const [first = '', last = ''] = [periods[0]?.period, periods.at(-1)?.period]
  const caption = `${word('profile.strip')} <code>${escaped(column)}</code> (${first} → ${last})`
  const step = Math.max(narrow, Math.floor(wide / periods.length))
  const bars = periods.map(({ rows }, at) => {
    const height = rows === null ? 1 : heightOf(rows)
    const paint = rows === null ? 'fill="none" stroke="currentColor"' : 'fill="currentColor"'
    return `<rect x="${at * step}" y="${tall - height}" width="${step - 2}" height="${height}" ${paint}/>`
  })
  const width = periods.length * step
  return [
    `<figure><figcaption>${caption}</figcaption>`,
    `<div class="wide" tabindex="0"><svg role="img" aria-label="${word('profile.strip')} ${escaped(column)}" viewBox="0 0 ${width} ${tall}" width="${width}" height="${tall}">${bars.join('')}</svg></div>`,
    `<details><summary>${word('profile.periods')}</summary><p>${said.map(escaped).join(' · ')}</p></details></figure>`,
  ].join('')
}

/** One step per power of ten, from `11+`. */
function heightOf(band: string): number {
  return Math.min(tall, 6 * (String(Number.parseInt(band, 10)).length - 1))
}

/** The cell of a column: HTML, empty where nothing may be told of it. */
export function valuesCell(part: ProfilePart, table: string, column: string): string {
  const profile = profileOfTable(part, table)?.columns.find(({ name }) => name === column)
  const label = part.latest?.quality?.public.columns.find(
    (one) => one.table === table && one.column === column,
  )
  const word = catalogueWords(part.language)
  const filled = label?.completeness ?? null
  return [
    ...(filled === null ? [] : [word('profile.filled', { band: filled.replace('-', '–') })]),
    ...(profile === undefined ? [] : valuesOf(profile, word)),
  ].join('<br>')
}

function valuesOf(
  { distinct, commonest = [], bounds }: ColumnProfile,
  word: ReturnType<typeof catalogueWords>,
): string[] {
  const codes = commonest.map(({ value, rows }) => `<code>${escaped(value)}</code> ${escaped(rows)}`)
  return [
    ...(distinct === undefined ? [] : [word('profile.distinct', { band: distinct })]),
    ...(bounds === undefined ? [] : [word('profile.bounds', { least: bounds[0], most: bounds[1] })]),
    ...(codes.length === 0 ? [] : [codes.join(' · ')]),
  ]
}
