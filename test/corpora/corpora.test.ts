/** Statements of honest work, kept for ever: each is answered, and says what the rows say. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { inThisProcess } from '../property/engines.ts'
import { openPipeline, type Pipeline } from '../property/pipeline.ts'
import { judge, type Verdict } from './judge.ts'
import { hospital, tpch } from './schemas.ts'
import { type Kept, statementsOf } from './statements.ts'
import { openWorld, type Schema, type World } from './world.ts'

function keep(schema: Schema, kept: readonly Kept[], more: (verdicts: ReadonlyMap<Kept, Verdict>) => void) {
  const verdicts = new Map<Kept, Verdict>()
  let [world, pipeline]: [World?, Pipeline?] = []

  beforeAll(async () => {
    world = await openWorld(schema)
    pipeline = await openPipeline(undefined, inThisProcess)
    for (const statement of kept) verdicts.set(statement, await judge({ world, pipeline }, statement))
  }, 120_000)
  afterAll(async () => {
    await pipeline?.close()
    await world?.close()
  })

  const named = kept.map((statement) => [statement.title, statement] as const)
  test.each(named.filter(([, { awaits }]) => awaits === undefined))('%s', (_, statement) => {
    const verdict = verdicts.get(statement)
    if (statement.refused) return expect(verdict?.outcome).toBe(statement.refused)
    expect(verdict).toMatchObject({ outcome: 'answered', faults: [] })
    expect(verdict?.shown).toBeGreaterThan(0)
  })
  // As soon as one is answered, its `awaits` is to be taken away.
  test.each(named.filter(([, { awaits }]) => awaits !== undefined))('%s is not read yet', (_, statement) => {
    expect(verdicts.get(statement)?.outcome).toMatch(/^[A-Z_]+$/)
  })
  more(verdicts)
}

describe('epidemiology', () => {
  const files = readdirSync(join(import.meta.dirname, 'epidemiology')).toSorted()
  const kept = files.flatMap((file) => statementsOf(`epidemiology/${file}`))
  keep(hospital, kept, (verdicts) => {
    test('there are at least 120 of them, and nine cells of ten are shown', () => {
      const answered = [...verdicts.values()].filter(({ outcome }) => outcome === 'answered')
      expect(answered.length).toBeGreaterThanOrEqual(120)
      const sum = (of: (verdict: Verdict) => number) => answered.reduce((total, one) => total + of(one), 0)
      const [shown, withheld] = [sum((one) => one.shown), sum((one) => one.withheld)]
      expect(shown / (shown + withheld)).toBeGreaterThan(0.9)
    })
  })
})

describe('TPC-H, with the customer as the person', () => {
  keep(tpch, statementsOf('tpch-queries.sql'), (verdicts) => {
    test('there are twenty-two', () => {
      expect(verdicts.size).toBe(22)
    })
  })
})
