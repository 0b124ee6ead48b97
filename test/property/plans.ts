/** One leaf by two plans: the fast path must release what the exact one releases, cell by cell (disclosure.md 20). */
import { rm } from 'node:fs/promises'
import type { Bulle } from '../../services/dataset/bulle.ts'
import type { RewrittenStatement, Vault, VaultSession } from '../../services/engine/engine.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import type { Disclosed } from '../../services/query/disclosure/disclose.ts'
import type { Thresholds } from '../../services/query/disclosure/rules.ts'
import type { Leaf } from '../../services/query/plan.ts'
import { understand } from '../../services/query/understand.ts'
import { release } from '../query/release.ts'
import { type Cohort, k, makeCohort, writeBulle } from './cohort.ts'
import { inThisProcess, limits } from './engines.ts'
import { generate } from './generator.ts'
import { dice } from './seed.ts'

const thresholds: Thresholds = { k, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 }

/** How far the fast path had to go: one pass, a slice of the persons, some groups again, all groups again. */
type Way = 'onePass' | 'slice' | 'chosen' | 'everything'

interface Compared {
  readonly fast: Disclosed
  readonly exact: Disclosed
  readonly ways: ReadonlySet<Way>
}

export interface Comparer {
  /** The only leaf of a statement by both plans; undefined when it has another plan than M. */
  compare(sql: string): Promise<Compared | undefined>
  close(): Promise<void>
}

/** Opens a cohort on the engine of the house, in this process: both plans are text for it, and no process changes that text. */
export async function openComparer(cohort: Cohort, id: string): Promise<Comparer> {
  const { bulle, folder } = await writeBulle(cohort, id)
  const { parser, vault, close } = await inThisProcess()
  return {
    async compare(sql) {
      const { leaves } = await understand(parser, bulle, { sql, today: '2026-11-21' })
      const [leaf] = leaves
      if (leaf?.plan !== 'M' || leaves.length !== 1) return undefined
      return within(vault, bulle, (session) => bothPlans(session, leaf))
    },
    async close() {
      await close()
      await rm(folder, { recursive: true })
    },
  }
}

async function within<T>(vault: Vault, bulle: Bulle, run: (session: VaultSession) => Promise<T>): Promise<T> {
  const mounts = bulle.tables.map(({ mount }) => mount)
  const { signal } = new AbortController()
  const session = await vault.open({ id: bulle.id, mounts }, { limits, signal })
  try {
    return await run(session)
  } finally {
    await session.close()
  }
}

async function bothPlans(session: VaultSession, leaf: Leaf): Promise<Compared> {
  const ways = new Set<Way>()
  const watched: VaultSession = {
    run: (statement) => {
      const way = wayOf(statement, leaf)
      if (way) ways.add(way)
      return session.run(statement)
    },
    take: (table) => session.take(table),
    close: () => session.close(),
  }
  const fast = await release(watched, leaf, thresholds)
  if (ways.size === 0) ways.add('onePass')
  return { fast, exact: await release(session, leaf, { ...thresholds, plan: 'exact' }), ways }
}

function wayOf(statement: RewrittenStatement, leaf: Leaf): Way | undefined {
  if (statement.startsWith(`CREATE TEMP TABLE "${leaf.name}_slice"`)) return 'slice'
  if (!statement.startsWith(`CREATE TEMP TABLE "${leaf.name}_rows"`)) return undefined
  return statement.endsWith(String(leaf.mask?.chosen)) ? 'chosen' : 'everything'
}

interface Tally {
  readonly compared: number
  readonly cells: number
  readonly withheld: number
  readonly ways: Readonly<Record<Way, number>>
  /** Statements of which the two plans release something else. */
  readonly different: readonly string[]
}

/** A statement that is refused has no plan at all; one that is not proved is a fault. */
function refusedIsUndefined(error: unknown): undefined {
  if (!(error instanceof Refusal) || error.code === 'NOT_PROVEN') throw error
}

/** Compares the plans on `count` random statements over a cohort, both made from `seed`. */
export async function main(seed: number, count: number, size: number): Promise<Tally> {
  const cohort = makeCohort(seed, size)
  const throws = dice(seed)
  const comparer = await openComparer(cohort, `plans-${seed}`)
  const ways = { onePass: 0, slice: 0, chosen: 0, everything: 0 }
  const different: string[] = []
  const totals = { compared: 0, cells: 0, withheld: 0 }
  try {
    while (totals.compared < count) {
      const { sql, measures, sets } = generate(throws, cohort)
      if (sets || !measures.every(({ kind }) => ['rows', 'sum', 'avg', 'quantile'].includes(kind))) continue
      const outcome = await comparer.compare(sql).catch(refusedIsUndefined)
      if (!outcome) continue
      const { fast, exact } = outcome
      if (JSON.stringify(released(fast)) !== JSON.stringify(released(exact))) different.push(sql)
      totals.compared += 1
      totals.cells += exact.table.data.rows.length * measures.length
      totals.withheld += exact.cellsWithheld
      for (const way of outcome.ways) ways[way] += 1
    }
  } finally {
    await comparer.close()
  }
  return { ...totals, ways, different }
}

/** What leaves, as text: integers of any size are alike. */
function released({ table, groupsWithheld, cellsWithheld }: Disclosed) {
  const rows = table.data.rows.map((row) => row.map(String))
  return { columns: table.data.columns, rows, groupsWithheld, cellsWithheld }
}
