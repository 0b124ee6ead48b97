/**
 * Makes the extract of one line from one published version: granted columns, kept rows, kept persons, project pseudonyms.
 * Runs in the sealing process; all statements are ours, filters come as rewritten statements.
 */
import { join } from 'node:path'
import { openCountingWriter } from '../engine/duckdb.ts'
import { type Connection, rowsOf } from './asking.ts'
import type { Descriptor, Field, Resource } from './descriptor.ts'
import type { Told } from './progress.ts'
import { pseudonymSql } from './pseudonym.ts'
import { name, text } from './quote.ts'
import { withUnit } from './reach.ts'
import { classOf, domainOf, keySpace, resourceOf } from './relations.ts'
import { personsFile, type Sealed, type SealedTable, type SealOrder, type SealTable } from './seal-order.ts'
import { openWatch, type Watch } from './watch.ts'

interface Work {
  readonly connection: Connection
  readonly order: SealOrder
}

/** Of the time of a line: finding the rows of each table, then the persons, then writing; what stands between is short. */
const shares = { kept: 0.25, numbered: 0.4 } as const

/** One line, and how far it is while it is made. */
export interface Sealing {
  readonly sealed: Promise<Sealed>
  progress(): Told | undefined
}

export function openSealing(order: SealOrder): Sealing {
  let watch: Watch | undefined
  const sealed = sealLine(order, (engine) => {
    watch = openWatch(engine)
    return watch
  })
  return { sealed, progress: () => watch?.now() }
}

async function sealLine(order: SealOrder, watched: (engine: () => number) => Watch): Promise<Sealed> {
  const files = order.tables.map((table) => table.name)
  const read = [
    ...order.descriptor.resources.map((resource) => join(order.version, `${resource.name}.parquet`)),
    ...[order.persons, order.left].flatMap((file) => file ?? []),
  ]
  const limits = { threads: 2, memoryBytes: order.memoryBytes }
  const { connection, close } = await openCountingWriter({ read, writeFolder: order.out }, limits)
  const watch = watched(() => connection.progress.percentage / 100)
  try {
    const work = { connection, order }
    const personal = order.tables.filter((table) => isPersonal(order.descriptor, table.name))
    await keepPopulation(work)
    await nameExcluded(work)
    await nameGone(work)
    for (const [index, table] of personal.entries()) {
      watch.part((shares.kept * index) / personal.length, (shares.kept * (index + 1)) / personal.length)
      await keepRows(work, table, files.indexOf(table.name))
    }
    watch.part(shares.kept, shares.numbered)
    const persons = await numberPersons(
      work,
      personal.map((table) => files.indexOf(table.name)),
    )
    const sealed: SealedTable[] = []
    const writing = (done: number) => shares.numbered + ((1 - shares.numbered) * done) / order.tables.length
    for (const [index, table] of order.tables.entries()) {
      watch.part(writing(index), writing(index + 1))
      const personalTable = isPersonal(order.descriptor, table.name)
      sealed.push(await (personalTable ? writePersonal(work, table, index) : writePublic(work, table)))
    }
    return { tables: sealed, persons, excluded: await countExcluded(work) }
  } finally {
    close()
  }
}

function isPersonal(descriptor: Descriptor, table: string): boolean {
  return classOf(descriptor, found(descriptor, table)) === 'personal'
}

function found(descriptor: Descriptor, table: string): Resource {
  const resource = resourceOf(descriptor, table)
  if (resource === undefined) throw new Error('unknown table')
  return resource
}

/** The full table, not what is granted of it, with the number of each row. */
function published({ order }: Work, table: string): string {
  const file = text(join(order.version, `${table}.parquet`))
  return `(SELECT * RENAME (file_row_number AS __row) FROM read_parquet(${file}, file_row_number = true))`
}

async function useSource(work: Work, table: string): Promise<void> {
  const rows = isPersonal(work.order.descriptor, table)
    ? withUnit(work.order.descriptor, table, (one) => published(work, one))
    : `SELECT * FROM ${published(work, table)}`
  await work.connection.run(`CREATE OR REPLACE TEMP VIEW source AS ${rows}`)
}

