import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Bulle } from '../../services/dataset/bulle.ts'
import attacks from '../adversary/sql.json' with { type: 'json' }
import { main as neighbours, viewOf } from '../trials/neighbours.ts'
import { makeCohort, writeBulle } from './cohort.ts'
import { generate } from './generator.ts'
import { openPipeline, type Pipeline } from './pipeline.ts'
import { dice } from './seed.ts'

let pipeline: Pipeline
const made: { bulle: Bulle; folder: string }[] = []

beforeAll(async () => {
  const full = makeCohort(7)
  const nobody = { ...full, persons: [], stays: [], events: [] }
  const oneLess = makeCohort(7, 399)
  for (const [cohort, id] of [
    [full, 'full'],
    [nobody, 'empty'],
    [oneLess, 'one-less'],
  ] as const) {
    made.push(await writeBulle(cohort, id))
  }
  pipeline = await openPipeline()
})
afterAll(async () => {
  await pipeline.close()
  for (const { folder } of made) await rm(folder, { recursive: true })
})

const random = dice(11)
const cohort = makeCohort(7)
const statements = [
  // A few only: the next test asks many, and the trial `neighbours` all of them, in this process.
  ...attacks.filter((_, i) => i % 3 === 0).map(({ sql }) => sql),
  ...Array.from({ length: 12 }, () => generate(random, cohort).sql),
  // What would raise on some row, if it could.
  'SELECT sex, count(*) FROM persons WHERE CAST(pid AS INTEGER) > 3 GROUP BY sex',
  'SELECT sex, sum(1 / (born - 1931)) FROM persons GROUP BY sex',
  'SELECT sex, sum(ln(score - 5)), avg(sqrt(score - 9000)) FROM persons GROUP BY sex',
  'SELECT CAST(region AS INTEGER), count(*) FROM persons GROUP BY 1',
  'SELECT sex, sum(CAST(ward AS INTEGER)) FROM stays s JOIN persons p ON p.pid = s.pid GROUP BY sex',
  'SELECT sex, sum(pow(10, score)), avg(exp(born)) FROM persons GROUP BY sex',
  "SELECT strptime(sex, '%Y-%m-%d'), count(*) FROM persons GROUP BY 1",
  'SELECT sex, sum(born * 1000000000) FROM persons GROUP BY sex',
  'WITH w AS (SELECT ward, count(*) AS n FROM stays GROUP BY ward) SELECT count(*) FROM stays s WHERE EXISTS (SELECT 1 FROM w WHERE CAST(s.ward AS INTEGER) > w.n)',
  'WITH w AS (SELECT ward, count(*) AS n FROM stays GROUP BY ward) SELECT count(*) FROM stays s JOIN w ON CAST(s.sid AS INTEGER) = w.n AND ln(s.cost) > 0',
  'SELECT sum(score * (SELECT 1e300 * count(*) FROM persons)) FROM persons',
  'SELECT count(*) FROM persons WHERE born > (SELECT sum(score) FROM persons) AND CAST(sex AS DATE) IS NULL',
  'SELECT count(*) FROM (SELECT count(*) OVER (PARTITION BY 1 / (born - 1931)) AS n FROM persons) WHERE n > 1',
  'SELECT t, count(*) FROM (SELECT ntile(3) OVER (ORDER BY ln(score - 5)) AS t FROM persons) GROUP BY t',
]

describe('what is refused', () => {
  test('is refused the same, byte for byte, on a full cohort, on an empty one, and without one person', async () => {
    const different: string[] = []
    for (const sql of statements) {
      const views = new Set<string>()
      for (const { bulle } of made) views.add(await viewOf(pipeline, bulle, sql))
      if (views.size !== 1) different.push(sql)
    }
    expect(different).toEqual([])
  }, 120_000)

  test('is the same whichever person is not there, and has answers of the same columns', async () => {
    const { different, refused: refusals } = await neighbours(5, { statements: 30, removals: 2, share: 0.2 })
    expect(different).toEqual([])
    // Statements that are all accepted would prove little.
    expect(refusals).toBeGreaterThan(60)
  }, 120_000)
})
