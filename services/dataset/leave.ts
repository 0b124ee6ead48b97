/**
 * Makes the next extracts of an open project from those that stand, without the persons who object. Each table of persons, and each
 * column that names persons, loses nobody or a whole batch. Runs in the sealing process.
 */
import { join } from 'node:path'
import { openWriter } from '../engine/duckdb.ts'
import { type Connection, rowsOf } from './asking.ts'
import type { Departure, LeaveOrder, TableToLeave } from './leave-order.ts'
import { pseudonymSql } from './pseudonym.ts'
import { name, text } from './quote.ts'
import { personsFile } from './seal-order.ts'

interface Work {
  readonly connection: Connection
  readonly order: LeaveOrder
  /** Relations of `ps`, each person once: where a difference of one person could be seen. */
  readonly places: readonly string[]
}

export async function leaveExtracts(order: LeaveOrder): Promise<Departure> {
  const files = order.extracts.flatMap(({ folder, tables }) => tables.map(({ file }) => join(folder, file)))
  const read = [...files, order.persons, ...(order.left === undefined ? [] : [order.left])]
  const limits = { threads: 2, memoryBytes: order.memoryBytes }
  const database = await openWriter({ read, writeFolder: order.out }, limits)
  const connection = await database.connect()
  try {
    const work = { connection, order, places: order.extracts.flatMap(placesOf) }
    await connection.run(`CREATE TEMP VIEW numbered AS SELECT ps, pix FROM ${parquet(order.persons)}`)
    await nameLeaving(work)
    const verdict = await verdictOf(work)
    if (verdict !== 'enough') return { state: verdict }
    const objecting = await countLeaving(work)
    if (order.isLate) await joinCompanions(work)
    return { state: 'left', because: order.isLate ? 'delay' : 'batch', objecting, ...(await write(work)) }
  } finally {
    connection.closeSync()
    database.close()
  }
}

function parquet(file: string): string {
  return `read_parquet(${text(file)})`
}

function placesOf({ folder, tables }: LeaveOrder['extracts'][number]): readonly string[] {
  return tables.flatMap(({ file, references }) => {
    const rows = parquet(join(folder, file))
    return [
      `(SELECT DISTINCT ps FROM ${rows} AS t JOIN numbered ON numbered.pix = t.__pix)`,
      ...references.map((one) => `(SELECT DISTINCT ${name(one)} AS ps FROM ${rows})`),
    ]
  })
}

const namesPerStatement = 5000

/** `leaving`: pseudonyms in the project of all who object, whether they are in an extract or not. */
async function nameLeaving({ connection, order: { objecting, key, domain } }: Work): Promise<void> {
  await connection.run('CREATE TEMP TABLE leaving (ps VARCHAR)')
  for (let from = 0; from < objecting.length; from += namesPerStatement) {
    const rows = objecting.slice(from, from + namesPerStatement).map((one) => `(${text(one)})`)
    const renamed = pseudonymSql(key, { kind: 'unit', domain }, 'unit')
    await connection.run(`INSERT INTO leaving SELECT ${renamed} FROM (VALUES ${rows.join(', ')}) AS v (unit)`)
  }
}

async function lostIn({ connection }: Work, place: string): Promise<number> {
  const [[lost] = []] = await rowsOf(
    connection,
    `SELECT count(*) FROM ${place} WHERE ps IN (SELECT ps FROM leaving)`,
  )
  return Number(lost)
}

async function verdictOf(work: Work): Promise<'few' | 'none' | 'enough'> {
  const { isLate, least } = work.order
  const lost: number[] = []
  for (const place of work.places) lost.push(await lostIn(work, place))
  const isNone = lost.every((one) => one === 0)
  if (isNone) return isLate ? 'none' : 'few'
  return isLate || lost.every((one) => one === 0 || one >= least) ? 'enough' : 'few'
}

/** Persons who object and are in some place. */
async function countLeaving({ connection, places }: Work): Promise<number> {
  const all = places.map((place) => `SELECT ps FROM ${place}`).join(' UNION ')
  const [[count] = []] = await rowsOf(
    connection,
    `SELECT count(*) FROM (${all}) WHERE ps IN (SELECT ps FROM leaving)`,
  )
  return Number(count)
}

/**
 * Where fewer than a batch would leave, others who are drawn by lot leave with them. Whoever does may make another place lose a
 * few: it is gone through again until nobody has to be added.
 */
async function joinCompanions(work: Work): Promise<void> {
  const { connection, order, places } = work
  let added = 0
  for (const place of places) {
    const lost = await lostIn(work, place)
    if (lost === 0 || lost >= order.least) continue
    const drawn = `SELECT ps FROM ${place} WHERE ps IS NOT NULL AND ps NOT IN (SELECT ps FROM leaving)
      ORDER BY sha256(ps || ${text(order.salt)}) LIMIT ${order.least - lost}`
    const [[count] = []] = await rowsOf(connection, `INSERT INTO leaving ${drawn}`)
    added += Number(count)
  }
  if (added > 0) await joinCompanions(work)
}

type Written = Pick<Extract<Departure, { state: 'left' }>, 'persons' | 'rows'>

async function write(work: Work): Promise<Written> {
  const { connection, order } = work
  const all = work.places.map((place) => `SELECT ps FROM ${place}`).join(' UNION ')
  const before = order.left === undefined ? '' : ` UNION SELECT ps, pix FROM ${parquet(order.left)}`
  // Those who object and those who left with them are not told apart from here on.
  await connection.run(`CREATE TEMP TABLE gone AS
    SELECT ps, pix FROM (${all}) LEFT JOIN numbered USING (ps) WHERE ps IN (SELECT ps FROM leaving)`)
  await connection.run(`COPY (SELECT ps, pix FROM gone${before} ORDER BY ps)
    TO ${text(order.leftOut)} (FORMAT parquet)`)
  const rows: number[][] = []
  for (const { folder, out, tables } of order.extracts) {
    const written: number[] = []
    for (const table of tables) written.push(await writeTable(work, table, { folder, out }))
    rows.push(written)
    await connection.run(`COPY (SELECT ps, pix FROM numbered WHERE ps NOT IN (SELECT ps FROM gone) ORDER BY pix)
      TO ${text(join(out, personsFile))} (FORMAT parquet)`)
  }
  const [[persons] = []] = await rowsOf(
    connection,
    'SELECT count(*) FROM numbered WHERE ps NOT IN (SELECT ps FROM gone)',
  )
  return { persons: Number(persons), rows }
}

async function writeTable(
  { connection }: Work,
  { file, references }: TableToLeave,
  { folder, out }: { readonly folder: string; readonly out: string },
): Promise<number> {
  const cleared = references.map(
    (one) => `CASE WHEN ${name(one)} NOT IN (SELECT ps FROM gone) THEN ${name(one)} END AS ${name(one)}`,
  )
  const replaced = cleared.length === 0 ? '' : ` REPLACE (${cleared.join(', ')})`
  const source = `(SELECT * RENAME (file_row_number AS __row)
    FROM read_parquet(${text(join(folder, file))}, file_row_number = true))`
  const target = text(join(out, file))
  await connection.run(`COPY (SELECT * EXCLUDE (__row)${replaced} FROM ${source}
    WHERE __pix NOT IN (SELECT pix FROM gone WHERE pix IS NOT NULL) ORDER BY __row) TO ${target} (FORMAT parquet, COMPRESSION zstd)`)
  const [[rows] = []] = await rowsOf(connection, `SELECT count(*) FROM read_parquet(${target})`)
  return Number(rows)
}
