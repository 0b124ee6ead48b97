/** What FROM of a random statement may be. */
import type { Predicate } from './generator.ts'
import { makePredicate } from './generator-predicate.ts'
import { type Alias, tableOf } from './generator-tables.ts'
import type { Dice } from './seed.ts'

export interface Source {
  readonly sql: string
  /** Aliases of personal tables that may be named, and whether the public one may. */
  readonly aliases: readonly Alias[]
  /** How the rows of FROM come about. */
  readonly kind: 'single' | 'join' | 'left' | 'full' | 'frame'
  readonly tables: readonly Alias[]
  /** Condition that decides, beside the person or the region, which rows meet. */
  readonly on?: Predicate
  /** Columns that are compared, of the first and the second table, where it is not the person or the region. */
  readonly by?: readonly [string, string]
}

/** Queries beside each person: their own rows, the first of them, what they come to, those that a column of the person chooses. */
function lateral(dice: Dice): Source {
  const beside = (kind: 'join' | 'left', alias: Alias, query: string): Source => ({
    sql:
      kind === 'left'
        ? `persons p LEFT JOIN LATERAL (${query}) ${alias} ON true`
        : `persons p, LATERAL (${query}) ${alias}`,
    aliases: ['p', alias],
    kind,
    tables: ['p', alias],
  })
  const own = 'FROM stays x WHERE x.pid = p.pid'
  const kind = dice.pick(['join', 'left'] as const)
  const isDear: Predicate = {
    sql: 'x.cost > p.born - 1900',
    of: ({ p, s }) => (s?.cost == null || p?.born == null ? null : Number(s.cost) > Number(p.born) - 1900),
  }
  return dice.pick([
    beside(kind, 's', `SELECT * ${own}`),
    { ...beside(kind, 's', `SELECT * ${own} AND ${isDear.sql}`), on: isDear },
    beside(kind, 'f', `SELECT pid, ward, cost, day ${own} ORDER BY day, sid LIMIT 1`),
    beside(
      kind,
      't',
      `SELECT x.pid, count(*) AS n, sum(cost) AS total, min(ward) AS ward ${own} GROUP BY x.pid`,
    ),
  ])
}

/** Some rows of FROM. */
export function makeSource(dice: Dice): Source {
  const single = (alias: Alias): Source => ({
    sql: `${tableOf[alias]} ${alias}`,
    aliases: [alias],
    kind: 'single',
    tables: [alias],
  })
  const joined = (tables: readonly [Alias, Alias]): Source => {
    const [a, b] = tables
    const name = (alias: Alias) => `${tableOf[alias]} ${alias}`
    return { sql: `${name(a)} JOIN ${name(b)} ON ${a}.pid = ${b}.pid`, aliases: tables, kind: 'join', tables }
  }
  const left = (b: Alias): Source => ({
    sql: `persons p LEFT JOIN ${tableOf[b]} ${b} ON p.pid = ${b}.pid`,
    aliases: ['p', b],
    kind: 'left',
    tables: ['p', b],
  })
  const withRegions: Source = {
    sql: 'persons p JOIN regions r ON r.region = p.region',
    aliases: ['p', 'r'],
    kind: 'join',
    tables: ['p', 'r'],
  }
  const frame = (): Source => {
    const on = makePredicate(dice, ['p'], 1)
    const sql = `regions r LEFT JOIN persons p ON p.region = r.region AND ${on.sql}`
    return { sql, aliases: ['p'], kind: 'frame', tables: ['r', 'p'], on }
  }
  const full = (): Source => ({
    sql: 'events e FULL JOIN stays s ON e.pid = s.pid',
    aliases: ['e', 's'],
    kind: 'full',
    tables: ['e', 's'],
  })
  const makers = [
    () => single(dice.pick(['p', 's', 'e', 'f', 't', 'c'])),
    () =>
      joined(
        dice.pick([
          ['s', 'p'],
          ['e', 'p'],
          ['s', 'e'],
          ['f', 'p'],
          ['t', 'p'],
          ['f', 't'],
        ] as const),
      ),
    () => left(dice.pick(['s', 'e', 'f', 't'])),
    () => withRegions,
    frame,
    () => lateral(dice),
    full,
  ]
  return dice.pick(makers)()
}
