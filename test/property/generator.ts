/**
 * Random statements together with what they mean, written twice: as SQL for the system, as functions on rows for the oracle.
 * The oracle never reads the SQL and the system never sees the functions.
 */
import type { Cell, Cohort, Row } from './cohort.ts'
import { makeSets } from './generator-sets.ts'
import { makeSource, type Source, tableOf } from './generator-source.ts'
import { makeStatistic, type Statistic } from './generator-statistic.ts'
import type { Dice } from './seed.ts'
import { and, known, or } from './three-valued.ts'

/** The rows that make one row of FROM, by alias; null on the unmatched side of an outer join. */
export type Env = Readonly<Record<string, Row | null>>

export interface Expression {
  readonly sql: string
  readonly of: (env: Env) => Cell
}

/** A predicate is unknown (null) where SQL says NULL. */
export interface Predicate {
  readonly sql: string
  readonly of: (env: Env) => boolean | null
}

type Kind = 'rows' | 'persons' | 'keys' | 'values' | 'sum' | 'avg' | StatisticKind
type StatisticKind = 'min' | 'max' | 'quantile' | 'mode' | 'any' | 'all' | 'spread' | 'relation'

export interface GeneratedMeasure {
  readonly sql: string
  readonly kind: Kind
  /** Rows that the measure takes. */
  readonly takes: (env: Env) => boolean
  /** What a row adds to a sum, or the value that is counted once. */
  readonly value: (env: Env) => Cell
  /** The explained number of a relation. */
  readonly other?: (env: Env) => Cell
  readonly q?: number
  readonly statistic?: Statistic
}

/** persons, stays, events, regions, the first stay of each person, what the stays of each person come to. */
export type Alias = 'p' | 's' | 'e' | 'r' | 'f' | 't'

export interface Generated {
  readonly sql: string
  readonly source: Source
  readonly where: Predicate | null
  readonly keys: readonly Expression[]
  /** Of GROUPING SETS and its kin: the keys of each set; the list then has GROUPING() of all keys after the keys. */
  readonly sets?: readonly (readonly number[])[]
  readonly measures: readonly GeneratedMeasure[]
}

const cell = (env: Env, alias: string, name: string): Cell => env[alias]?.[name] ?? null
const column = (alias: string, name: string): Expression => ({
  sql: `${alias}.${name}`,
  of: (env) => cell(env, alias, name),
})

const texts: Readonly<Record<Alias, readonly (readonly [string, readonly string[]])[]>> = {
  p: [
    ['sex', ['F', 'M']],
    ['region', ['r0', 'r1', 'r2', 'r9']],
  ],
  s: [['ward', ['icu', 'er', 'burn', 'psy']]],
  e: [['code', ['c0', 'c1', 'c2', 'c15']]],
  f: [['ward', ['icu', 'er', 'burn']]],
  t: [['ward', ['burn', 'er', 'icu']]],
  r: [
    ['zone', ['z0', 'z1']],
    ['label', ['Region 0', 'Region 3']],
  ],
}

const numbers: Readonly<Record<Alias, readonly (readonly [string, readonly number[]])[]>> = {
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
  r: [],
}

/** One random statement. */
export function generate(dice: Dice, cohort: Cohort): Generated {
  const source = makeSource(dice, (aliases) => makePredicate(dice, aliases, 1))
  const where = makeWhere(dice, source, cohort)
  const size = dice.pick([0, 1, 1, 1, 2])
  const keys =
    source.kind === 'frame'
      ? [frameKey(dice)]
      : Array.from({ length: size }, () => makeKey(dice, source.aliases))
  const measures = Array.from({ length: 1 + dice.below(3) }, () => makeMeasure(dice, source.aliases))
  const isFrame = source.kind === 'frame'
  const several = makeSets(
    dice,
    keys.map((key) => key.sql),
  )
  const list = [
    ...keys.map(({ sql }, i) => `${sql} AS a${i}`),
    ...(several ? [`grouping(${keys.map(({ sql }) => sql).join(', ')}) AS level`] : []),
    ...measures.map(({ sql }, i) => `${sql} AS b${i}`),
  ]
  const condition = where && !isFrame ? ` WHERE ${where.sql}` : ''
  const plain = dice.chance(0.3) ? 'ALL' : keys.map((_, i) => i + 1).join(', ')
  const groups = keys.length > 0 ? ` GROUP BY ${several?.sql ?? plain}` : ''
  const sql = `SELECT ${list.join(', ')} FROM ${source.sql}${condition}${groups}`
  return {
    sql,
    source,
    where: isFrame ? null : where,
    keys,
    measures,
    ...(several ? { sets: several.sets } : {}),
  }
}

