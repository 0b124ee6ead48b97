import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Value } from '../../services/engine/engine.ts'
import type { Visible } from '../../services/query/answer.ts'
import { k, writeBulle } from '../property/cohort.ts'
import { inThisProcess } from '../property/engines.ts'
import { openPipeline, type Pipeline } from '../property/pipeline.ts'
import given from './answered.json' with { type: 'json' }
import { openRaw, type Raw } from './raw.ts'
import { absent, planted, present, twin } from './worlds.ts'

/**
 * Attacks that are answered. `shows` is absent where the answer must be the same in all three worlds; `statistic` where she is one
 * of many. The rest are gaps that are known: `presence` and `value`, that she is there, or what she is like, can be told from the
 * answer, be it from what is withheld.
 */
interface Attack {
  readonly family: string
  readonly why: string
  readonly sql: string
  readonly shows?: string
}
const attacks: readonly Attack[] = given
const named = (some: readonly Attack[]) => some.map(({ why, sql }) => [why, sql] as const)

let pipeline: Pipeline
let raw: Raw
const made: Awaited<ReturnType<typeof writeBulle>>[] = []
const answers = new Map<string, readonly Visible[]>()

beforeAll(async () => {
  for (const [cohort, name] of [
    [absent, 'absent'],
    [present, 'present'],
    [twin, 'twin'],
  ] as const)
    made.push(await writeBulle(cohort, name))
  pipeline = await openPipeline(undefined, inThisProcess)
  raw = await openRaw(present)
  for (const { sql } of attacks) {
    const seen: Visible[] = []
    for (const { bulle } of made) seen.push(await pipeline.ask(bulle, sql))
    answers.set(sql, seen)
  }
}, 120_000)
afterAll(async () => {
  raw.close()
  await pipeline.close()
  for (const { folder } of made) await rm(folder, { recursive: true })
})

const text = (value: unknown) =>
  JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one))
const seenIn = (sql: string) =>
  (answers.get(sql) ?? []).map(({ rows, suppressed }) => text([rows, suppressed]))

describe('a person whom the attacker knows', () => {
  test.each(named(attacks.filter(({ shows }) => shows === undefined)))(
    'changes nothing, there or not, whatever her values: %s: %s',
    (_, sql) => {
      const [without, ...others] = seenIn(sql)
      expect(others).toEqual([without, without])
    },
  )

  test.each(named(attacks.filter(({ shows }) => shows === 'presence')))(
    'changes nothing by her values: %s: %s',
    (_, sql) => {
      const [, one, other] = seenIn(sql)
      expect(other).toBe(one)
    },
  )

  test.each(named(attacks))('has no value of hers in an answer: %s: %s', (_, sql) => {
    const cells = (answers.get(sql) ?? []).flatMap(({ rows }) => rows.rows.flat())
    expect(cells.filter((cell) => planted.includes(cell))).toEqual([])
  })
})

describe('a number that is shown', () => {
  test.each(named(attacks))(
    'rests on k persons, each of whom changes it by leaving: %s: %s',
    async (_, sql) => {
      expect(await fewest(sql)).toBeGreaterThanOrEqual(k)
    },
  )
})

/** The smallest number of persons, up to k, on whom a shown count, sum or mean rests. */
async function fewest(sql: string): Promise<number> {
  const whole = await raw.ask(sql)
  if (!whole) return k
  // A row that the plain engine does not show, because of groups that are absent here, has nothing to be compared with.
  const shown = shownCells(answers.get(sql)?.[1]).filter((cell) => at(whole, cell) !== null)
  const persons = new Map(shown.map((cell) => [cell, 0]))
  const open = () => [...persons].filter(([, count]) => count < k).map(([cell]) => cell)
  for (const { pid } of present.persons.toReversed()) {
    if (open().length === 0) return k
    const without = (await raw.ask(sql, String(pid))) ?? []
    for (const cell of open())
      if (text(at(whole, cell)) !== text(at(without, cell))) persons.set(cell, (persons.get(cell) ?? 0) + 1)
  }
  return Math.min(k, ...persons.values())
}

interface Cell {
  readonly labels: readonly (readonly [column: number, value: Value])[]
  readonly column: number
}

/** Cells of the columns c… and s… (counts, sums, means) that are not withheld, by the labels beside them. */
function shownCells(answer: Visible | undefined): readonly Cell[] {
  if (!answer) return []
  const { rows, suppressed } = answer
  const isMeasure = ({ name }: { name: string }) => /^[cs]\d?$/.test(name)
  const measures = [...rows.columns.entries()].filter(([, column]) => isMeasure(column)).map(([i]) => i)
  const hidden = new Set(suppressed.map(([row, column]) => `${row}/${column}`))
  const labelsOf = (row: readonly Value[]) =>
    [...row.entries()].filter(([i]) => !isMeasure(rows.columns[i] ?? { name: '' }))
  return rows.rows.flatMap((row, r) =>
    measures
      .filter((column) => !hidden.has(`${r}/${column}`) && row[column] !== null)
      .map((column) => ({ labels: labelsOf(row), column })),
  )
}

function at(rows: readonly (readonly unknown[])[], { labels, column }: Cell): unknown {
  return rows.find((row) => labels.every(([i, value]) => text(row[i]) === text(value)))?.[column] ?? null
}
