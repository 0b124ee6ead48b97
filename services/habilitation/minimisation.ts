/**
 * The minimisation meter: how much a request asks for of what there is, and the cheapest way to ask for less. It rests on the
 * text of the request and on the catalogue: no row, no count and no value of the data is ever looked at. Pure.
 */
import type { Sentence } from '../kernel/refusal.ts'
import { type Language, say } from '../kernel/text.ts'
import type { ColumnFacts, DatasetFacts } from './lines.ts'
import { quasiColumns } from './quasi.ts'
import type { Body } from './request.ts'

type Band = 'none' | 'low' | 'moderate' | 'high' | 'very-high'
type Grade = 'A' | 'B' | 'C' | 'D' | 'E'
type Told = Readonly<Record<Language, string>>

export interface Minimisation {
  readonly grade: Grade
  /** Points from 0; the grade is read off them. */
  readonly points: number
  readonly columns: { readonly asked: number; readonly existing: number }
  /** Columns that single people out together, and into how many cells they cut people at most. */
  readonly quasiIdentifiers: {
    readonly columns: readonly { readonly dataset: string; readonly table: string; readonly column: string }[]
    readonly band: Band
  }
  /** Days of access asked for, and lines whose rows are limited in time and in population. */
  readonly scope: {
    readonly accessDays: number | null
    readonly lines: number
    readonly limitedInTime: number
    readonly limitedInPopulation: number
  }
  readonly explanation: readonly Told[]
  /** The one change that gains most for least; null when nothing is left to gain. */
  readonly advice: (Told & { readonly grade: Grade }) | null
}

/** What the points are counted on: also of a request that does not exist yet, to find what would be cheapest. */
interface Measured {
  readonly asked: number
  readonly existing: number
  /** Most values that each quasi-identifier may take. */
  readonly sizes: readonly number[]
  readonly lines: number
  readonly inTime: number
  readonly inPopulation: number
}

/** The meter of a draft. Lines whose dataset is unknown count for nothing. */
export function minimisation(body: Body, facts: ReadonlyMap<string, DatasetFacts | null>): Minimisation {
  const lines = (body.lines ?? []).filter(({ dataset }) => facts.get(dataset))
  const quasi = quasiColumns(body, facts)
  const counts = lines.map(({ dataset, tables = {} }) => countOf(facts.get(dataset), tables))
  const measured: Measured = {
    asked: sum(counts.map(({ asked }) => asked)),
    existing: sum(counts.map(({ existing }) => existing)),
    sizes: quasi.map(({ about }) => sizeOf(about)),
    lines: lines.length,
    inTime: lines.filter(({ period, tables = {} }) => period || hasFilter(tables)).length,
    inPopulation: lines.filter(({ population, cohort }) => population || cohort?.inclusion).length,
  }
  const points = pointsOf(measured)
  const largest = quasi.reduce<(typeof quasi)[number] | null>(
    (best, one) => (best === null || sizeOf(one.about) > sizeOf(best.about) ? one : best),
    null,
  )
  return {
    grade: gradeOf(points),
    points,
    columns: { asked: measured.asked, existing: measured.existing },
    quasiIdentifiers: {
      columns: quasi.map(({ dataset, table, column }) => ({ dataset, table, column })),
      band: bandOf(measured.sizes),
    },
    scope: {
      accessDays: daysOf(body.accessPeriod),
      lines: measured.lines,
      limitedInTime: measured.inTime,
      limitedInPopulation: measured.inPopulation,
    },
    explanation: explained(measured).map(told),
    advice: cheapest(measured, largest && `${largest.dataset}.${largest.table}.${largest.column}`),
  }
}

type Tables = NonNullable<NonNullable<Body['lines']>[number]['tables']>

function countOf(facts: DatasetFacts | null | undefined, asked: Tables) {
  const tables = Object.entries(facts?.tables ?? {})
  const columns = tables.flatMap(([name, known]) => {
    const wanted = Object.hasOwn(asked, name) ? (asked[name]?.columns ?? []) : []
    return known.columns.filter((column) => wanted === '*' || wanted.includes(column))
  })
  return { asked: columns.length, existing: sum(tables.map(([, known]) => known.columns.length)) }
}

function hasFilter(tables: Tables): boolean {
  return Object.values(tables).some(({ filter }) => filter !== undefined)
}

/** Most values that a legal quasi-identifier takes in France, our own rough choice: 110 years of months, communes, ten years of days. */
const legalSizes: Readonly<Record<string, number>> = {
  NAISSANCE_MOIS_ANNEE: 1320,
  COMMUNE_RESIDENCE: 35_000,
  COMMUNE_DECES: 35_000,
  DATE_SOINS_EXACTE: 3650,
  DATE_DECES_EXACTE: 3650,
}

