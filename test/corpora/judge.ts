/** Holds an answer of the system against what DuckDB itself says of the same text. */
import type { Value } from '../../services/engine/engine.ts'
import { jsonRows } from '../../services/query/answer.ts'
import type { Pipeline } from '../property/pipeline.ts'
import type { Kept } from './statements.ts'
import type { World } from './world.ts'

export interface Verdict {
  /** `answered`, or the code of the refusal. */
  readonly outcome: string
  /** What is shown and is not what the rows say. */
  readonly faults: readonly string[]
  readonly shown: number
  /** Cells that DuckDB shows and the system does not, those of absent groups among them. */
  readonly withheld: number
}

type Row = readonly unknown[]

interface Shown {
  readonly rows: readonly Row[]
  readonly isMarked: (row: number, column: number) => boolean
  readonly isSmoothed: readonly boolean[]
}

export async function judge(
  { pipeline, world }: { readonly pipeline: Pipeline; readonly world: World },
  kept: Pick<Kept, 'sql' | 'smoothed'>,
): Promise<Verdict> {
  const answer = await pipeline.ask(world.bulle, kept.sql).catch((error: { code?: string }) => {
    if (!error.code) throw error
    return error.code
  })
  if (typeof answer === 'string') return { outcome: answer, faults: [], shown: 0, withheld: 0 }
  const marks = new Set(answer.suppressed.map(([r, c]) => `${r}/${c}`))
  const shown: Shown = {
    rows: jsonRows(answer.rows),
    isMarked: (row, column) => marks.has(`${row}/${column}`),
    isSmoothed: answer.rows.columns.map(({ name }) => kept.smoothed.includes(name)),
  }
  return compare(shown, await world.native(kept.sql), /ORDER BY[^()]*$/i.test(kept.sql))
}

/** Each shown row must be one of the native rows, in their order when that is fixed. */
function compare(shown: Shown, native: readonly (readonly Value[])[], isOrdered: boolean): Verdict {
  const width = shown.isSmoothed.length
  const faults: string[] = []
  const used = new Set<number>()
  let last = -1
  let cells = 0
  shown.rows.forEach((row, r) => {
    const from = isOrdered ? last + 1 : 0
    const found = native.findIndex((one, n) => n >= from && !used.has(n) && isSame({ shown, row, r }, one))
    if (found < 0) faults.push(`row ${r}: ${JSON.stringify(row)}`)
    used.add(found)
    last = found
    cells += row.filter((_, c) => !shown.isMarked(r, c)).length
  })
  return { outcome: 'answered', faults, shown: cells, withheld: native.length * width - cells }
}

function isSame(
  { shown, row, r }: { readonly shown: Shown; readonly row: Row; readonly r: number },
  native: Row,
): boolean {
  return row.every((value, c) => {
    if (shown.isMarked(r, c)) return true
    return shown.isSmoothed[c] ? isNear(value, native[c]) : isEqual(value, native[c])
  })
}

function isEqual(left: unknown, right: unknown): boolean {
  const [a, b] = [numberOf(left), numberOf(right)]
  if (a === null || b === null) return textOf(left) === textOf(right)
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b))
}

/** What a rule makes of a figure stays near it: within a quarter, or two of its unit, or two months. */
function isNear(left: unknown, right: unknown): boolean {
  const [a, b] = [numberOf(left), numberOf(right)]
  if (a !== null && b !== null) return Math.abs(a - b) <= Math.max(2, Math.abs(b) / 4)
  const days = (Date.parse(String(left)) - Date.parse(String(right))) / 86_400_000
  return Math.abs(days) <= 62
}

function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value) ? Number(value) : null
}

/** Moments have one form. */
function textOf(value: unknown): string {
  return JSON.stringify(value).replace(/(\d)T(\d\d:)/, '$1 $2')
}
