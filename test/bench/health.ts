/**
 * What thresholds cost: twelve health queries through the leaf path (vault process, evidence, decision) by the fastest plan and by exact
 * evidence, interleaved with the same SQL on the same files without any control. And what they cost in answers: cells of many
 * persons that are withheld.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from 'duckdb'
import type { Bulle } from '../../services/dataset/bulle.ts'
import type { VaultSession } from '../../services/engine/engine.ts'
import { openParser } from '../../services/engine/parser.ts'
import { openVault } from '../../services/engine/vault.ts'
import type { Disclosed } from '../../services/query/disclosure/disclose.ts'
import type { Thresholds } from '../../services/query/disclosure/rules.ts'
import type { Leaf } from '../../services/query/plan.ts'
import { understand } from '../../services/query/understand.ts'
import { release } from '../query/release.ts'
import { makeHealth } from './health-data.ts'
import { type HealthQuery, healthQueries, personsOf } from './health-queries.ts'
import { geometricMean, type Line, median, race } from './stats.ts'

const thresholds: Thresholds = { k: 11, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 }
const limits = { timeoutMs: 600_000, memoryBytes: 10 * 2 ** 30, maxRows: 200_000 }
/** Cells of so many persons pass every test but for what they hold. */
const safePersons = 20

interface Bench {
  readonly raw: DuckDBConnection
  readonly session: VaultSession
  readonly leavesOf: (sql: string) => Promise<readonly Leaf[]>
}

/** P6a (fastest) and P6b (exact) on `stays` rows; the lines of a query as soon as it has been timed. */
export async function* benchHealth(stays: number, rounds: number): AsyncGenerator<Line> {
  const folder = await mkdtemp(join(tmpdir(), 'huisclos-health-'))
  const parser = await openParser({ processes: 1 })
  const vault = await openVault({ threads: 2 })
  try {
    const bulle = await makeHealth(folder, stays)
    const mounts = bulle.tables.map(({ mount }) => mount)
    const { signal } = new AbortController()
    const session = await vault.open({ id: bulle.id, mounts }, { limits, signal })
    const leavesOf = async (sql: string) =>
      (await understand(parser, bulle, { sql, today: '2026-11-21' })).leaves
    const outcomes: Outcome[] = []
    const raw = await openRaw(bulle)
    for (const query of healthQueries) {
      const outcome = await one(query, { raw, session, leavesOf }, rounds)
      outcomes.push(outcome)
      yield* linesOf(outcome)
    }
    await session.close()
    yield* summary(outcomes)
  } finally {
    await vault.close()
    await parser.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function openRaw({ tables }: Bulle): Promise<DuckDBConnection> {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect()
  for (const { name, mount } of tables) await connection.run(`CREATE VIEW ${name} AS FROM '${mount.file}'`)
  return connection
}

interface Outcome {
  readonly name: string
  /** Medians in ms. */
  readonly times: { readonly raw: number; readonly fast: number; readonly exact: number }
  /** Medians of the ratios to raw in one round. */
  readonly ratios: { readonly fast: number; readonly exact: number }
  readonly safe: number
  readonly withheld: number
}

async function one(query: HealthQuery, { raw, session, leavesOf }: Bench, rounds: number): Promise<Outcome> {
  const leaves = await leavesOf(query.sql)
  const released: Record<'fastest' | 'exact', readonly Disclosed[]> = { fastest: [], exact: [] }
  const by = (plan: 'fastest' | 'exact') => async () => {
    const disclosed: Disclosed[] = []
    for (const leaf of leaves) disclosed.push(await release(session, leaf, { ...thresholds, plan }))
    released[plan] = disclosed
  }
  const withoutControl = async () => (await raw.runAndReadAll(query.sql)).getRows()
  // Without a plan M there is but one way: it is timed once.
  const isChoice = leaves.some(({ plan }) => plan === 'M')
  const ways = isChoice ? [by('fastest'), by('exact')] : [by('fastest')]
  const [a = [], b = [], c = b] = await race([withoutControl, ...ways], rounds)
  if (isChoice && JSON.stringify(texts(released.fastest)) !== JSON.stringify(texts(released.exact)))
    throw new Error(`${query.name}: the plans release something else`)
  const ratio = (times: readonly number[]) => median(times.map((time, i) => time / (a[i] ?? Number.NaN)))
  return {
    name: query.name,
    times: { raw: median(a), fast: median(b), exact: median(c) },
    ratios: { fast: ratio(b), exact: ratio(c) },
    ...utility(released.fastest, (await raw.runAndReadAll(personsOf(query))).getRowsJson(), query),
  }
}

/** Sums of floating numbers are added in another order by each plan: their twelfth digit may differ over millions of rows. */
function texts(disclosed: readonly Disclosed[]) {
  const text = (value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? value.toPrecision(10) : String(value)
  return disclosed.map(({ table, ...about }) => [about, table.data.rows.map((row) => row.map(text))])
}

/** Cells of at least `safePersons` persons, and those of them that were not shown. */
function utility(
  [disclosed]: readonly Disclosed[],
  persons: readonly (readonly unknown[])[],
  { keys, cells }: HealthQuery,
): Pick<Outcome, 'safe' | 'withheld'> {
  const labelOf = (row: readonly unknown[]) => JSON.stringify(row.slice(0, keys.length).map(String))
  const shown = new Map(disclosed?.table.data.rows.map((row) => [labelOf(row), row]))
  const safe = persons.flatMap((row) =>
    cells.flatMap((_, i) => (Number(row[keys.length + i]) >= safePersons ? [{ row, i }] : [])),
  )
  const isWithheld = ({ row, i }: { row: readonly unknown[]; i: number }) =>
    shown.get(labelOf(row))?.[keys.length + cells.length + i] !== false
  return { safe: safe.length, withheld: safe.filter(isWithheld).length }
}

const plans = ['fast', 'exact'] as const

function linesOf({ name, times, ratios }: Outcome): Line[] {
  return plans.map((plan) => ({
    name: `health.${name}.${plan}`,
    value: times[plan],
    unit: 'ms',
    reference: times.raw,
    ratio: ratios[plan],
  }))
}

/** Geometric means over the queries, and the share of safe cells that are withheld. */
function summary(outcomes: readonly Outcome[]): Line[] {
  const mean = (of: (outcome: Outcome) => number) => geometricMean(outcomes.map(of))
  const means = plans.map((plan) => ({
    name: plan === 'fast' ? 'health.p6a.fast' : 'health.p6b.exact',
    value: mean(({ times }) => times[plan]),
    unit: 'ms',
    reference: mean(({ times }) => times.raw),
    ratio: mean(({ ratios }) => ratios[plan]),
  }))
  const sum = (of: (outcome: Outcome) => number) =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0)
  const [withheld, safe] = [sum((outcome) => outcome.withheld), sum((outcome) => outcome.safe)]
  return [
    ...means,
    { name: 'health.withheld', value: withheld, unit: 'cells', reference: safe, ratio: withheld / safe },
  ]
}
