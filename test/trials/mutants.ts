/** Every attack and honest statement, written otherwise: the same decision and the same released cells. */
import { rm } from 'node:fs/promises'
import type { Bulle } from '../../services/dataset/bulle.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import answered from '../adversary/answered.json' with { type: 'json' }
import refused from '../adversary/refused.json' with { type: 'json' }
import attacks from '../adversary/sql.json' with { type: 'json' }
import { type Variant, variantsOf } from '../adversary/variants.ts'
import { present } from '../adversary/worlds.ts'
import { writeBulle } from '../property/cohort.ts'
import { inThisProcess } from '../property/engines.ts'
import { generate } from '../property/generator.ts'
import { openPipeline, type Pipeline } from '../property/pipeline.ts'
import { dice, mixed } from '../property/seed.ts'

export interface Options {
  /** Random statements beside the attacks. */
  readonly honest: number
  /** Share of the statements that are asked, and of the variants of each. */
  readonly share: number
  /** Variants of several dresses. */
  readonly several: number
  readonly say?: (line: string) => void
}

export interface Tally {
  readonly seed: number
  readonly statements: number
  readonly variants: number
  readonly differences: readonly {
    readonly name: string
    readonly sql: string
    readonly saw: string
    readonly was: string
  }[]
}

export async function main(
  seed: number,
  { honest, share, several, say = () => {} }: Options,
): Promise<Tally> {
  const { bulle, folder } = await writeBulle(present, 'mutants')
  const pipeline = await openPipeline(undefined, inThisProcess)
  const random = dice(seed)
  const known = [...attacks, ...refused, ...answered].map(({ sql }) => sql)
  const made = Array.from({ length: honest }, (_, n) => generate(dice(mixed(seed, n)), present).sql)
  const differences: Tally['differences'][number][] = []
  const count = { statements: 0, variants: 0 }
  try {
    for (const sql of [...known, ...made]) {
      if (!random.chance(share)) continue
      count.statements += 1
      const was = await decision(pipeline, bulle, sql)
      for (const { name, sql: variant } of chosen(variantsOf(sql, random, several), random.chance, share)) {
        count.variants += 1
        const saw = await decision(pipeline, bulle, variant)
        if (!isAlike(was, saw, name)) differences.push({ name, sql: variant, saw, was })
      }
      if (count.statements % 100 === 0) say(`${count.statements} statements, ${count.variants} variants`)
    }
  } finally {
    await pipeline.close()
    await rm(folder, { recursive: true })
  }
  return { seed, ...count, differences }
}

function chosen(variants: readonly Variant[], chance: (share: number) => boolean, share: number) {
  return variants.filter(() => chance(share))
}

/** The code of the refusal, or the released rows in any order: that of a statement without ORDER BY is ours. */
async function decision(pipeline: Pipeline, bulle: Bulle, sql: string): Promise<string> {
  try {
    const { rows, suppressed } = await pipeline.ask(bulle, sql)
    const hidden = new Set(suppressed.map(([row, column]) => `${row}/${column}`))
    const shown = rows.rows.map((row, r) =>
      JSON.stringify(
        row.map((cell, c) =>
          hidden.has(`${r}/${c}`) ? '⊘' : typeof cell === 'bigint' ? Number(cell) : cell,
        ),
      ),
    )
    return JSON.stringify(shown.toSorted())
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

/** Seen from outside of a subquery, what was grouped by the person is a column that names it. */
const rowCodes = ['ROW_LEVEL', 'IDENTIFIER_OUTPUT']

function isAlike(was: string, saw: string, name: string): boolean {
  const isWrapped = /in a (CTE|subquery)/.test(name)
  return was === saw || (isWrapped && rowCodes.includes(was) && rowCodes.includes(saw))
}