function makeWhere(dice: Dice, source: Source, cohort: Cohort): Predicate | null {
  const plain = dice.chance(0.6) ? makePredicate(dice, source.aliases, 2) : null
  if (source.kind === 'frame' || !dice.chance(0.25)) return plain
  const alias = dice.pick(source.aliases.filter((one) => one !== 'r'))
  const semi = dice.chance(0.4) ? countTest(dice, alias, cohort) : semiJoin(dice, alias, cohort)
  if (!plain) return semi
  return { sql: `${plain.sql} AND ${semi.sql}`, of: (env) => and(plain.of(env), semi.of(env)) }
}

/** How many rows of their own the person has, compared with a number. */
function countTest(dice: Dice, alias: Alias, cohort: Cohort): Predicate {
  const other = dice.pick(['s', 'e'] as const)
  const rows = { s: cohort.stays, e: cohort.events }[other]
  const test = makePredicate(dice, [other], 1)
  const least = dice.pick([0, 1, 2, 5])
  const counts = new Map<Cell, number>()
  for (const row of rows)
    if (test.of({ [other]: row }) === true)
      counts.set(row.pid ?? null, (counts.get(row.pid ?? null) ?? 0) + 1)
  const inner = test.sql.replaceAll(`${other}.`, 'x.')
  return {
    sql: `(SELECT count(*) FROM ${tableOf[other]} x WHERE x.pid = ${alias}.pid AND ${inner}) <= ${least}`,
    of: (env) => (counts.get(cell(env, alias, 'pid')) ?? 0) <= least,
  }
}

/** Whether the person has, or has not, some other row of their own. */
function semiJoin(dice: Dice, alias: Alias, cohort: Cohort): Predicate {
  const other = dice.pick(['p', 's', 'e'] as const)
  const test = makePredicate(dice, [other], 1)
  const inner = { sql: test.sql.replaceAll(`${other}.`, 'x.') }
  const rows = { p: cohort.persons, s: cohort.stays, e: cohort.events }[other]
  const having = new Set(rows.filter((row) => test.of({ [other]: row }) === true).map(({ pid }) => pid))
  const isIn = (env: Env) => having.has(cell(env, alias, 'pid'))
  const from = `FROM ${tableOf[other]} x WHERE`
  return dice.pick([
    { sql: `EXISTS (SELECT 1 ${from} x.pid = ${alias}.pid AND ${inner.sql})`, of: isIn },
    { sql: `NOT EXISTS (SELECT 1 ${from} x.pid = ${alias}.pid AND ${inner.sql})`, of: (env) => !isIn(env) },
    {
      sql: `${alias}.pid IN (SELECT x.pid ${from} ${inner.sql})`,
      of: (env) => (cell(env, alias, 'pid') === null ? null : isIn(env)),
    },
  ] satisfies Predicate[])
}

function frameKey(dice: Dice): Expression {
  return column('r', dice.pick(['label', 'zone', 'region']))
}

function makeKey(dice: Dice, aliases: readonly Alias[]): Expression {
  const alias = dice.pick(aliases)
  const [number] = numbers[alias].length > 0 ? [dice.pick(numbers[alias])] : []
  if (number && !['score', 'cost', 'total'].includes(number[0]) && dice.chance(0.4)) {
    const base = column(alias, number[0])
    const by = dice.pick([1, 5, 10, 50])
    return { sql: `${base.sql} // ${by}`, of: (env) => divide(base.of(env), by) }
  }
  if (dice.chance(0.2)) {
    const test = makePredicate(dice, aliases, 1)
    return {
      sql: `CASE WHEN ${test.sql} THEN 'yes' ELSE 'no' END`,
      of: (env) => (test.of(env) === true ? 'yes' : 'no'),
    }
  }
  return column(alias, dice.pick(texts[alias])[0])
}

function divide(value: Cell, by: number): Cell {
  return typeof value === 'number' ? Math.trunc(value / by) : null
}

function makePredicate(dice: Dice, aliases: readonly Alias[], depth: number): Predicate {
  if (depth > 1 && dice.chance(0.4)) {
    const [a, b] = [makePredicate(dice, aliases, depth - 1), makePredicate(dice, aliases, depth - 1)]
    return dice.chance(0.5)
      ? { sql: `(${a.sql} AND ${b.sql})`, of: (env) => and(a.of(env), b.of(env)) }
      : { sql: `(${a.sql} OR ${b.sql})`, of: (env) => or(a.of(env), b.of(env)) }
  }
  const alias = dice.pick(aliases)
  return dice.chance(0.5) && numbers[alias].length > 0 ? numberTest(dice, alias) : textTest(dice, alias)
}

