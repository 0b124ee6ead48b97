/**
 * Potential identifiers of the SNDS, column by column (governance.md 2.8): the tag that the holder declared, or the one that
 * name, type and values propose. A proposal changes no right: the holder is told of it, and it is kept with the version. Pure.
 */
import type { Counting } from '../column-values.ts'
import { hasWord, listOf, wordsOf } from '../column-words.ts'
import type { Field } from '../descriptor.ts'
import { name } from '../quote.ts'

export interface Tag {
  readonly code: string
  readonly source: 'declared' | 'proposed'
}

/** What the values of a column look like, each as a count of them. */
export interface Looks {
  readonly filled: number
  readonly distinct: number
  /** Codes of municipalities as INSEE writes them. */
  readonly communes: number
  /** Those of them that no plain number is: a leading zero, or Corsica. */
  readonly marked: number
  /** Days that are not the first of a month. */
  readonly days: number
  /** A month of a year, without a day. */
  readonly months: number
  /** Numbers of professionals: eleven digits with the right last one. */
  readonly professionals: number
  /** Years from the first twentieth of the days to the last day. */
  readonly span: number
}

/** How a value is written, and how long such values are: only these are matched, which costs far more than a length. */
interface Shape {
  readonly pattern: string
  readonly least: number
  readonly most: number
}

const day: Shape = {
  pattern: '(18|19|20)[0-9]{2}[-/]?(0[1-9]|1[0-2])[-/]?(0[2-9]|[12][0-9]|3[01])',
  least: 8,
  most: 10,
}
const month: Shape = {
  pattern: '(18|19|20)[0-9]{2}[-/]?(0[1-9]|1[0-2])|(0[1-9]|1[0-2])/(18|19|20)[0-9]{2}',
  least: 6,
  most: 7,
}
const commune: Shape = { pattern: '(0[1-9]|[1-8][0-9]|9[0-8]|2[AB])[0-9]{3}', least: 5, most: 5 }
const marked: Shape = { pattern: '(0[1-9]|2[AB])[0-9]{3}', least: 5, most: 5 }
const elevenDigits: Shape = { pattern: '[0-9]{11}', least: 11, most: 11 }

/** The engine computes both sides of AND for every row, and a CASE only where it is asked for. */
function isLike(value: string, { pattern, least, most }: Shape): string {
  return `CASE WHEN length(${value}) BETWEEN ${least} AND ${most} THEN regexp_full_match(${value}, '${pattern}') END`
}

/** Whether the values themselves are looked at, which may be done once per value. */
export function hasShapes({ type }: Field): boolean {
  return type === 'string' || type === 'integer'
}

/** The aggregates of `Looks`, in its order. No value has more characters than `longest`. */
export function looksOf(field: Field, counting: Counting, longest: number): readonly string[] {
  const column = name(field.name)
  const common = [counting.count(`${column} IS NOT NULL`), counting.distinct(column)]
  if (field.type === 'date' || field.type === 'datetime') {
    const span = `COALESCE(date_diff('year', quantile_disc(${column}, 0.05), max(${column})), 0)`
    return [...common, '0', '0', `count_if(day(${column}) <> 1)`, '0', '0', span]
  }
  if (!hasShapes(field)) return [...common, '0', '0', '0', '0', '0', '0']
  const value = field.type === 'string' ? column : `CAST(${column} AS VARCHAR)`
  const like = (shape: Shape) => (shape.least > longest ? '0' : counting.count(isLike(value, shape)))
  const communes = field.type === 'string' ? [like(commune), like(marked)] : ['0', '0']
  const ofProfessionals = elevenDigits.least > longest ? '0' : counting.count(isProfessional(value))
  return [...common, ...communes, like(day), like(month), ofProfessionals, '0']
}

/** Eleven digits whose last one is the check digit of Luhn. */
function isProfessional(value: string): string {
  const terms = Array.from({ length: 11 }, (_, at) => {
    const digit = `TRY_CAST(substr(${value}, ${at + 1}, 1) AS INTEGER)`
    return at % 2 === 0 ? digit : `(2 * ${digit} - CASE WHEN ${digit} > 4 THEN 9 ELSE 0 END)`
  })
  return `CASE WHEN ${isLike(value, elevenDigits)} THEN (${terms.join(' + ')}) % 10 = 0 END`
}

const births = listOf('naissance naiss nais birth born dob ddn birthdate')
const deaths = listOf('deces death dod died dead dc mort')
const places = listOf(
  'commune insee geo codgeo com city ville residence domicile postal cp zip iris municipality',
)
const professionals = listOf(
  'rpps adeli medecin prescripteur praticien professionnel physician practitioner doctor prescriber executant',
)
const unrelated = listOf('extraction version maj update updated created creation depot import export')

/** The tag of a column of a table of persons; null when nothing says that it is one. */
export function tagOf(field: Field, looks: Looks): Tag | null {
  if (field.quasiIdentifier !== undefined) return { code: field.quasiIdentifier, source: 'declared' }
  if (field.role === 'unit' || field.role === 'key' || field.role === 'unit-reference' || looks.filled === 0)
    return null
  const words = wordsOf(field.name)
  const code = placeTag(words, looks) ?? dateTag(words, looks) ?? professionalTag(words, looks)
  return code === null ? null : { code, source: 'proposed' }
}

function placeTag(words: readonly string[], { filled, distinct, communes, marked }: Looks): string | null {
  const isSaid = hasWord(words, places) && communes >= 0.5 * filled
  // Five digits may be any code: without the name, its writing must be that of municipalities.
  const isSeen = communes >= 0.95 * filled && distinct >= 20 && marked >= 0.01 * filled && marked < filled
  if (!isSaid && !isSeen) return null
  return hasWord(words, deaths) ? 'COMMUNE_DECES' : 'COMMUNE_RESIDENCE'
}

function dateTag(words: readonly string[], { filled, days, months, span }: Looks): string | null {
  const isDay = days >= 0.2 * filled
  if (hasWord(words, births))
    return isDay || months >= 0.5 * filled || span > 0 ? 'NAISSANCE_MOIS_ANNEE' : null
  if (!isDay || hasWord(words, unrelated)) return null
  if (hasWord(words, deaths)) return 'DATE_DECES_EXACTE'
  // Only lives spread days over so many years.
  return span >= 45 ? 'NAISSANCE_MOIS_ANNEE' : 'DATE_SOINS_EXACTE'
}

function professionalTag(words: readonly string[], looks: Looks): string | null {
  const isSeen = looks.professionals >= 0.95 * looks.filled && looks.distinct >= 3
  return hasWord(words, professionals) || isSeen ? 'PROFESSIONNEL_ID' : null
}
