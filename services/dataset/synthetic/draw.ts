/**
 * Draws in SQL, the same on every machine: one 64-bit word per row from md5 over seed, table and row, cut into ranges of bits
 * (experience.md 11). Integers only: no float whose last digit a library decides, no `random()`, no `hash()`, which may
 * change with the engine. Pure.
 */

/** The word of a row; `table` keeps the draws of two tables apart. */
export function word(seed: number, table: string, row: string): string {
  return `md5_number_lower(concat_ws('|', ${seed}, '${table}', ${row}))`
}

/** Bits of a word as an integer from 0 to below 2^count. */
export function bits(of: string, from: number, count: number): string {
  return `((${of} >> ${from}) & ${2 ** count - 1})::INTEGER`
}

/** A value, and how often it comes compared with the others. */
export type Choice = readonly [value: string | number | null, weight: number]

/**
 * One of the choices by an integer column from 0 to below `size`, as a tree of comparisons: a list of thousands of slots would
 * be copied for every row.
 */
export function pick(column: string, size: number, choices: readonly Choice[]): string {
  const sum = choices.reduce((total, [, weight]) => total + weight, 0)
  let below = 0
  const limits = choices.map(([, weight]) => {
    below += weight
    return Math.round((below * size) / sum)
  })
  const tree = (first: number, last: number): string => {
    if (first === last) return literal(choices[first]?.[0] ?? null)
    const middle = (first + last) >> 1
    return `CASE WHEN ${column} < ${limits[middle]} THEN ${tree(first, middle)} ELSE ${tree(middle + 1, last)} END`
  }
  return tree(0, choices.length - 1)
}

/** The value of a short list at an index column that counts from 0. */
export function at(index: string, values: readonly (string | number | null)[]): string {
  return `list_extract([${values.map(literal).join(', ')}], 1 + ${index})`
}

/**
 * A base times a log-normal factor: the bits set among 16 are near a normal law of mean 8 and deviation 2, whose factors are a
 * list of 17 whole thousandths.
 */
export function spread(base: string, draw: string, sigma: number): string {
  const factors = Array.from({ length: 17 }, (_, set) => Math.round(1000 * Math.exp((sigma * (set - 8)) / 2)))
  return `((${base})::BIGINT * ${at(`bit_count(${draw})`, factors)} // 1000)`
}

function literal(value: string | number | null): string {
  if (value === null) return 'NULL'
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`
}

/** Columns over columns: each layer sees those below it, and only what is read in the end is computed. */
export function layered(from: string, ...layers: readonly Readonly<Record<string, string>>[]): string {
  return layers.reduce((inner, layer) => {
    const columns = Object.entries(layer).map(([name, expression]) => `${expression} AS ${name}`)
    return `SELECT *, ${columns.join(', ')} FROM (${inner})`
  }, from)
}

/** Rows numbered `i` from 0. */
export function numbered(rows: number): string {
  return `SELECT i FROM range(${rows}) r(i)`
}
