/** The k-witness oracle in full: random statements on the real engines, every released cell counted again by hand. */
import { rm } from 'node:fs/promises'
import { Refusal } from '../../services/kernel/refusal.ts'
import type { Visible } from '../../services/query/answer.ts'
import type { Thresholds } from '../../services/query/disclosure/rules.ts'
import { type Cohort, makeCohort, writeBulle } from '../property/cohort.ts'
import { type Generated, generate } from '../property/generator.ts'
import { take } from '../property/generator-released.ts'
import { faultsOf } from '../property/oracle.ts'
import { openPipeline } from '../property/pipeline.ts'
import { dice } from '../property/seed.ts'

export interface Tally {
  readonly seed: number
  readonly statements: number
  readonly answered: number
  readonly cells: number
  readonly withheld: number
  /** Refusals by code. */
  readonly refused: Readonly<Record<string, number>>
  /** Statements with what is wrong with their answer; the trial is clean when there is none. */
  readonly faults: readonly { readonly sql: string; readonly faults: readonly string[] }[]
}

/** Asks `count` statements made from `seed` of a cohort made from it too; `thresholds` weaker than the oracle's must be caught. */
export async function main(seed: number, count: number, thresholds?: Thresholds): Promise<Tally> {
  const cohort = makeCohort(seed)
  const { bulle, folder } = await writeBulle(cohort, `oracle-${seed}`)
  const pipeline = await openPipeline(thresholds)
  const ask = (sql: string) => pipeline.ask(bulle, sql)
  const throws = dice(seed)
  const refused: Record<string, number> = {}
  const faults: { sql: string; faults: readonly string[] }[] = []
  const totals = { answered: 0, cells: 0, withheld: 0 }
  try {
    for (let n = 0; n < count; n += 1) {
      const generated = generate(throws, cohort)
      faults.push(...(await askGiven(generated, { ask, cohort })))
      const shown = await outcome(() => ask(generated.sql))
      if (shown instanceof Refusal) {
        refused[shown.code] = (refused[shown.code] ?? 0) + 1
        if (isOurFault(shown))
          faults.push({ sql: generated.sql, faults: [`${shown.code} ${shown.facts.rule ?? ''}`] })
        continue
      }
      const found = faultsOf(generated, cohort, { rows: shown.rows.rows, suppressed: shown.suppressed })
      if (found.length > 0) faults.push({ sql: generated.sql, faults: found })
      totals.answered += 1
      totals.cells += cellsOf(generated, shown.rows.rows.length)
      totals.withheld += shown.suppressed.length
    }
  } finally {
    await pipeline.close()
    await rm(folder, { recursive: true })
  }
  return { seed, statements: count, ...totals, refused, faults }
}

interface Asking {
  readonly ask: (sql: string) => Promise<Visible>
  readonly cohort: Cohort
}

/** What the statement reads is asked by itself; it is a release like any other, and what left is what is read. */
async function askGiven({ given }: Generated, { ask, cohort }: Asking): Promise<Tally['faults']> {
  if (!given) return []
  const { rows, suppressed } = await ask(given.inner.sql)
  const marks = new Set(suppressed.map(([row]) => row))
  take(given, rows.rows, (row) => marks.has(row))
  const faults = faultsOf(given.inner, cohort, { rows: rows.rows, suppressed })
  return faults.length > 0 ? [{ sql: given.inner.sql, faults }] : []
}

async function outcome<T>(ask: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

/** The generator writes statements that can be run: these refusals would be ours. */
function isOurFault({ code }: Refusal): boolean {
  return ['NOT_PROVEN', 'QUERY_FAILED', 'SYNTAX', 'TYPE_ERROR', 'UNAVAILABLE'].includes(code)
}

function cellsOf({ measures }: Generated, rows: number): number {
  return measures.length * rows
}
