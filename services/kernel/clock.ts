/** Time comes from outside: no room below main.ts asks the machine. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number
  /** Milliseconds since some moment, never set back or forward; a clock of a test may do without. */
  elapsed?(): number
}

export const systemClock: Clock = { now: () => Date.now(), elapsed: () => performance.now() }

const parisParts = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/Paris',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

function parisWallClock(instantMs: number): number {
  const part = Object.fromEntries(
    parisParts.formatToParts(instantMs).map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** An instant in ms as ISO 8601 in UTC, as every answer writes it. */
export function isoInstant(instantMs: number): string {
  return new Date(instantMs).toISOString()
}

/** The calendar day of an instant in Europe/Paris, as YYYY-MM-DD. A legal day is this one, not UTC's. */
export function parisDay(instantMs: number): string {
  return new Date(parisWallClock(instantMs)).toISOString().slice(0, 10)
}

/** An instant as a clock on a wall in Paris shows it, YYYY-MM-DD hh:mm:ss. */
export function parisTime(instantMs: number): string {
  return new Date(parisWallClock(instantMs)).toISOString().slice(0, 19).replace('T', ' ')
}

/** The instant, in ms, at which a calendar day (YYYY-MM-DD) begins in Europe/Paris; right on both days of clock change. */
export function startOfParisDay(day: string): number {
  const midnightUtc = Date.parse(`${day}T00:00:00Z`)
  const offsetAt = (instantMs: number) => parisWallClock(instantMs) - Math.floor(instantMs / 1000) * 1000
  const guess = midnightUtc - offsetAt(midnightUtc)
  return midnightUtc - offsetAt(guess)
}

/** The calendar day that follows `day` by `count` days; both YYYY-MM-DD. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10)
}

/** The same day of a later month, or the last day of that month; both YYYY-MM-DD. */
export function addMonths(day: string, count: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const last = new Date(Date.UTC(year, month + count, 0)).getUTCDate()
  return new Date(Date.UTC(year, month - 1 + count, Math.min(date, last))).toISOString().slice(0, 10)
}
