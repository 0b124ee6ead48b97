/** Text that a house can keep, and say again. */
import { Refusal } from '../kernel/refusal.ts'
import { type Language, say } from '../kernel/text.ts'

/** Whole characters, and no NUL, which no text of PostgreSQL holds: one such name in an entry would stop the index of the log. */
export function isKeepable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000')
}

/** INVALID with the path of the first text that cannot be kept. A statement is left to its parser, which names the place. */
export function insistKeepable(value: unknown, language: Language): void {
  const path = faultIn(value, [])
  if (path === undefined) return
  throw new Refusal('INVALID', { missing: [{ path, message: say(language, { key: 'gateway.text' }) }] })
}

function faultIn(value: unknown, path: readonly string[]): string | undefined {
  if (typeof value === 'string') return isKeepable(value) ? undefined : path.join('.')
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, one] of Object.entries(value)) {
    const fault = isKeepable(name) ? faultIn(one, [...path, name]) : path.join('.')
    if (fault !== undefined && fault !== 'sql') return fault
  }
  return undefined
}
