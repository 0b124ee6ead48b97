/** Refusals and the shape of answers on a full database, an empty one, and without any one person: byte for byte the same. */
import { rm } from 'node:fs/promises'
import type { Bulle } from '../../services/dataset/bulle.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { explain } from '../../services/kernel/text.ts'
import answered from '../adversary/answered.json' with { type: 'json' }
import refused from '../adversary/refused.json' with { type: 'json' }
import attacks from '../adversary/sql.json' with { type: 'json' }
import { type Cohort, makeCohort, writeBulle } from '../property/cohort.ts'
import { inThisProcess } from '../property/engines.ts'
import { generate } from '../property/generator.ts'
import { openPipeline, type Pipeline } from '../property/pipeline.ts'
import { type Dice, dice, mixed } from '../property/seed.ts'

export interface Options {
  /** Random statements beside the attacks; half of them are spoilt. */
  readonly statements: number
  /** Share of the attacks that are asked, all when left out. */
  readonly share?: number
  /** Persons who are taken out, one at a time. */
  readonly removals: number
  readonly say?: (line: string) => void
}

export interface Tally {
  readonly seed: number
  readonly statements: number
  readonly refused: number
  /** Statements that were seen otherwise in one of the worlds. */
  readonly different: readonly string[]
}

interface World {
  readonly bulle: Bulle
  readonly folder: string
}

export async function main(
  seed: number,
  { statements, removals, share = 1, say = () => {} }: Options,
): Promise<Tally> {
  const full = makeCohort(seed, 150)
  const random = dice(seed)
  const gone = Array.from({ length: removals }, () => String(random.pick(full.persons).pid))
  const cohorts = [full, only(full, () => false), ...gone.map((pid) => only(full, (one) => one !== pid))]
  const worlds = await Promise.all(cohorts.map((cohort, i) => writeBulle(cohort, `world-${i}`)))
  const all = [...attacks, ...refused, ...answered].map(({ sql }) => sql)
  const known = all.filter(() => random.chance(share))
  const made = Array.from({ length: statements }, (_, n) => madeOf(dice(mixed(seed, n)), full, n))
  const different: string[] = []
  let refusals = 0
  const look = async (asked: readonly string[]) => {
    const pipeline = await openPipeline(undefined, inThisProcess)
    for (const [n, sql] of asked.entries()) {
      const views = await viewsOf(pipeline, worlds, sql)
      if (views.size !== 1) different.push(sql)
      if ([...views].some((view) => view.startsWith('["'))) refusals += 1
      if ((n + 1) % 500 === 0) say(`${n + 1} of ${asked.length}, ${different.length} different`)
    }
    await pipeline.close()
  }
  try {
    await look(known)
    await look(made)
  } finally {
    await Promise.all(worlds.map(({ folder }) => rm(folder, { recursive: true })))
  }
  return { seed, statements: known.length + made.length, refused: refusals, different }
}

function only(cohort: Cohort, isThere: (pid: string) => boolean): Cohort {
  const keep = (rows: Cohort['persons']) => rows.filter(({ pid }) => isThere(String(pid)))
  const { persons, stays, events } = cohort
  return { ...cohort, persons: keep(persons), stays: keep(stays), events: keep(events) }
}

/** A random statement; every other one has a part that was put where it may not stand, so that most of those are refused. */
function madeOf(random: Dice, cohort: Cohort, n: number): string {
  const { sql } = generate(random, cohort)
  if (n % 2 === 0) return sql
  const spoil = random.pick<(text: string) => string>([
    (text) => text.replace(/GROUP BY .*$/, 'LIMIT 3'),
    (text) => text.replace(/count\(\*\)/, 'list(1)'),
    (text) => text.replace(/\.pid = /, '.pid <> '),
    (text) => text.replace(/SELECT /, 'SELECT __pix, '),
    (text) => text.replace(/ AS b0/, ' OVER () AS b0'),
    (text) => text.replace(/\b([a-z])\.(ward|born|code|sex)\b/, '$1.pid'),
    (text) => text.replace(/persons p/, 'persons p TABLESAMPLE 10%'),
  ])
  return spoil(sql)
}

async function viewsOf(
  pipeline: Pipeline,
  worlds: readonly World[],
  sql: string,
): Promise<ReadonlySet<string>> {
  const views = new Set<string>()
  for (const { bulle } of worlds) views.add(await viewOf(pipeline, bulle, sql))
  return views
}

/** All that the caller of a refused statement would read, and the names and types of the columns of an answered one. */
export async function viewOf(pipeline: Pipeline, bulle: Bulle, sql: string): Promise<string> {
  try {
    const { plan } = await pipeline.ask(bulle, sql)
    return JSON.stringify(plan.columns)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return JSON.stringify([error.code, error.facts, explain('fr', error), explain('en', error)])
  }
}
