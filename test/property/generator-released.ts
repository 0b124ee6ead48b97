/** Random statements that read what was released before: a figure of all persons, or figures of groups. */
import type { Value } from '../../services/engine/engine.ts'
import type { Cell, Row } from './cohort.ts'
import type { Env, Expression, Generated, GeneratedMeasure, Predicate } from './generator.ts'
import { makePredicate } from './generator-predicate.ts'
import type { Source } from './generator-source.ts'
import { type Alias, cell, column } from './generator-tables.ts'
import type { Dice } from './seed.ts'

/** A statement that is asked by itself first; its rows, as they left, are then what the statement around it reads. */
export interface Given {
  readonly inner: Generated
  /** `g` the label, `v` the figure, null where it was withheld. */
  rows: readonly Row[]
}

/** What the inner statement answered, for the meaning of the outer one. */
export function take(
  given: Given,
  rows: readonly (readonly Value[])[],
  isMarked: (row: number) => boolean,
): void {
  const isGrouped = given.inner.keys.length > 0
  given.rows = rows.map((row, r) => ({
    g: isGrouped ? plain(row[0]) : null,
    v: isMarked(r) ? null : plain(row.at(-1)),
  }))
}

function plain(value: Value | undefined): Cell {
  return typeof value === 'string' || typeof value === 'number' ? value : value == null ? null : Number(value)
}

interface Released {
  readonly source: Source
  readonly where: Predicate | null
  readonly given: Given
}

/** Text and number of the tables whose figures are released. */
const columns = { p: ['region', 'born'], s: ['ward', 'cost'] } as const

/** The source, or one like it, read beside what is released; nothing for sources without these columns. */
export function makeReleased(dice: Dice, source: Source): Released | undefined {
  const alias = source.aliases.find((one): one is 'p' | 's' => one === 'p' || one === 's')
  if (alias === undefined) return undefined
  const isScalar = dice.chance(0.3)
  const given: Given = { inner: makeInner(dice, alias, isScalar), rows: [] }
  const parts = { alias, given, source }
  if (isScalar) return { source, given, where: overScalar(parts) }
  if (source.kind === 'single') return dice.pick([joined, totals, listed, absent])(parts)
  return dice.pick([listed, absent])(parts)
}

interface Parts {
  readonly alias: 'p' | 's'
  readonly given: Given
  readonly source: Source
}

const nameOf = (alias: 'p' | 's') => ({ p: 'persons', s: 'stays' })[alias]
const isAbove = (left: Cell, right: Cell) => (left === null || right === null ? null : left > right)

function makeInner(dice: Dice, alias: 'p' | 's', isScalar: boolean): Generated {
  const [text, number] = columns[alias]
  const where = dice.chance(0.3) ? makePredicate(dice, [alias], 1) : null
  const keys = isScalar ? [] : [column(alias, text)]
  const { sql, of } = column(alias, number)
  const mean = { sql: `avg(${sql})`, kind: 'avg', takes: (env: Env) => of(env) !== null, value: of } as const
  const rows = { sql: 'count(*)', kind: 'rows', takes: () => true, value: () => null } as const
  const measure: GeneratedMeasure = isScalar || dice.chance(0.5) ? mean : rows
  const source: Source = {
    sql: `${nameOf(alias)} ${alias}`,
    aliases: [alias],
    kind: 'single',
    tables: [alias],
  }
  return { sql: textOf({ source, where, keys, measure }), source, where, keys, measures: [measure] }
}

interface Text {
  readonly source: Source
  readonly where: Predicate | null
  readonly keys: readonly Expression[]
  readonly measure: GeneratedMeasure
}

function textOf({ source, where, keys, measure }: Text): string {
  const list = [...keys.map(({ sql }) => `${sql} AS g`), `${measure.sql} AS v`].join(', ')
  const condition = where ? ` WHERE ${where.sql}` : ''
  return `SELECT ${list} FROM ${source.sql}${condition}${keys.length > 0 ? ' GROUP BY 1' : ''}`
}

function overScalar({ alias, given }: Parts): Predicate {
  const { sql, of } = column(alias, columns[alias][1])
  return {
    sql: `${sql} > (${given.inner.sql})`,
    of: (env) => isAbove(of(env), given.rows[0]?.v ?? null),
  }
}

/** The released figures as a table of FROM. */
function joined({ alias, given, source }: Parts): Released {
  const [text] = columns[alias]
  const by: Source['by'] = [text, 'g']
  const sql = `${source.sql} JOIN (${given.inner.sql}) w ON ${alias}.${text} = w.g`
  const tables: readonly Alias[] = [alias, 'w']
  return { given, where: null, source: { ...source, sql, by, tables, aliases: tables, kind: 'join' } }
}

/** The figure of the group beside each of its rows. */
function totals({ alias, given }: Parts): Released {
  const [text, number] = columns[alias]
  const { inner } = given
  const [measure] = inner.measures
  const over = `${measure?.sql ?? ''} OVER (PARTITION BY ${alias}.${text}) AS v`
  const condition = inner.where ? ` WHERE ${inner.where.sql}` : ''
  const sql = `(SELECT ${alias}.*, ${over} FROM ${nameOf(alias)} ${alias}${condition}) ${alias}`
  const figure = (env: Env) => given.rows.find(({ g }) => g === cell(env, alias, text))?.v ?? null
  const where: Predicate = {
    sql: `${alias}.${number} > ${alias}.v`,
    of: (env) => (inner.where?.of(env) ?? !inner.where) && isAbove(cell(env, alias, number), figure(env)),
  }
  return { given, where, source: { sql, aliases: [alias], kind: 'single', tables: [alias] } }
}

/** `x IN (…)` is unknown when it is not found among rows of which one is unknown. */
function listed({ alias, given, source }: Parts): Released {
  const { sql, of } = column(alias, columns[alias][0])
  const isIn = (value: Cell): boolean | null => {
    const list = given.rows.filter(({ v }) => isAbove(v ?? null, 40) === true).map(({ g }) => g ?? null)
    if (list.length === 0) return false
    if (value !== null && list.includes(value)) return true
    return value === null || list.includes(null) ? null : false
  }
  const where: Predicate = {
    sql: `${sql} IN (SELECT g FROM (${given.inner.sql}) i WHERE v > 40)`,
    of: (env) => isIn(of(env)),
  }
  return { source, given, where }
}

function absent({ alias, given, source }: Parts): Released {
  const [text, number] = columns[alias].map((name) => column(alias, name)) as [Expression, Expression]
  const where: Predicate = {
    sql: `NOT EXISTS (SELECT 1 FROM (${given.inner.sql}) i WHERE i.g = ${text.sql} AND ${number.sql} > i.v)`,
    of: (env) =>
      !given.rows.some(
        ({ g, v }) => g !== null && g === text.of(env) && isAbove(number.of(env), v ?? null) === true,
      ),
  }
  return { source, given, where }
}
