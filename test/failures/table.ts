/** What happens when a dependency fails (security.md 13): the one place that says it, for the tests and for the page of the operators. */
import type { Cell, Condition, Dependency } from './cell.ts'
import { clear } from './clear-area.ts'
import { parts } from './parts.ts'
import { services } from './services.ts'

export const table = { ...services, ...parts, clear } satisfies Readonly<Record<string, Dependency>>

export function cellOf(dependency: keyof typeof table, condition: Condition): Cell {
  return table[dependency].cells[condition]
}
