/** Rows of the outer statement → the answer, with its marks taken out of the columns, and the digest that the log keeps. */
import type { Bulle, BulleTable, WithheldFacts } from '../dataset/bulle.ts'
import type { Rows, Value } from '../engine/engine.ts'
import { isShortNumber } from '../kernel/digits.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import type { Sentence } from '../kernel/refusal.ts'
import { type Language, say } from '../kernel/text.ts'
import { type Disclosed, rulesOf } from './disclosure/disclose.ts'
import type { Thresholds } from './disclosure/rules.ts'
import { notCovered } from './explain/not-covered.ts'
import type { Plan, Read } from './plan.ts'
import type { Answer, Disclosure, JsonValue } from './question.ts'

/** What a person would see: visible columns, nulls where withheld, and where that is. */
export interface Visible {
  readonly rows: Rows
  readonly suppressed: readonly (readonly [number, number])[]
}

/**
 * The outer statement answers its visible columns first, then one mark per column: a marked cell is null whatever the
 * expression made of the nulls below it.
 */
export function unmark(plan: Plan, { rows }: Rows): Visible {
  const width = plan.columns.length
  const suppressed: (readonly [number, number])[] = []
  const visible = rows.map((row, r) =>
    plan.columns.map((_, c) => {
      const isMarked = row[width + c] !== false
      if (isMarked) suppressed.push([r, c])
      return isMarked ? null : (row[c] ?? null)
    }),
  )
  return { rows: { columns: plan.columns, rows: visible }, suppressed }
}

/** Rows as JSON says them. A decimal that the engine hands over as text is a number when a double holds all its digits. */
export function jsonRows({ columns, rows }: Rows): Answer['rows'] {
  const isDecimal = columns.map(({ type }) => type.startsWith('DECIMAL'))
  return rows.map((row) => row.map((value, c) => jsonValue(isDecimal[c] ? decimal(value) : value)))
}

function decimal(value: Value): Value {
  return typeof value === 'string' && isShortNumber(value) ? Number(value) : value
}

/** A value as JSON says it: integers beyond ±(2^53 − 1) are text, what JSON has no word for is null. */
function jsonValue(value: Value): JsonValue {
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  }
  if (typeof value === 'number') return jsonNumber(value)
  if (value === null || typeof value !== 'object') return value
  if (isList(value)) return value.map(jsonValue)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, jsonValue(member)]))
}

function jsonNumber(value: number): JsonValue {
  return Number.isFinite(value) ? value : null
}

function isList(value: object): value is readonly Value[] {
  return Array.isArray(value)
}

/** What was withheld from an answer: by its own leaves, and when the derived tables that it reads were released. */
export function withheldOf(
  plan: Plan,
  disclosed: readonly Disclosed[],
  tables: readonly BulleTable[],
): WithheldFacts {
  const before = tables.flatMap(({ name, derived }) =>
    derived?.withheld && plan.derived.includes(name) ? [derived.withheld] : [],
  )
  const cells = disclosed.some(({ cellsWithheld }) => cellsWithheld > 0) || before.some((one) => one.cells)
  const groups = disclosed.some(({ groupsWithheld }) => groupsWithheld) || before.some((one) => one.groups)
  const partial = plan.partial && (cells || groups) ? ['partial'] : []
  const rules = [...rulesOf(plan.leaves), ...before.flatMap((one) => one.rules), ...partial]
  return { cells, groups, rules: [...new Set(rules)] }
}

/** What the report of an answer is made from. */
export interface Report {
  readonly thresholds: Pick<Thresholds, 'k' | 'unit' | 'oneShare' | 'isConsented'>
  readonly disclosed: readonly Disclosed[]
  /** Those of the bulle. */
  readonly tables?: readonly BulleTable[]
  readonly language: Language
  readonly cutAt?: number | undefined
}

/** The report that goes with every answer: fixed by the text but for what was withheld. */
export function disclosureOf(
  plan: Plan,
  { suppressed, rows }: Visible,
  { thresholds, disclosed, tables = [], language, cutAt }: Report,
): Disclosure {
  const { groups, rules } = withheldOf(plan, disclosed, tables)
  return {
    mode: 'guarded',
    unit: thresholds.unit ?? 'person',
    k: thresholds.k,
    cellsWithheld: suppressed.length,
    groupsWithheld: rows.rows.length === 0 || groups,
    ...(cutAt !== undefined && { rowsCutAt: cutAt }),
    rules,
    guarantee: say(language, guaranteeOf(thresholds)),
    not_covered: notCovered,
  }
}

function guaranteeOf({ k, unit, oneShare = 1, isConsented }: Report['thresholds']): Sentence {
  if (isConsented) return { key: 'query.guarantee.consented' }
  if (unit === undefined) return { key: 'query.guarantee', with: { k } }
  return { key: 'query.guarantee.establishment', with: { k, share: Math.round(100 * oneShare) } }
}

/** Watt-hours for one row read, as a power of ten: some 10 W of a core that reads some 10^7 rows a second. */
const wattHoursPerRow = -10

/** A static estimate in powers of ten, from the text and the sizes of the catalogue. */
export function costOf(
  plan: { readonly reads: readonly Pick<Read, 'dataset' | 'table'>[] },
  bulle: Bulle,
): Answer['cost'] {
  const magnitudes = plan.reads.map(({ dataset, table }) => {
    const found = bulle.tables.find((one) => one.dataset === dataset && one.name === table)
    return found?.magnitude ?? 0
  })
  if (magnitudes.length === 0) return { rows: 0, wattHours: 0 }
  const power = Math.max(...magnitudes)
  return { rows: 10 ** power, wattHours: Number(`1e${power + wattHoursPerRow}`) }
}

/** What the log keeps of a JSON answer: the digest of the canonical text of what is said, and its size. */
export function digestOf(said: Pick<Answer, 'columns' | 'rows' | 'suppressed' | 'disclosure'>): {
  sha256: string
  bytes: number
} {
  const { columns, rows, suppressed, disclosure } = said
  const text = canonical({ columns, rows, suppressed, disclosure })
  return { sha256: sha256(text), bytes: Buffer.byteLength(text) }
}
