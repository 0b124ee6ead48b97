import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Bulle } from '../../services/dataset/bulle.ts'
import { makeCohort, writeBulle } from '../property/cohort.ts'
import { openPipeline, type Pipeline } from '../property/pipeline.ts'

// Statements that may be asked, and that use what was released to come close to few persons. Nothing here is ever removed.

let pipeline: Pipeline
const worlds: { bulle: Bulle; folder: string }[] = []

beforeAll(async () => {
  worlds.push(await writeBulle(makeCohort(3), 'with'))
  worlds.push(await writeBulle(makeCohort(3, 399), 'without'))
  pipeline = await openPipeline()
})
afterAll(async () => {
  await pipeline.close()
  for (const { folder } of worlds) await rm(folder, { recursive: true })
})

/** The cells that an attacker reads, in the cohort and in the one without its last person. */
async function read(sql: string): Promise<readonly (readonly unknown[])[]> {
  const cells = []
  for (const { bulle } of worlds) {
    const { rows } = await pipeline.ask(bulle, sql)
    cells.push(rows.rows.flat())
  }
  return cells
}

const small = '(SELECT region, sex, born, count(*) AS n FROM persons GROUP BY ALL)'

describe('what rests on few persons stays unsaid, whatever was released before', () => {
  test.each([
    [
      'those above the largest that may be shown',
      'SELECT count(*) FROM persons WHERE score > (SELECT max(score) FROM persons)',
    ],
    ['their sum', 'SELECT sum(score) FROM persons WHERE score > (SELECT max(score) FROM persons)'],
    [
      'whether somebody is there, through a withheld figure',
      "SELECT count(*) FROM persons WHERE born > (SELECT CASE WHEN count(*) >= 0 THEN 0 END FROM persons WHERE pid IS NOT NULL AND born = 1931 AND sex = 'F' AND region = 'r9')",
    ],
    [
      'the first of all',
      'SELECT sum(score), min(born) FROM (SELECT score, born, percent_rank() OVER (ORDER BY score DESC, born, region) AS r FROM persons) WHERE r = 0',
    ],
    [
      'the last of all',
      'SELECT count(*), avg(cost) FROM (SELECT cost, cume_dist() OVER (ORDER BY cost, day, sid IS NULL) AS r FROM stays WHERE cost IS NOT NULL) WHERE r > 0.9999',
    ],
    [
      'groups by the size that they are not told',
      `SELECT p.region, p.sex, p.born, count(*) FROM persons p JOIN ${small} w ON w.region = p.region AND w.sex = p.sex AND w.born = p.born WHERE w.n < 11 GROUP BY ALL`,
    ],
    [
      'groups by the total beside their rows',
      'SELECT count(*) FROM (SELECT count(*) OVER (PARTITION BY region, sex, born) AS n FROM persons) WHERE n < 11',
    ],
    [
      'each group that is absent',
      'WITH w AS (SELECT born, count(*) AS n FROM persons GROUP BY born) SELECT p.born, count(*) FROM persons p WHERE NOT EXISTS (SELECT 1 FROM w WHERE w.born = p.born) GROUP BY p.born',
    ],
  ])('%s: %s', async (_, sql) => {
    for (const cells of await read(sql)) expect(cells.filter((cell) => cell !== null)).toEqual([])
  })

  test('a released bound does not split a few from the rest within one answer', async () => {
    const sql =
      'SELECT count(*), count(*) FILTER (WHERE score <= (SELECT max(score) FROM persons)) FROM persons WHERE score IS NOT NULL'
    for (const cells of await read(sql)) expect(cells).toContain(null)
  })
})