/** `population`: the persons of the line. Without a clause, everybody. */
async function keepPopulation(work: Work): Promise<void> {
  const { population } = work.order
  if (population === undefined) return
  await useSource(work, population.table)
  await work.connection.run(`CREATE TEMP TABLE population AS
    SELECT DISTINCT CAST(__unit AS VARCHAR) AS unit FROM source
    WHERE __unit IS NOT NULL AND __row IN (${population.statement})`)
}

const namesPerStatement = 5000

/** `excluded`: the persons who object. */
async function nameExcluded({ connection, order: { excluded = [] } }: Work): Promise<void> {
  await connection.run('CREATE TEMP TABLE excluded (unit VARCHAR)')
  for (let from = 0; from < excluded.length; from += namesPerStatement) {
    const rows = excluded.slice(from, from + namesPerStatement).map((one) => `(${text(one)})`)
    await connection.run(`INSERT INTO excluded VALUES ${rows.join(', ')}`)
  }
}

/** `gone`: the persons who left the project before, by their pseudonym in it. */
async function nameGone({ connection, order: { left } }: Work): Promise<void> {
  const rows = left === undefined ? noPersons : `SELECT ps, pix FROM read_parquet(${text(left)})`
  await connection.run(`CREATE TEMP TABLE gone AS ${rows}`)
}

/** That the pseudonym of a source value is not one of them; true, and nothing to compute, where nobody has left. */
function isThere({ key, left, descriptor }: SealOrder, value: string): string {
  if (left === undefined) return 'true'
  const renamed = pseudonymSql(key, { kind: 'unit', domain: domainOf(descriptor) }, value)
  return `(${renamed}) NOT IN (SELECT ps FROM gone)`
}

const noPersons = `SELECT '' AS ps, 0::UINTEGER AS pix WHERE false`

/** How many of them the personal tables of the line hold. */
async function countExcluded(work: Work): Promise<number> {
  if (work.order.excluded === undefined) return 0
  await work.connection.run('CREATE TEMP TABLE left_out (unit VARCHAR)')
  for (const { name: table } of work.order.tables) {
    if (!isPersonal(work.order.descriptor, table)) continue
    await useSource(work, table)
    await work.connection.run(`INSERT INTO left_out SELECT DISTINCT unit FROM excluded
      WHERE unit IN (SELECT CAST(__unit AS VARCHAR) FROM source)`)
  }
  const [[count] = []] = await rowsOf(work.connection, 'SELECT count(DISTINCT unit) FROM left_out')
  return Number(count)
}

/** `kept_<index>`: row number and person of the rows that filter and population keep. */
async function keepRows(work: Work, table: SealTable, index: number): Promise<void> {
  await useSource(work, table.name)
  const conditions = [
    '__unit IS NOT NULL',
    'CAST(__unit AS VARCHAR) NOT IN (SELECT unit FROM excluded)',
    isThere(work.order, '__unit'),
    ...(table.filter === undefined ? [] : [`__row IN (${table.filter})`]),
    ...(work.order.population === undefined
      ? []
      : ['CAST(__unit AS VARCHAR) IN (SELECT unit FROM population)']),
  ]
  await work.connection.run(`CREATE TEMP TABLE kept_${index} AS
    SELECT __row, CAST(__unit AS VARCHAR) AS unit FROM source WHERE ${conditions.join(' AND ')}`)
}

/**
 * `persons`: unit, pseudonym and `__pix`. Numbers follow the order of the pseudonyms, a keyed permutation;
 * persons that a line sealed before has numbered keep theirs, and new ones follow all that were ever given. Written for the lines to come,
 * without the source values.
 */
