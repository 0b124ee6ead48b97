/** Asks the engine about a converted table. Runs in the reader's process. */
import type { ArrowRoute } from '../engine/arrow-check.ts'
import { type Connection, rowsOf } from './asking.ts'
import { type Inquiry, lineColumn } from './check.ts'
import { byRow, byValue, type Counting, isRepeated, spreadsOf } from './column-values.ts'
import type { Finding } from './finding.ts'
import type { Counted, Probe } from './probe.ts'
import { name } from './quote.ts'

/** Lines that findings name over a whole deposit. */
export const linesKept = 1000
const linesPerFinding = 100

export interface Engine {
  readonly connection: Connection
  readonly scratch: string
  /** Lines that findings may still name. */
  readonly budget: { lines: number }
  /** How Arrow files go in; found out when the first one comes. */
  readonly arrow: () => Promise<ArrowRoute>
}

export interface Probing {
  readonly table: string
  readonly relation: string
  readonly probes: readonly Probe[]
}

/** Counts the cases of all probes in few passes, then looks up the lines of those that have any. */
export async function probeTable(engine: Engine, { table, relation, probes }: Probing): Promise<Finding[]> {
  const counted = await countCases(engine, relation, probes)
  const findings: Finding[] = []
  for (const probe of probes) {
    const cases = counted.get(probe) ?? none
    if (cases.count === 0 || probe.tolerated?.(cases)) continue
    const lines = await linesWhere(engine, relation, probe.condition)
    findings.push({
      severity: probe.severity,
      rule: probe.rule,
      table,
      ...(probe.column === undefined ? {} : { column: probe.column }),
      ...(lines[0] === undefined ? {} : { line: lines[0] }),
      lines,
      count: cases.count,
      ...(probe.with === undefined ? {} : { with: probe.with }),
    })
  }
  return findings
}

const none: Counted = { count: 0, filled: 0, shaped: 0, distinct: 0 }

/** Of each probe that may have cases: those of values are counted per value where values repeat, all others in one pass. */
async function countCases(engine: Engine, relation: string, probes: readonly Probe[]) {
  const ofValues = probes.flatMap(({ least, column = '' }) => (least === undefined ? [] : [column]))
  const spreads = await spreadsOf(engine.connection, relation, [...new Set(ofValues)])
  const groups = new Map<string, { readonly counting: Counting; readonly probes: Probe[] }>()
  for (const probe of probes) {
    const { column = '', least = 0 } = probe
    const spread = probe.least === undefined ? undefined : spreads.get(column)
    if (spread !== undefined && spread.longest < least) continue
    const isGrouped = spread !== undefined && isRepeated(spread)
    const counting = isGrouped ? byValue(relation, name(column)) : byRow(relation)
    const group = groups.get(counting.from) ?? { counting, probes: [] }
    groups.set(counting.from, group)
    group.probes.push(probe)
  }
  const counted = new Map<Probe, Counted>()
  for (const group of groups.values()) await countGroup(engine, group, counted)
  return counted
}

async function countGroup(
  { connection }: Engine,
  { counting, probes }: { readonly counting: Counting; readonly probes: readonly Probe[] },
  counted: Map<Probe, Counted>,
): Promise<void> {
  const figures = probes.flatMap(({ condition, column, shaped, isSpread }) => [
    counting.count(condition),
    counting.count(column === undefined ? 'true' : `${name(column)} IS NOT NULL`),
    shaped === undefined ? '0' : counting.count(shaped),
    column === undefined || isSpread === undefined ? '0' : counting.distinct(name(column), condition),
  ])
  const [row = []] = await rowsOf(connection, `SELECT ${figures.join(', ')} FROM ${counting.from}`)
  for (const [index, probe] of probes.entries()) {
    const [count = 0, filled = 0, shaped = 0, distinct = 0] = row.slice(4 * index, 4 * index + 4).map(Number)
    counted.set(probe, { count, filled, shaped, distinct })
  }
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
