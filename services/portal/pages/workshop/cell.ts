/** Values of an answer as people read them, and what their types are good for. Pure but for the language of the page. */
import { dayOf, numberOf } from '../../format.ts'

export type Kind = 'number' | 'day' | 'moment' | 'text'

/** Of a DuckDB type. */
export function kindOf(type: string): Kind {
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|UINTEGER|DOUBLE|FLOAT|REAL|DECIMAL.*)$/.test(type))
    return 'number'
  if (type === 'DATE') return 'day'
  return /^TIMESTAMP/.test(type) ? 'moment' : 'text'
}

/** As a number, where it is one: large integers travel as text. */
export function numberIn(value: unknown): number | null {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : null
}

const unsafe = /^-?\d{16,}$/

export function shown(value: unknown, kind: Kind): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'object') return JSON.stringify(value)
  if (kind === 'number' && !unsafe.test(String(value))) {
    const number = numberIn(value)
    return number === null ? String(value) : numberOf(number)
  }
  // A month or a year is a moment at midnight: its hour says nothing.
  if (kind !== 'text' && /^\d{4}-\d\d-\d\d(T00:00:00(\.0+)?)?$/.test(String(value)))
    return dayOf(`${String(value).slice(0, 10)}T12:00:00Z`)
  return kind === 'moment' ? String(value).replace('T', ' ') : String(value)
}
