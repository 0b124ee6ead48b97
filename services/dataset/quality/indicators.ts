/** What is judged row by row: whether a value is there, is right, and follows another one. As SQL conditions. Pure. */
import { hasWord, listOf, wordsOf } from '../column-words.ts'
import type { Field, Resource } from '../descriptor.ts'
import { name, text } from '../quote.ts'
import type { Tag } from './tags.ts'

/** `base` chooses the rows that can be judged, `right` those of them that are right. */
export interface Indicator {
  readonly kind: 'completeness' | 'validity' | 'order'
  readonly column: string
  readonly second?: string
  readonly base: string
  readonly right: string
}

const isDay = ({ type }: Field) => type === 'date' || type === 'datetime'

/** The indicators of a table. `today` is the day of the deposit: what lies after it has not happened. */
export function indicatorsOf(
  resource: Resource,
  { tags, today }: { readonly tags: ReadonlyMap<string, Tag>; readonly today: string },
): readonly Indicator[] {
  const { fields } = resource.schema
  return [
    ...fields.map(({ name: column }): Indicator => {
      return { kind: 'completeness', column, base: 'true', right: `${name(column)} IS NOT NULL` }
    }),
    ...fields.flatMap((field) => validity(field, today)),
    ...ordersOf(fields, tags).map(([first, second]): Indicator => {
      const base = `${name(first)} IS NOT NULL AND ${name(second)} IS NOT NULL`
      return { kind: 'order', column: first, second, base, right: `${name(first)} <= ${name(second)}` }
    }),
  ]
}

/** A day that has come, a code of the declared list. Types and bounds hold in every accepted deposit. */
function validity(field: Field, today: string): Indicator[] {
  const column = name(field.name)
  const codes = field.constraints?.enum
  const rules = [
    ...(isDay(field) ? [`CAST(${column} AS DATE) <= DATE ${text(today)}`] : []),
    ...(codes === undefined ? [] : [`CAST(${column} AS VARCHAR) IN (${codes.map(text).join(', ')})`]),
  ]
  if (rules.length === 0) return []
  return [{ kind: 'validity', column: field.name, base: `${column} IS NOT NULL`, right: rules.join(' AND ') }]
}

const pairs = [
  [
    listOf('entree entry admission debut start from begin arrivee'),
    listOf('sortie discharge fin end until exit depart'),
  ],
] as const
const life = ['NAISSANCE_MOIS_ANNEE', 'DATE_SOINS_EXACTE', 'DATE_DECES_EXACTE']

/** Pairs of days of one table that must follow each other: birth, care, death; the two ends of a stay. */
function ordersOf(
  fields: readonly Field[],
  tags: ReadonlyMap<string, Tag>,
): readonly (readonly [string, string])[] {
  const days = fields.filter(isDay)
  return days.flatMap((first) =>
    days.flatMap((second) => {
      if (first.type !== second.type) return []
      const stages = [first, second].map((one) => life.indexOf(tags.get(one.name)?.code ?? ''))
      const [early = -1, late = -1] = stages
      const isLife = early >= 0 && early < late
      const isStay = pairs.some(
        ([begins, ends]) => hasWord(wordsOf(first.name), begins) && hasWord(wordsOf(second.name), ends),
      )
      return isLife || isStay ? [[first.name, second.name] as const] : []
    }),
  )
}
