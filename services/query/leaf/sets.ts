/** GROUPING SETS, ROLLUP and CUBE across persons: every row once per set, with the number of the set as a last key. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'

/** The keys of each grouping set, by position. */
export type GroupingSets = readonly (readonly number[])[]

export interface Repeated {
  readonly rows: Tree
  readonly keys: readonly string[]
}

interface Rows {
  readonly rows: Tree
  readonly keys: readonly string[]
  /** Columns that pass through. */
  readonly others: readonly string[]
}

/**
 * The rows once per set, with NULL for the keys that the set leaves out. The product is with constants, so a row still belongs
 * to its person alone, and all that is proved and tested of one grouping holds for several.
 */
export function repeated({ rows, keys, others }: Rows, sets: GroupingSets): Repeated {
  const [row, set] = ['r', 's']
  const numbers = sql.select({
    list: [sql.star],
    from: sql.values(sets.map((_, index) => [sql.integer(index)])),
  })
  const number = sql.column(set, 'n')
  const isIn = (key: number) =>
    sql.or(sets.flatMap((one, index) => (one.includes(key) ? [sql.equal(number, sql.integer(index))] : [])))
  const shown = keys.map((name, key) => {
    const condition = isIn(key)
    return sql.named(condition ? sql.when(condition, sql.column(row, name)) : sql.nothing, name)
  })
  const last = `g${keys.length}`
  const list = [...shown, sql.named(number, last), ...others.map((name) => sql.column(row, name))]
  const from = sql.beside(sql.derived(rows, row), [{ tree: sql.derived(numbers, set, ['n']) }])
  return { rows: sql.select({ list, from }), keys: [...keys, last] }
}

/** GROUPING(a, b, …): one bit per argument, the last is the lowest, 1 where the set leaves the key out. */
export function groupingOf(set: Tree, keys: readonly number[], sets: GroupingSets): Tree {
  const masks = sets.map((one) => keys.reduce((mask, key) => mask * 2 + (one.includes(key) ? 0 : 1), 0))
  return masks.reduceRight<Tree>(
    (otherwise, mask, index) => sql.when(sql.equal(set, sql.integer(index)), bits(mask), otherwise),
    bits(0),
  )
}

function bits(mask: number): Tree {
  return sql.cast(sql.integer(mask), 'BIGINT')
}
