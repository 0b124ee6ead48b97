/** ISO text of DuckDB's dates and timestamps → numbers since 1970. */

const pattern = /^(\d{1,6})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?)?Z?( \(BC\))?$/

const DAY_MS = 86_400_000

/** Microseconds since 1970-01-01; what is finer is cut. Throws a RangeError on anything else. */
export function microsOf(text: string): bigint {
  const match = pattern.exec(text)
  if (match === null) throw new RangeError('not an instant')
  const [, year = '', month, day, hour = '0', minute = '0', second = '0', fraction = '', bc] = match
  const date = new Date(0)
  date.setUTCFullYear(bc === undefined ? Number(year) : 1 - Number(year), Number(month) - 1, Number(day))
  date.setUTCHours(Number(hour), Number(minute), Number(second))
  if (Number.isNaN(date.getTime())) throw new RangeError('not an instant')
  return BigInt(date.getTime()) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6))
}

/** Days since 1970-01-01. */
export function daysOf(text: string): number {
  return Number(microsOf(text) / 1000n) / DAY_MS
}
