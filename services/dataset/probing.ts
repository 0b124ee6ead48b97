/** Asks the engine about a converted table. Runs in the reader's process. */
import type { ArrowRoute } from '../engine/arrow-check.ts'
import type { Database } from '../engine/duckdb.ts'
import { type Inquiry, lineColumn } from './check.ts'
import type { Finding } from './finding.ts'
import type { Counted, Probe } from './probe.ts'
import { name } from './quote.ts'

/** Lines that findings name over a whole deposit. */
export const linesKept = 1000
const linesPerFinding = 100

export type Connection = Awaited<ReturnType<Database['connect']>>

export interface Engine {
  readonly connection: Connection
  readonly scratch: string
  /** Lines that findings may still name. */
  readonly budget: { lines: number }
  /** How Arrow files go in; found out when the first one comes. */
  readonly arrow: () => Promise<ArrowRoute>
}

export async function rowsOf(
  connection: Connection,
  statement: string,
): Promise<readonly (readonly unknown[])[]> {
  return (await connection.runAndReadAll(statement)).getRowsJS()
}

export interface Probing {
  readonly table: string
  readonly relation: string
  readonly probes: readonly Probe[]
}

/** Counts the cases of all probes in one pass, then looks up the lines of those that have any. */
export async function probeTable(engine: Engine, { table, relation, probes }: Probing): Promise<Finding[]> {
  const counted = probes.flatMap(({ condition, column, shaped, isSpread }) => [
    `count_if(${condition})`,
    column === undefined ? 'count(*)' : `count(${name(column)})`,
    shaped === undefined ? '0' : `count_if(${shaped})`,
    column === undefined || isSpread === undefined
      ? '0'
      : `approx_count_distinct(${name(column)}) FILTER (${condition})`,
  ])
  const [row = []] = await rowsOf(engine.connection, `SELECT ${counted.join(', ')} FROM ${relation}`)
  const findings: Finding[] = []
  for (const [index, probe] of probes.entries()) {
    const [count = 0, filled = 0, shaped = 0, distinct = 0] = row.slice(4 * index, 4 * index + 4).map(Number)
    const cases: Counted = { count, filled, shaped, distinct }
    if (count === 0 || probe.tolerated?.(cases)) continue
    const lines = await linesWhere(engine, relation, probe.condition)
    findings.push({
      severity: probe.severity,
      rule: probe.rule,
      table,
      ...(probe.column === undefined ? {} : { column: probe.column }),
      ...(lines[0] === undefined ? {} : { line: lines[0] }),
      lines,
      count,
      ...(probe.with === undefined ? {} : { with: probe.with }),
    })
  }
  return findings
}

async function linesWhere({ connection, budget }: Engine, relation: string, condition: string) {
  const most = Math.max(1, Math.min(linesPerFinding, budget.lines))
  const rows = await rowsOf(
    connection,
    `SELECT ${lineColumn} FROM ${relation} WHERE ${condition} ORDER BY ${lineColumn} LIMIT ${most}`,
  )
  budget.lines -= rows.length
  return rows.map(([line]) => Number(line))
}

/** Findings of rules that look at several rows or tables. */
export async function inquire(
  { connection }: Engine,
  inquiries: readonly Inquiry[],
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const { statement, detail, ...rule } of inquiries) {
    const [found = []] = await rowsOf(connection, statement)
    if (Number(found[0]) === 0) continue
    const [told = found] = detail === undefined ? [] : await rowsOf(connection, detail)
    const [count, line] = told
    findings.push({
      ...rule,
      count: Number(count),
      ...(line === null || line === undefined ? {} : { line: Number(line) }),
    })
  }
  return findings
}