async function numberPersons({ connection, order }: Work, tables: readonly number[]): Promise<number> {
  if (tables.length === 0) return 0
  const units = tables.map((index) => `SELECT unit FROM kept_${index}`).join(' UNION ALL ')
  const space = { kind: 'unit', domain: domainOf(order.descriptor) } as const
  const known =
    order.persons === undefined ? noPersons : `SELECT ps, pix FROM read_parquet(${text(order.persons)})`
  await connection.run(`CREATE TEMP TABLE known AS ${known}`)
  await connection.run(`CREATE TEMP TABLE persons AS
    WITH named AS (SELECT unit, ${pseudonymSql(order.key, space, 'unit')} AS ps FROM (SELECT DISTINCT unit FROM (${units}))),
    highest AS (SELECT COALESCE(max(pix), -1) AS pix FROM (SELECT pix FROM known UNION ALL SELECT pix FROM gone)),
    fresh AS (SELECT ps, (SELECT pix FROM highest) + row_number() OVER (ORDER BY ps) AS pix
      FROM (SELECT DISTINCT ps FROM named) WHERE ps NOT IN (SELECT ps FROM known))
    SELECT unit, ps, CAST(COALESCE(known.pix, fresh.pix) AS UINTEGER) AS pix
    FROM named LEFT JOIN known USING (ps) LEFT JOIN fresh USING (ps)`)
  await connection.run(`COPY (SELECT ps, pix FROM known UNION SELECT ps, pix FROM persons ORDER BY pix)
    TO ${text(join(order.out, personsFile))} (FORMAT parquet)`)
  const [[count] = []] = await rowsOf(
    connection,
    `SELECT count(*) FROM (SELECT ps FROM known UNION SELECT ps FROM persons)`,
  )
  return Number(count)
}

function grantedFields(work: Work, table: SealTable): readonly Field[] {
  const granted = new Set(table.columns)
  return found(work.order.descriptor, table.name).schema.fields.filter((field) => granted.has(field.name))
}

async function writePersonal(work: Work, table: SealTable, index: number): Promise<SealedTable> {
  const columns = grantedFields(work, table).map((field) => {
    const value = identifier(work.order, table.name, field) ?? `s.${name(field.name)}`
    return `${value} AS ${name(field.name)}`
  })
  return write(work, table, {
    select: `SELECT ${[...columns, 'p.pix AS __pix'].join(', ')} FROM ${published(work, table.name)} AS s
      JOIN kept_${index} AS k ON s.__row = k.__row JOIN persons AS p ON p.unit = k.unit ORDER BY p.pix, s.__row`,
    personal: true,
  })
}

/** The expression that re-names an identifier; undefined for a field that keeps its value. */
function identifier(order: SealOrder, table: string, field: Field): string | undefined {
  const { descriptor, key } = order
  const domain = domainOf(descriptor)
  if (field.role === 'unit') return 'p.ps'
  if (field.role === 'unit-reference') {
    const other = `s.${name(field.name)}`
    const renamed = pseudonymSql(key, { kind: 'unit', domain }, other)
    const isHere = `CAST(${other} AS VARCHAR) NOT IN (SELECT unit FROM excluded) AND ${isThere(order, other)}`
    return `CASE WHEN ${isHere} THEN ${renamed} END`
  }
  if (field.role !== 'key') return undefined
  const space = keySpace(descriptor, table, field.name)
  return pseudonymSql(key, { kind: 'key', domain, dataset: descriptor.name, space }, `s.${name(field.name)}`)
}

async function writePublic(work: Work, table: SealTable): Promise<SealedTable> {
  await useSource(work, table.name)
  const columns = grantedFields(work, table).map((field) => name(field.name))
  const filter = table.filter === undefined ? '' : `WHERE __row IN (${table.filter})`
  const select = `SELECT ${columns.join(', ')} FROM source ${filter} ORDER BY __row`
  return write(work, table, { select, personal: false })
}

async function write(
  { connection, order }: Work,
  table: SealTable,
  { select, personal }: { readonly select: string; readonly personal: boolean },
): Promise<SealedTable> {
  const file = `${table.name}.parquet`
  const path = text(join(order.out, file))
  await connection.run(`COPY (${select}) TO ${path} (FORMAT parquet, COMPRESSION zstd)`)
  const described = await rowsOf(connection, `DESCRIBE SELECT * FROM read_parquet(${path})`)
  const persons = personal ? 'count(DISTINCT __pix)' : 'count(*)'
  const [[rows, distinct] = []] = await rowsOf(
    connection,
    `SELECT count(*), ${persons} FROM read_parquet(${path})`,
  )
  const columns = described
    .map(([column, type]) => ({ name: String(column), type: String(type) }))
    .filter((column) => column.name !== '__pix')
  return {
    name: table.name,
    file,
    rows: Number(rows),
    unique: personal && Number(rows) === Number(distinct),
    columns,
  }
}
