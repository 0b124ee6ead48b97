/** The k-witness oracle in full: random statements on the real engines, every released cell counted again by hand. */
import { rm } from 'node:fs/promises'
import type { Bulle } from '../../services/dataset/bulle.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { rulesOf } from '../../services/query/disclosure/disclose.ts'
import type { Thresholds } from '../../services/query/disclosure/rules.ts'
import { type Cohort, makeCohort, writeBulle } from '../property/cohort.ts'
import { type Engines, inProcesses } from '../property/engines.ts'
import { type Generated, generate } from '../property/generator.ts'
import { take } from '../property/generator-released.ts'
import { faultsOf } from '../property/oracle.ts'
import { openPipeline, type Pipeline } from '../property/pipeline.ts'
import { dice, mixed } from '../property/seed.ts'

export interface Tally {
  readonly seed: number
  readonly statements: number
  readonly answered: number
  /** Share of the statements that were answered. */
  readonly acceptance: number
  readonly cells: number
  readonly withheld: number
  /** Answers by the rules that they had to pass, and by what was measured. */
  readonly rules: Readonly<Record<string, number>>
  readonly measures: Readonly<Record<string, number>>
  /** Refusals by code. */
  readonly refused: Readonly<Record<string, number>>
  /** Statements with what is wrong with their answer; the trial is clean when there is none. */
  readonly faults: readonly Fault[]
}

interface Fault {
  /** Number of the statement: with the seed, all that is needed to ask it again. */
  readonly number: number
  readonly sql: string
  readonly faults: readonly string[]
}

export interface Options {
  /** Weaker ones than the oracle's must be caught. */
  readonly thresholds?: Thresholds
  readonly engines?: () => Promise<Engines>
  /** The first statement, 0 when left out. */
  readonly from?: number
  /** No statement is begun after one that has a fault: enough for who asks whether there is any. */
  readonly isEndedByFirst?: boolean
  /** Statements in hand at the same time. */
  readonly lanes?: number
  readonly say?: (line: string) => void
}

interface Scene {
  readonly cohort: Cohort
  readonly bulle: Bulle
  readonly folder: string
}

/** Cohorts take turns: in small ones much is withheld, in large ones little. */
const sizes = [400, 120, 60, 220]
const progressEvery = 1000

/** Asks `count` statements made from `seed`, each from its own number, of cohorts made from it too. */
export async function main(seed: number, count: number, options: Options = {}): Promise<Tally> {
  const {
    thresholds,
    engines = inProcesses,
    from = 0,
    lanes = 1,
    say = () => {},
    isEndedByFirst = false,
  } = options
  const scenes = await Promise.all(sizes.map((size, i) => sceneOf(seed + i, size)))
  const pipelines = await Promise.all(Array.from({ length: lanes }, () => openPipeline(thresholds, engines)))
  const counter = new Counter()
  const begun = performance.now()
  let next = from
  let done = 0
  const work = async (pipeline: Pipeline) => {
    while (next < from + count && !(isEndedByFirst && counter.hasFaults)) {
      const number = next
      next += 1
      const scene = scenes[number % scenes.length]
      if (scene) counter.count(number, await examine(pipeline, scene, statementOf(seed, number, scene)))
      done += 1
      if (done % progressEvery === 0)
        say(`${done} of ${count}, ${rate(done, begun)} per second: ${counter.soFar()}`)
    }
  }
  try {
    await Promise.all(pipelines.map(work))
  } finally {
    await Promise.all(pipelines.map((pipeline) => pipeline.close()))
    await Promise.all(scenes.map(({ folder }) => rm(folder, { recursive: true })))
  }
  return counter.tally(seed, count)
}

const rate = (done: number, begun: number) => Math.round((1000 * done) / (performance.now() - begun))

async function sceneOf(seed: number, size: number): Promise<Scene> {
  const cohort = makeCohort(seed, size)
  return { cohort, ...(await writeBulle(cohort, `oracle-${seed}`)) }
}

function statementOf(seed: number, number: number, { cohort }: Scene): Generated {
  return generate(dice(mixed(seed, number)), cohort)
}

interface Examined {
  readonly generated: Generated
  readonly refused?: Refusal
  readonly rules?: readonly string[]
  readonly cells?: number
  readonly withheld?: number
  readonly faults: readonly string[]
}

async function examine(
  pipeline: Pipeline,
  { bulle, cohort }: Pick<Scene, 'bulle' | 'cohort'>,
  generated: Generated,
): Promise<Examined> {
  const before = await askGiven(pipeline, { bulle, cohort }, generated)
  const shown = await outcome(() => pipeline.ask(bulle, generated.sql))
  if (shown instanceof Refusal) {
    const faults = isOurFault(shown) ? [`${shown.code} ${shown.facts.rule ?? ''}`] : []
    return { generated, refused: shown, faults: [...before, ...faults] }
  }
  return {
    generated,
    rules: rulesOf(shown.plan.leaves),
    cells: generated.measures.length * shown.rows.rows.length,
    withheld: shown.suppressed.length,
    faults: [
      ...before,
      ...faultsOf(generated, cohort, { rows: shown.rows.rows, suppressed: shown.suppressed }),
    ],
  }
}

/** What the statement reads is asked by itself; it is a release like any other, and what left is what is read. */
async function askGiven(
  pipeline: Pipeline,
  { bulle, cohort }: Pick<Scene, 'bulle' | 'cohort'>,
  { given }: Generated,
): Promise<readonly string[]> {
  if (!given) return []
  const { rows, suppressed } = await pipeline.ask(bulle, given.inner.sql)
  const marks = new Set(suppressed.map(([row]) => row))
  take(given, rows.rows, (row) => marks.has(row))
  return faultsOf(given.inner, cohort, { rows: rows.rows, suppressed })
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

class Counter {
  readonly #rules: Record<string, number> = {}
  readonly #measures: Record<string, number> = {}
  readonly #refused: Record<string, number> = {}
  readonly #faults: Fault[] = []
  readonly #totals = { answered: 0, cells: 0, withheld: 0 }

  count(number: number, { generated, refused, rules = [], cells = 0, withheld = 0, faults }: Examined): void {
    if (faults.length > 0) this.#faults.push({ number, sql: generated.sql, faults })
    if (refused) {
      add(this.#refused, refused.code)
      return
    }
    this.#totals.answered += 1
    this.#totals.cells += cells
    this.#totals.withheld += withheld
    for (const rule of rules) add(this.#rules, rule)
    for (const { kind } of generated.measures) add(this.#measures, kind)
  }

  get hasFaults(): boolean {
    return this.#faults.length > 0
  }

  /** A run that is cut has shown this much. */
  soFar(): string {
    const { answered, cells, withheld } = this.#totals
    return `${answered} answered, ${cells} cells, ${withheld} withheld, ${this.#faults.length} faults`
  }

  tally(seed: number, statements: number): Tally {
    const acceptance = this.#totals.answered / statements
    const [rules, measures, refused, faults] = [this.#rules, this.#measures, this.#refused, this.#faults]
    return { seed, statements, acceptance, ...this.#totals, rules, measures, refused, faults }
  }
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}
