/**
 * Random statements together with what they mean, written twice: as SQL for the system, as functions on rows for the oracle.
 * The oracle never reads the SQL and the system never sees the functions.
 */
import type { Cell, Cohort, Row } from './cohort.ts'
import { makePredicate } from './generator-predicate.ts'
import { type Given, makeReleased } from './generator-released.ts'
import { makeSets } from './generator-sets.ts'
import { makeSource, type Source } from './generator-source.ts'
import { makeStatistic, type Statistic } from './generator-statistic.ts'
import { type Alias, cell, column, numbers, tableOf, texts } from './generator-tables.ts'
import type { Dice } from './seed.ts'
import { and } from './three-valued.ts'

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

export interface Generated {
  readonly sql: string
  readonly source: Source
  readonly where: Predicate | null
  readonly keys: readonly Expression[]
  /** Of GROUPING SETS and its kin: the keys of each set; the list then has GROUPING() of all keys after the keys. */
  readonly sets?: readonly (readonly number[])[]
  readonly measures: readonly GeneratedMeasure[]
  /** What was released before and is read here. */
  readonly given?: Given
}

/** One random statement. */
export function generate(dice: Dice, cohort: Cohort): Generated {
  const plain = makeSource(dice)
  const released = plain.kind !== 'frame' && dice.chance(0.3) ? makeReleased(dice, plain) : undefined
  const source = released?.source ?? plain
  const where = both(makeWhere(dice, source, cohort), released?.where)
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
  const parts = { source, where: isFrame ? null : where, keys, measures }
  return {
    ...parts,
    sql: textOf(parts, { sets: several?.sql, isShort: dice.chance(0.3) }),
    ...(several ? { sets: several.sets } : {}),
    ...(released ? { given: released.given } : {}),
  }
}

type Parts = Pick<Generated, 'source' | 'where' | 'keys' | 'measures'>

function textOf(
  { source, where, keys, measures }: Parts,
  { sets, isShort }: { sets: string | undefined; isShort: boolean },
): string {
  const level = sets === undefined ? [] : [`grouping(${keys.map(({ sql }) => sql).join(', ')}) AS level`]
  const list = [
    ...keys.map(({ sql }, i) => `${sql} AS a${i}`),
    ...level,
    ...measures.map(({ sql }, i) => `${sql} AS b${i}`),
  ]
  const condition = where ? ` WHERE ${where.sql}` : ''
  const short = isShort ? 'ALL' : keys.map((_, i) => i + 1).join(', ')
  const groups = keys.length > 0 ? ` GROUP BY ${sets ?? short}` : ''
  return `SELECT ${list.join(', ')} FROM ${source.sql}${condition}${groups}`
}

function both(one: Predicate | null, other: Predicate | null | undefined): Predicate | null {
  if (!one || !other) return one ?? other ?? null
  return { sql: `${one.sql} AND ${other.sql}`, of: (env) => and(one.of(env), other.of(env)) }
}

function makeWhere(dice: Dice, source: Source, cohort: Cohort): Predicate | null {
  const plain = dice.chance(0.6) ? makePredicate(dice, source.aliases, 2) : null
  if (source.kind === 'frame' || !dice.chance(0.25)) return plain
  const alias = dice.pick(source.aliases.filter((one) => one !== 'r' && one !== 'w'))
  const semi = dice.chance(0.4) ? countTest(dice, alias, cohort) : semiJoin(dice, alias, cohort)
  return both(plain, semi)
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
  if (number && !['score', 'cost', 'total', 'share', 'v'].includes(number[0]) && dice.chance(0.4)) {
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
  const alias = dice.pick(aliases.filter((one) => one !== 'r' && one !== 'w'))
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
