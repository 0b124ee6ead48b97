/** How many rows `range`, `generate_series` and `unnest` make, when the text says it. */
import { literalNumber } from '../functions.ts'
import type { Expression } from '../statement/nodes.ts'
import { yearsOf } from './frame.ts'
import { isMomentText } from './harden.ts'

const daysPerYear = 365
const millisecondsPerDay = 86_400_000

/** Upper bound of the rows between literals: numbers, or days and times with an interval as step; undefined for anything else. */
export function seriesLength(bounds: readonly Expression[]): number | undefined {
  const [first, second, third] = bounds
  const [from, to] = [first, second].map((bound) => bound && momentOf(bound))
  if (from !== undefined || to !== undefined) return third && stepsBetween(from, to, third)
  const numbers = bounds.map(literalNumber)
  const [start, stop, step = 1] = numbers
  if (start === undefined || numbers.includes(undefined)) return undefined
  return stop === undefined ? Math.max(start, 0) : steps(stop - start, step)
}

function stepsBetween(from: number | undefined, to: number | undefined, step: Expression) {
  const years = yearsOf(step)
  if (from === undefined || to === undefined || years === undefined) return undefined
  return steps(to - from, years * daysPerYear)
}

function steps(distance: number, step: number): number | undefined {
  return step === 0 ? undefined : Math.max(Math.ceil(distance / step) + 1, 0)
}

/** The instant that a literal of type DATE or TIMESTAMP is, in days from 1970; undefined for anything else. */
export function momentOf(bound: Expression): number | undefined {
  if (bound.class !== 'CAST' || bound.child.class !== 'CONSTANT') return undefined
  const { value } = bound.child.value
  const isMoment = bound.cast_type.id === 'DATE' || bound.cast_type.id === 'TIMESTAMP'
  if (!isMoment || typeof value !== 'string' || !isMomentText(value)) return undefined
  const instant = value.length > 10 ? `${value.replace(' ', 'T')}Z` : value
  return Date.parse(instant) / millisecondsPerDay
}

/** Elements of a list that is written out. */
export function listLength([list]: readonly Expression[]): number | undefined {
  const isList = list?.class === 'FUNCTION' && list.function_name === 'list_value'
  return isList ? list.children.length : undefined
}
