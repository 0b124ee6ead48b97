/** Numbers and dates as a reader of the language of the page expects them. Legal days are those of Europe/Paris. */
import { language } from './text.ts'

const zone = 'Europe/Paris'

/** Made once by language: to make one costs far more than to use it, and a table that scrolls writes hundreds of cells a frame. */
function kept<F>(make: (locale: string) => F): () => F {
  const made = new Map<string, F>()
  return () => {
    const locale = language()
    const known = made.get(locale) ?? make(locale)
    made.set(locale, known)
    return known
  }
}

const datesIn = (options: Intl.DateTimeFormatOptions) =>
  kept((locale) => new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }))

const plain = kept((locale) => new Intl.NumberFormat(locale))
const days = datesIn({ dateStyle: 'medium' })
const moments = datesIn({ dateStyle: 'medium', timeStyle: 'short' })
const times = datesIn({ timeStyle: 'short' })

/** Thousands apart, decimal comma in French. */
export function numberOf(value: number, digits?: number): string {
  if (digits === undefined) return plain().format(value)
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return new Intl.NumberFormat(language(), options).format(value)
}

/** `21 nov. 2026`. */
export function dayOf(instant: string | number): string {
  return days().format(new Date(instant))
}

/** `21 nov. 2026, 14:02`. */
export function momentOf(instant: string | number): string {
  return moments().format(new Date(instant))
}

/** `14:02`. */
export function timeOf(instant: string | number): string {
  return times().format(new Date(instant))
}

const steps = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** `il y a 3 jours`, `dans 2 heures`. */
export function sinceOf(instant: string | number, now = Date.now()): string {
  const seconds = (new Date(instant).getTime() - now) / 1000
  const [unit, size] = steps.find(([, step]) => Math.abs(seconds) >= step) ?? (['minute', 60] as const)
  return new Intl.RelativeTimeFormat(language(), { numeric: 'auto' }).format(Math.round(seconds / size), unit)
}

/** Whole days from now to an instant, never below zero. */
export function daysUntil(instant: string | number, now = Date.now()): number {
  return Math.max(0, Math.ceil((new Date(instant).getTime() - now) / 86_400_000))
}

/** `1,4 Mo`, `1.4 MB`. */
export function bytesOf(bytes: number): string {
  const units = language() === 'fr' ? ['o', 'ko', 'Mo', 'Go', 'To'] : ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3))
  return `${numberOf(Math.round((bytes / 1000 ** power) * 10) / 10)}\u00a0${units[power]}`
}
