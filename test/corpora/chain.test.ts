/** A study of intensive care as a chain of derived tables, and its figures against DuckDB's own. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openParser } from '../../services/engine/parser.ts'
import { openPipeline, type Pipeline } from '../property/pipeline.ts'
import { derive } from './derive.ts'
import { judge } from './judge.ts'
import { icu } from './schemas.ts'
import { type Kept, statementsOf } from './statements.ts'
import { openWorld, type World } from './world.ts'

const chain = statementsOf('icu-chain.sql')
/** What the chain could not make, by title. */
const failed: string[] = []
let [world, pipeline]: [World?, Pipeline?] = []

beforeAll(async () => {
  const parser = await openParser({ processes: 1 })
  pipeline = await openPipeline()
  let made = await openWorld(icu)
  for (const { title, sql } of chain) {
    const before = made
    made = await derive(parser, before, sql).catch((error: { code?: string }) => {
      if (!error.code) throw error
      failed.push(`${title}: ${error.code}`)
      return before
    })
    await made.native(sql)
  }
  world = made
  await parser.close()
}, 120_000)
afterAll(async () => {
  await pipeline?.close()
  await world?.close()
})

test('each of fifty tables is made of those before it, and has rows of persons', () => {
  expect(failed).toEqual([])
  expect(chain.length).toBeGreaterThanOrEqual(50)
  const derived = world?.bulle.tables.filter((table) => table.derived) ?? []
  expect(derived).toHaveLength(chain.length)
  expect(derived.every((table) => table.class === 'personal')).toBe(true)
})

test.each(statementsOf('icu-statistics.sql').map((kept): [string, Kept] => [kept.title, kept]))(
  '%s',
  async (_, kept) => {
    if (!world || !pipeline) throw new Error('the world is not open')
    const verdict = await judge({ world, pipeline }, kept)
    expect(verdict).toMatchObject({ outcome: 'answered', faults: [] })
    expect(verdict.shown).toBeGreaterThan(verdict.withheld)
  },
)
