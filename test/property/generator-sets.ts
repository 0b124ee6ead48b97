/** GROUPING SETS and its kin, for the generator. */
import type { Dice } from './seed.ts'

interface Sets {
  readonly sql: string
  readonly sets: readonly (readonly number[])[]
}

/** Several grouping sets, written in one of the ways there are; none for repeated keys. */
export function makeSets(dice: Dice, names: readonly string[]): Sets | undefined {
  const [first = '', second] = names
  if (names.length === 0 || second === first || !dice.chance(0.4)) return undefined
  if (second === undefined) return { sql: `ROLLUP (${first})`, sets: [[0], []] }
  return dice.pick([
    { sql: `ROLLUP (${names.join(', ')})`, sets: [[0, 1], [0], []] },
    { sql: `CUBE (${names.join(', ')})`, sets: [[0, 1], [0], [1], []] },
    { sql: `${second}, ROLLUP (${first})`, sets: [[1, 0], [1]] },
    { sql: `GROUPING SETS ((${first}), (${second}))`, sets: [[0], [1]] },
  ])
}
