/** SQL's logic of three values, for the oracle. */
import type { Cell } from './cohort.ts'

export function known(value: Cell, test: (value: string | number) => boolean): boolean | null {
  return value === null ? null : test(value)
}

export function and(a: boolean | null, b: boolean | null): boolean | null {
  if (a === false || b === false) return false
  return a === null || b === null ? null : true
}

export function or(a: boolean | null, b: boolean | null): boolean | null {
  if (a === true || b === true) return true
  return a === null || b === null ? null : false
}