function numberTest(dice: Dice, alias: Alias): Predicate {
  const [name, choices] = dice.pick(numbers[alias])
  const { sql, of } = column(alias, name)
  const bound = dice.pick(choices)
  const operator = dice.pick(['<', '>', '=', '<>', '>='] as const)
  const tests = {
    '<': (a: number) => a < bound,
    '>': (a: number) => a > bound,
    '=': (a: number) => a === bound,
    '<>': (a: number) => a !== bound,
    '>=': (a: number) => a >= bound,
  }
  return {
    sql: `${sql} ${operator} ${bound}`,
    of: (env) => {
      const value = of(env)
      return typeof value === 'number' ? tests[operator](value) : null
    },
  }
}

function textTest(dice: Dice, alias: Alias): Predicate {
  const [name, choices] = dice.pick(texts[alias])
  const { sql, of } = column(alias, name)
  const choice = dice.pick(choices)
  if (dice.chance(0.15)) return { sql: `${sql} IS NULL`, of: (env) => of(env) === null }
  if (dice.chance(0.3)) {
    const others = [choice, dice.pick(choices)]
    return {
      sql: `${sql} IN (${others.map((one) => `'${one}'`).join(', ')})`,
      of: (env) => known(of(env), (value) => others.includes(String(value))),
    }
  }
  return { sql: `${sql} <> '${choice}'`, of: (env) => known(of(env), (value) => value !== choice) }
}

const always = () => true
const nothing = () => null

function makeMeasure(dice: Dice, aliases: readonly Alias[]): GeneratedMeasure {
  const plain = pickMeasure(dice, aliases)
  if (!dice.chance(0.25)) return plain
  const test = makePredicate(dice, aliases, 1)
  return {
    ...plain,
    sql: `${plain.sql} FILTER (WHERE ${test.sql})`,
    takes: (env) => plain.takes(env) && test.of(env) === true,
  }
}

function pickMeasure(dice: Dice, aliases: readonly Alias[]): GeneratedMeasure {
  const alias = dice.pick(aliases.filter((one) => one !== 'r'))
  if (dice.chance(0.4)) {
    return makeStatistic(dice, {
      number: () => makeNumber(dice, alias, aliases),
      column: () => column(alias, dice.pick([...texts[alias], ...numbers[alias]])[0]),
      test: () => makePredicate(dice, aliases, 1),
    })
  }
  const kind = dice.pick(['rows', 'rows', 'persons', 'keys', 'values', 'sum', 'sum', 'avg'] as const)
  if (kind === 'rows') return countRows(dice, alias)
  if (kind === 'keys' && aliases.includes('s')) {
    const { sql, of } = column('s', 'sid')
    return { sql: `count(DISTINCT ${sql})`, kind, takes: (env) => of(env) !== null, value: of }
  }
  if (kind === 'persons' || kind === 'keys') {
    const { sql, of } = column(alias, 'pid')
    return {
      sql: `count(DISTINCT ${sql})`,
      kind: 'persons',
      takes: (env) => of(env) !== null,
      value: nothing,
    }
  }
  if (kind === 'values') {
    const { sql, of } = column(alias, dice.pick([...texts[alias], ...numbers[alias]])[0])
    return { sql: `count(DISTINCT ${sql})`, kind, takes: (env) => of(env) !== null, value: of }
  }
  const { sql, of } = makeNumber(dice, alias, aliases)
  return { sql: `${kind}(${sql})`, kind, takes: (env) => of(env) !== null, value: of }
}

function countRows(dice: Dice, alias: Alias): GeneratedMeasure {
  if (dice.chance(0.5)) return { sql: 'count(*)', kind: 'rows', takes: always, value: nothing }
  const { sql, of } = column(alias, dice.pick([...texts[alias], ...numbers[alias]])[0])
  return { sql: `count(${sql})`, kind: 'rows', takes: (env) => of(env) !== null, value: nothing }
}

/** Measured expressions, among them those that try to isolate one person. */
function makeNumber(dice: Dice, alias: Alias, aliases: readonly Alias[]): Expression {
  const { sql, of } = column(alias, dice.pick(numbers[alias])[0])
  const number = (env: Env) => {
    const value = of(env)
    return typeof value === 'number' ? value : null
  }
  const test = makePredicate(dice, aliases, 1)
  const spike = dice.pick([0, 1, 1_000_000])
  const forms: readonly (() => Expression)[] = [
    () => ({ sql, of: number }),
    () => ({ sql: `${sql} - 50`, of: (env) => map(number(env), (value) => value - 50) }),
    () => ({ sql: `abs(${sql})`, of: (env) => map(number(env), Math.abs) }),
    () => ({
      sql: `CASE WHEN ${test.sql} THEN ${sql} ELSE ${spike} END`,
      of: (env) => (test.of(env) ? number(env) : spike),
    }),
    () => ({
      sql: `CASE WHEN ${test.sql} THEN ${sql} END`,
      of: (env) => (test.of(env) ? number(env) : null),
    }),
  ]
  return dice.pick(forms)()
}

function map(value: number | null, to: (value: number) => number): number | null {
  return value === null ? null : to(value)
}
