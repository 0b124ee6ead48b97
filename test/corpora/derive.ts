/** Derived tables as the system makes them, but for the process and the folder: typed, proved and written by their statement. */
import { join } from 'node:path'
import { type BulleTable, workspaceSchema } from '../../services/dataset/bulle.ts'
import type { Parser } from '../../services/engine/engine.ts'
import { readHeader } from '../../services/query/statement/header.ts'
import { type TablePlan, understandTable } from '../../services/query/workspace/table.ts'
import type { World } from './world.ts'

/** The world with one table more, made by `CREATE TABLE … AS …`. */
export async function derive(parser: Parser, world: World, sql: string): Promise<World> {
  const header = readHeader(sql)
  if (header?.kind !== 'create') throw new Error('no CREATE TABLE … AS')
  const plan = await understandTable(parser, world.bulle, { sql: header.body, today: '2026-11-21' })
  const table = await write(world, plan, header.name)
  return { ...world, bulle: { ...world.bulle, tables: [...world.bulle.tables, table] } }
}

async function write(world: World, { plan, statement, names, ...made }: TablePlan, name: string) {
  const file = join(world.folder, `derived-${name}.parquet`)
  const types = [...plan.columns.map(({ type }) => type), 'UINTEGER']
  const list = names.map((column, i) => `"${column}"::${types[i] ?? ''} AS "${column}"`)
  const columns = names.map((column) => `"${column}"`).join(', ')
  await world.native(
    `COPY (SELECT ${list.join(', ')} FROM (${String(statement)}) t(${columns}) ORDER BY __pix) TO '${file}' (FORMAT parquet)`,
  )
  await world.mount({ schema: workspaceSchema, name, file })
  const [[repeated = 0] = []] = await world.native(
    `SELECT count(*) - count(DISTINCT __pix) FROM ${workspaceSchema}.${name}`,
  )
  const table: BulleTable = {
    dataset: workspaceSchema,
    name,
    class: made.facts.class,
    columns: made.columns.map(({ role, key, restrict, ...column }, i) => ({
      ...column,
      type: plan.columns[i]?.type ?? '',
      ...(role ? { role } : {}),
      ...(key ? { key } : {}),
      ...(restrict ? { restrict } : {}),
    })),
    unique: made.isPerPerson && Number(repeated) === 0,
    ...(made.facts.repeats ? { repeats: true } : {}),
    ...(made.facts.domain === undefined ? {} : { domain: made.facts.domain }),
    mount: { schema: workspaceSchema, name, file },
    magnitude: made.facts.magnitude,
    derived: { reads: plan.reads, k: world.bulle.k },
  }
  return table
}
