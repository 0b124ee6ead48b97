/** The relations that random statements read, and their columns. */
import type { Cell } from './cohort.ts'
import type { Env, Expression } from './generator.ts'

/**
 * persons, stays, events, regions, the first stay of each person, what the stays of each person come to, stays with their place in
 * the costs of their ward, what was released before.
 */
export type Alias = 'p' | 's' | 'e' | 'r' | 'f' | 't' | 'c' | 'w'

export const tableOf: Readonly<Record<Alias, string>> = {
  p: 'persons',
  s: 'stays',
  e: 'events',
  r: 'regions',
  f: '(SELECT pid, ward, cost, day FROM stays QUALIFY row_number() OVER (PARTITION BY pid ORDER BY day, sid) = 1)',
  c: '(SELECT pid, ward, cost, cume_dist() OVER (PARTITION BY ward ORDER BY cost) AS share FROM stays)',
  w: '',
  t: '(SELECT pid, count(*) AS n, sum(cost) AS total, min(ward) AS ward FROM stays GROUP BY pid)',
}

export const cell = (env: Env, alias: string, name: string): Cell => env[alias]?.[name] ?? null
export const column = (alias: string, name: string): Expression => ({
  sql: `${alias}.${name}`,
  of: (env) => cell(env, alias, name),
})

/** Columns with values to compare them with. */
export const texts: Readonly<Record<Alias, readonly (readonly [string, readonly string[]])[]>> = {
  p: [
    ['sex', ['F', 'M']],
    ['region', ['r0', 'r1', 'r2', 'r9']],
  ],
  s: [['ward', ['icu', 'er', 'burn', 'psy']]],
  e: [['code', ['c0', 'c1', 'c2', 'c15']]],
  f: [['ward', ['icu', 'er', 'burn']]],
  t: [['ward', ['burn', 'er', 'icu']]],
  c: [['ward', ['icu', 'er', 'psy']]],
  w: [['g', ['icu', 'er', 'psy']]],
  r: [
    ['zone', ['z0', 'z1']],
    ['label', ['Region 0', 'Region 3']],
  ],
}

export const numbers: Readonly<Record<Alias, readonly (readonly [string, readonly number[]])[]>> = {
  p: [
    ['born', [1931, 1940, 1955, 1970, 2000]],
    ['score', [0, 5, 20, 9000]],
  ],
  s: [
    ['cost', [0, 10, 100, 400, 40_000]],
    ['day', [0, 5, 100, 395]],
    ['hours', [0, 1, 20]],
  ],
  e: [['value', [0, 1, 4]]],
  f: [
    ['cost', [0, 100, 400]],
    ['day', [5, 20, 200]],
  ],
  t: [
    ['n', [1, 2, 6]],
    ['total', [0, 500, 1500, 50_000]],
  ],
  c: [
    ['cost', [0, 100, 400]],
    ['share', [0.1, 0.5, 0.9]],
  ],
  w: [['v', [0, 40, 90, 150, 300]]],
  r: [],
}
