/** How long a series of numbers or moments is: what bounds it stands in the text, or it is bounded on every row. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import { clockOf, literalNumber } from '../functions.ts'
import type { Call, Expression } from '../statement/nodes.ts'
import { yearsOf } from './interval.ts'
import type { Bound, Kind } from './relation.ts'

/** Members of a series, or rows of a list of values in FROM. */
export const maxSeries = 10_000

const dayInMs = 86_400_000
/** Shorter than any year: a step lasts no longer than it says, so that a length is never taken for less. */
const daysOfYear = 365

export function isSeries(name: string): boolean {
  return name === 'range' || name === 'generate_series'
}

/** How many members a series has at most; undefined when the text does not say. */
export function seriesLength(bounds: readonly Expression[], today: string): number | undefined {
  return lengthOfNumbers(bounds) ?? lengthOfMoments(bounds, today)
}

function lengthOfNumbers(bounds: readonly Expression[]): number | undefined {
  const numbers = bounds.map(literalNumber)
  const [first, second, third] = numbers
  if (first === undefined || numbers.includes(undefined)) return undefined
  if (second === undefined) return Math.max(first, 0)
  return third === 0 ? undefined : Math.max(Math.ceil((second - first) / (third ?? 1)) + 1, 0)
}

function lengthOfMoments([from, to, step]: readonly Expression[], today: string): number | undefined {
  if (!from || !to || !step) return undefined
  const [start, stop, days] = [momentOf(from, today), momentOf(to, today), daysOf(step)]
  if (start === undefined || stop === undefined || days === undefined || days <= 0) return undefined
  return Math.max(Math.ceil((stop - start) / days) + 1, 0)
}

function daysOf(step: Expression): number | undefined {
  const years = yearsOf(step)
  // Months are shorter than a twelfth of a year: February has 28 days of its 30.4.
  return years === undefined ? undefined : years * daysOfYear * 0.92
}

/** A day that is written out, or the day of the request, with intervals added or taken away; in days. */
function momentOf(at: Expression, today: string): number | undefined {
  if (at.class === 'CAST') return dayOf(at.child.class === 'CONSTANT' ? at.child.value.value : undefined)
  if (isClock(at)) return dayOf(today)
  return at.class === 'FUNCTION' ? momentMoved(at, today) : undefined
}

function isClock(at: Expression): boolean {
  if (at.class === 'FUNCTION') return clockOf(at.function_name.toLowerCase()) !== null
  return at.class === 'COLUMN_REF' && clockOf(at.column_names.join('.').toLowerCase()) !== null
}

function momentMoved(
  { function_name: name, children: [left, right] }: Call,
  today: string,
): number | undefined {
  if (!left || !right || (name !== '+' && name !== '-')) return undefined
  const [start, years] = [momentOf(left, today), yearsOf(right)]
  const distance = years === undefined ? literalNumber(right) : years * 366
  if (start === undefined || distance === undefined) return undefined
  return name === '+' ? start + distance : start - distance
}

function dayOf(text: unknown): number | undefined {
  const [, day, time = '00:00'] =
    /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?$/.exec(String(text)) ?? []
  const instant = day === undefined ? Number.NaN : Date.parse(`${day}T${time}Z`)
  return Number.isNaN(instant) ? undefined : instant / dayInMs
}

/**
 * The operands of a series that begins or ends with what a row says: no member where there would be more than `maxSeries`. Null
 * when the step is not written out, or nothing is known of the bounds.
 */
export function boundedOperands({ children }: Call, parts: readonly Bound[]): readonly Tree[] | null {
  const [start, stop, step] = parts
  if (!start || !stop) return null
  const far = endAt(start, { at: children[2], tree: step?.tree })
  if (far === null || start.kind === undefined || !isAlike(start.kind, stop.kind)) return null
  const isNear = sql.comparison('COMPARE_LESSTHANOREQUALTO', stop.tree, far)
  return [start.tree, sql.when(isNear, stop.tree), ...(step ? [step.tree] : [])]
}

function isAlike(start: Kind, stop: Kind | undefined): boolean {
  const isMoment = (kind: Kind | undefined) => kind === 'date' || kind === 'timestamp'
  return start === stop || (isMoment(start) && isMoment(stop))
}

/** The furthest end that a series may have from here. */
function endAt(start: Bound, step: { at: Expression | undefined; tree: Tree | undefined }): Tree | null {
  const plus = (tree: Tree) => sql.tryOf(sql.call('+', [start.tree, tree], { isOperator: true }))
  if (start.kind === 'number') {
    const by = step.at === undefined ? 1 : literalNumber(step.at)
    return by !== undefined && Number.isInteger(by) && by >= 1
      ? plus(sql.integer(by * (maxSeries - 1)))
      : null
  }
  const isLong = step.at !== undefined && (yearsOf(step.at) ?? 0) > 0
  if (!isLong || !step.tree) return null
  return plus(sql.call('*', [step.tree, sql.integer(maxSeries - 1)], { isOperator: true }))
}
