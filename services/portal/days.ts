/** Calendar days as YYYY-MM-DD; today is that of Europe/Paris. */

const paris = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Paris' })

export function today(now = Date.now()): string {
  return paris.format(now)
}

/** The day that follows by `count` days. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10)
}

/** 0 for Monday. */
export function weekday(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
}

/** Every day from one to another, both included. */
export function daysBetween(from: string, to: string): readonly string[] {
  const count = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)
  return Array.from({ length: Math.max(0, count + 1) }, (_, i) => addDays(from, i))
}

/** The last `count` months, the newest first, as YYYY-MM. */
export function lastMonths(count: number, last = today().slice(0, 7)): readonly string[] {
  const [year = 0, month = 1] = last.split('-').map(Number)
  return Array.from({ length: count }, (_, i) => {
    const at = year * 12 + month - 1 - i
    return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`
  })
}