/** The same by declared type, where the catalogue says no more. */
const typeSizes: Readonly<Record<string, number>> = {
  boolean: 2,
  integer: 100,
  string: 1000,
  number: 1000,
  time: 1440,
  date: 36_500,
  datetime: 1_000_000,
}

function sizeOf({ type, quasiIdentifier, bounds }: ColumnFacts): number {
  const legal = quasiIdentifier === undefined ? undefined : legalSizes[quasiIdentifier]
  if (legal !== undefined) return legal
  if (type === 'integer' && bounds) return Math.max(1, Math.floor(bounds[1]) - Math.ceil(bounds[0]) + 1)
  return typeSizes[type] ?? 1000
}

/** Bands of the product: under a thousand cells, a hundred thousand, ten million, or more. */
function bandOf(sizes: readonly number[]): Band {
  if (sizes.length === 0) return 'none'
  const cells = sizes.reduce((product, size) => product * size, 1)
  if (cells < 1e3) return 'low'
  if (cells < 1e5) return 'moderate'
  return cells < 1e7 ? 'high' : 'very-high'
}

const bandPoints: Readonly<Record<Band, number>> = { none: 0, low: 1, moderate: 2, high: 3, 'very-high': 4 }

function pointsOf(measured: Measured): number {
  return sum(Object.values(partsOf(measured)))
}

function partsOf({ asked, existing, sizes, lines, inTime, inPopulation }: Measured) {
  const share = existing === 0 ? 0 : asked / existing
  return {
    columns: shareSteps.filter((step) => share > step).length,
    quasi: bandPoints[bandOf(sizes)],
    time: inTime < lines ? 1 : 0,
    population: inPopulation < lines ? 1 : 0,
  }
}

const shareSteps = [0.25, 0.5, 0.9]

function gradeOf(points: number): Grade {
  if (points <= 1) return 'A'
  if (points <= 3) return 'B'
  if (points <= 5) return 'C'
  return points <= 7 ? 'D' : 'E'
}

function explained(measured: Measured): readonly Sentence[] {
  const { asked, existing, sizes, lines, inTime, inPopulation } = measured
  const { time, population } = partsOf(measured)
  return [
    { key: 'meter.columns', with: { asked, existing } },
    { key: `meter.quasi.${bandOf(sizes)}`, with: { count: sizes.length } },
    ...(time > 0 ? [{ key: 'meter.time', with: { count: lines - inTime } }] : []),
    ...(population > 0 ? [{ key: 'meter.population', with: { count: lines - inPopulation } }] : []),
  ]
}

/** Each single change, cheapest first: of those that gain as much, the one that costs the study least. */
function cheapest(measured: Measured, largest: string | null): Minimisation['advice'] {
  const { asked, existing, sizes, lines } = measured
  const step = shareSteps.findLast((one) => existing > 0 && asked / existing > one)
  const fewer = step === undefined ? asked : Math.max(1, Math.floor(existing * step))
  const ways: readonly (readonly [Measured, Sentence])[] = [
    [{ ...measured, inTime: lines }, { key: 'meter.advice.time' }],
    [{ ...measured, inPopulation: lines }, { key: 'meter.advice.population' }],
    [
      { ...measured, asked: fewer },
      { key: 'meter.advice.columns', with: { count: asked - fewer } },
    ],
    [
      { ...measured, sizes: without(sizes, Math.max(...sizes)) },
      { key: 'meter.advice.quasi', with: { column: largest ?? '' } },
    ],
  ]
  const now = pointsOf(measured)
  const gains = ways.map(([then, sentence]) => ({ points: pointsOf(then), sentence }))
  const best = Math.min(...gains.map(({ points }) => points))
  const chosen = best < now ? gains.find(({ points }) => points === best) : undefined
  return chosen === undefined ? null : { ...told(chosen.sentence), grade: gradeOf(chosen.points) }
}

function without(sizes: readonly number[], one: number): readonly number[] {
  const at = sizes.indexOf(one)
  return sizes.filter((_, i) => i !== at)
}

function told(sentence: Sentence): Told {
  return { fr: say('fr', sentence), en: say('en', sentence) }
}

function daysOf(period: Body['accessPeriod']): number | null {
  if (period === undefined) return null
  return Math.max(0, Math.round((Date.parse(period.until) - Date.parse(period.from)) / 86_400_000) + 1)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
