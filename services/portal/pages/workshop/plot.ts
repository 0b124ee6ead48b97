/** Which picture an answer is worth, by the types of its columns. Pure. */
import type { Answer } from '../../workshop.ts'
import { kindOf, numberIn } from './cell.ts'

interface Point {
  readonly x: string | number | Date
  readonly y: number
  /** Empty where the picture has one series. */
  readonly series: string
}

type Form = 'bars' | 'line' | 'histogram'

export interface Picture {
  readonly form: Form
  readonly x: string
  readonly y: string
  readonly series: string | null
  readonly points: readonly Point[]
  /** What the withheld cells are of, in the order of the rows. */
  readonly withheld: readonly string[]
  /** Rows beyond what a picture takes. */
  readonly left: number
}

/** Places of columns: what is drawn, over what, and what tells series apart. */
interface Axes {
  readonly form: Form
  readonly x: number
  readonly y: number
  readonly series?: number
}

const mostBars = 40
const mostPoints = 5000

/** Bars by label, a line by day, else a histogram of numbers; null where there is no number. `measure` names the column to draw. */
export function pictureOf(answer: Answer, measure?: string): Picture | null {
  const axes = axesOf(answer, measure)
  if (axes === null || answer.rows.length === 0) return null
  const { form, x, y, series } = axes
  const most = form === 'bars' && series === undefined ? mostBars : mostPoints
  const nameOf = (place: number) => answer.columns[place]?.name ?? ''
  return {
    form,
    x: nameOf(x),
    y: nameOf(y),
    series: series === undefined ? null : nameOf(series),
    points: answer.rows.slice(0, most).flatMap((row) => pointOf(row, axes)),
    withheld: answer.suppressed.flatMap(([row = 0, column]) =>
      column === y && row < most ? [textOf(answer.rows[row]?.[x])] : [],
    ),
    left: Math.max(0, answer.rows.length - most),
  }
}

/** Places of the columns that can be drawn. */
export function measuresOf({ columns }: Pick<Answer, 'columns'>): readonly number[] {
  return columns.flatMap(({ type }, place) => (kindOf(type) === 'number' ? [place] : []))
}

function axesOf({ columns }: Pick<Answer, 'columns'>, measure?: string): Axes | null {
  const measures = measuresOf({ columns })
  const y = measures.find((place) => columns[place]?.name === measure) ?? measures.at(-1)
  if (y === undefined) return null
  const kinds = columns.map(({ type }) => kindOf(type))
  const [first, second] = kinds.flatMap((kind, place) => (kind === 'text' ? [place] : []))
  const day = kinds.findIndex((kind) => kind === 'day' || kind === 'moment')
  if (day >= 0) return { form: 'line', x: day, y, ...(first !== undefined && { series: first }) }
  // A number before the measured one is a label, such as a year.
  const label = first ?? measures.find((place) => place < y)
  if (label === undefined) return { form: 'histogram', x: y, y }
  return { form: 'bars', x: label, y, ...(second !== undefined && { series: second }) }
}

function pointOf(row: readonly unknown[], { form, x, y, series }: Axes): readonly Point[] {
  const height = numberIn(row[y])
  if (height === null) return []
  const place = { bars: textOf, line: instantOf, histogram: () => height }[form](row[x])
  return [{ x: place, y: height, series: series === undefined ? '' : textOf(row[series]) }]
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value)
}

function instantOf(value: unknown): Date {
  const text = String(value)
  return new Date(text.includes('T') ? `${text}Z` : `${text}T00:00:00Z`)
}
