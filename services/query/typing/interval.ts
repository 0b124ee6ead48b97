/** Intervals and other numbers that are written out in the text. */
import { literalNumber } from '../functions.ts'
import type { Expression } from '../statement/nodes.ts'

/** Units of an interval that is written out, and how many of each make a year at least. */
const unitsOfYear: Readonly<Record<string, number>> = {
  millennium: 0.001,
  century: 0.01,
  decade: 0.1,
  year: 1,
  quarter: 4,
  month: 12,
  week: 52,
  day: 365,
  hour: 8760,
  minute: 525_600,
  second: 31_536_000,
}

/** The value of a DECIMAL literal: the parser writes its digits and its scale apart. */
export function decimalOf(at: Expression): number | undefined {
  if (at.class !== 'CONSTANT' || at.value.type.id !== 'DECIMAL') return undefined
  const info = at.value.type.type_info
  const scale = typeof info === 'object' && info !== null && 'scale' in info ? info.scale : undefined
  const { value } = at.value
  return typeof value === 'number' && typeof scale === 'number' ? value / 10 ** scale : undefined
}

/** How many years an interval lasts at most that is written out; undefined for any other expression. `INTERVAL 3 DAY` and `INTERVAL '3' DAY`, which the parser writes as `to_days(…)`, and `INTERVAL '3 days'`. */
export function yearsOf(at: Expression): number | undefined {
  if (at.class === 'FUNCTION' && /^to_[a-z]+$/.test(at.function_name) && at.children.length === 1)
    return inYears(amountOf(at.children[0]), at.function_name.slice(3))
  if (at.class !== 'CAST' || at.cast_type.id !== 'INTERVAL' || at.child.class !== 'CONSTANT') return undefined
  const parts = /^(\d{1,9}) +([a-z]+)$/i.exec(String(at.child.value.value))
  return parts ? inYears(Number(parts[1]), parts[2] ?? '') : undefined
}

function inYears(amount: number | undefined, unit: string): number | undefined {
  const name = unit.toLowerCase()
  const singular = { centuries: 'century', millennia: 'millennium' }[name] ?? name.replace(/s$/, '')
  const perYear = Object.hasOwn(unitsOfYear, singular) ? unitsOfYear[singular] : undefined
  return amount === undefined || perYear === undefined ? undefined : amount / perYear
}

/** The number inside the casts that the parser puts around it. */
function amountOf(at: Expression | undefined): number | undefined {
  if (at?.class === 'CAST') return amountOf(at.child)
  if (at?.class === 'FUNCTION' && at.function_name === 'trunc') return amountOf(at.children[0])
  if (at?.class !== 'CONSTANT') return undefined
  const { value } = at.value
  if (typeof value === 'string') return /^\d{1,9}$/.test(value) ? Number(value) : undefined
  return literalNumber(at) ?? decimalOf(at)
}
