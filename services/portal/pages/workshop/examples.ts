/** Worked examples made from the project's own tables: a count, a month, a mean or a join. Pure. */
import type { GrantedColumn, GrantedTable } from '../../workshop.ts'
import { quoted, tableName } from './names.ts'

export interface Example {
  readonly word: 'example.count' | 'example.month' | 'example.mean' | 'example.join' | 'example.public'
  /** What the sentence names. */
  readonly table: string
  readonly column: string
  readonly sql: string
}

/** Three at most; none needs a column that the holder keeps from grouping or output. */
export function examplesOf(tables: readonly GrantedTable[]): readonly Example[] {
  const granted = tables.filter(({ dataset }) => dataset !== undefined)
  const found = [counted(granted), monthly(granted), averaged(granted), joined(granted), listed(granted)]
  return found.filter((one) => one !== null).slice(0, 3)
}

function counted(tables: readonly GrantedTable[]): Example | null {
  const [table, label] = firstWith(tables, labelOf) ?? []
  if (!table || !label) return null
  const sql = `SELECT ${quoted(label.name)}, count(*) AS n\nFROM ${tableName(table, tables)}\nGROUP BY ${quoted(label.name)}\nORDER BY n DESC`
  return { word: 'example.count', table: table.name, column: label.name, sql }
}

function monthly(tables: readonly GrantedTable[]): Example | null {
  const [table, day] = firstWith(tables, dayOf) ?? []
  if (!table || !day) return null
  const sql = `SELECT date_trunc('month', ${quoted(day.name)}) AS month, count(*) AS n\nFROM ${tableName(table, tables)}\nGROUP BY month\nORDER BY month`
  return { word: 'example.month', table: table.name, column: day.name, sql }
}

function averaged(tables: readonly GrantedTable[]): Example | null {
  const isWhole = (table: GrantedTable) => labelOf(table) && measureOf(table)
  const table = tables.find((one) => one.class === 'personal' && isWhole(one))
  const [label, measure] = table ? [labelOf(table), measureOf(table)] : []
  if (!table || !label || !measure) return null
  const sql = `SELECT ${quoted(label.name)}, count(*) AS n, avg(${quoted(measure.name)}) AS mean\nFROM ${tableName(table, tables)}\nGROUP BY ${quoted(label.name)}\nORDER BY n DESC`
  return { word: 'example.mean', table: table.name, column: measure.name, sql }
}

/** Rows of persons meet on the person alone. */
function joined(tables: readonly GrantedTable[]): Example | null {
  for (const left of tables) {
    const label = left.class === 'personal' ? labelOf(left) : undefined
    const unit = left.columns.find(({ role }) => role === 'unit')
    const right = tables.find(
      (one) =>
        one !== left &&
        one.class === 'personal' &&
        one.dataset === left.dataset &&
        one.columns.some(({ name, role }) => role === 'unit' && name === unit?.name),
    )
    if (!label || !unit || !right) continue
    const on = `b.${quoted(unit.name)} = a.${quoted(unit.name)}`
    const sql = `SELECT a.${quoted(label.name)}, count(*) AS n\nFROM ${tableName(left, tables)} a\nJOIN ${tableName(right, tables)} b ON ${on}\nGROUP BY a.${quoted(label.name)}`
    return { word: 'example.join', table: `${left.name}, ${right.name}`, column: unit.name, sql }
  }
  return null
}

function listed(tables: readonly GrantedTable[]): Example | null {
  const table = tables.find((one) => one.class === 'public')
  if (!table) return null
  const sql = `SELECT *\nFROM ${tableName(table, tables)}\nLIMIT 100`
  return { word: 'example.public', table: table.name, column: '', sql }
}

type Choice = (table: GrantedTable) => GrantedColumn | undefined

function firstWith(
  tables: readonly GrantedTable[],
  choose: Choice,
): readonly [GrantedTable, GrantedColumn] | undefined {
  const personal = tables.filter((one) => one.class === 'personal')
  // A table that begins with the person is most often that of the persons themselves.
  const isOfPersons = ({ columns }: GrantedTable) => Number(columns[0]?.role === 'unit')
  for (const table of personal.toSorted((one, other) => isOfPersons(other) - isOfPersons(one))) {
    const column = choose(table)
    if (column) return [table, column]
  }
  return undefined
}

const isFree = ({ role, restrict = [] }: GrantedColumn) =>
  (role === undefined || role === 'quasi-identifier') &&
  !restrict.includes('group-by') &&
  !restrict.includes('output')

/** Plain columns of text before those that could tell persons apart. */
const labelOf: Choice = ({ columns }) => {
  const texts = columns.filter((one) => one.type === 'VARCHAR' && isFree(one))
  return texts.find(({ role }) => role === undefined) ?? texts[0]
}

const dayOf: Choice = ({ columns }) =>
  columns.find((one) => /^(DATE|TIMESTAMP)/.test(one.type) && isFree(one))

const measureOf: Choice = ({ columns }) =>
  columns.find(
    (one) =>
      /^(DOUBLE|FLOAT|DECIMAL|REAL|BIGINT|INTEGER)/.test(one.type) &&
      isFree(one) &&
      !/year|annee/i.test(one.name),
  )
