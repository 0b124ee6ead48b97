/** What a check says: each column, what it rests on, the rules that may withhold it, and nothing of any row. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Parser } from '../../services/engine/engine.ts'
import { openParser } from '../../services/engine/parser.ts'
import { refusals } from '../../services/kernel/refusal.ts'
import { say } from '../../services/kernel/text.ts'
import { withheldOf } from '../../services/query/answer.ts'
import { rulesOf } from '../../services/query/disclosure/disclose.ts'
import { acceptedForm } from '../../services/query/explain/accepted.ts'
import { type Explanation, explanationOf } from '../../services/query/explain/explain.ts'
import { notCovered } from '../../services/query/explain/not-covered.ts'
import type { Leaf } from '../../services/query/plan.ts'
import { understand } from '../../services/query/understand.ts'
import { bulle, today } from './clinic.ts'

const thresholds = { k: 11, p: 0.1, twoShare: 0.9, degreesOfFreedom: 10 }
let parser: Parser

beforeAll(async () => {
  parser = await openParser({ processes: 1 })
})
afterAll(() => parser.close())

async function explained(sql: string, language: 'fr' | 'en' = 'en'): Promise<Explanation> {
  const plan = await understand(parser, bulle, { sql, today })
  return explanationOf(plan, { thresholds, language, rules: withheldOf(plan, [], []).rules })
}

const brief = ({ columns }: Explanation) =>
  columns.map(({ name, is, statistics, rules }) => [
    name,
    is,
    statistics.map(({ label, shape }) => `${label} ${shape}`).join(' + '),
    rules.join(' '),
  ])

describe('a column', () => {
  test('is a label, a count, a sum, or a mean of a flag, each with its rules', async () => {
    const sql = `SELECT ward, count(*) AS n, count(DISTINCT patient_id) AS persons, count(DISTINCT stay_id) AS stays,
      sum(cost) AS s, avg(CASE WHEN entry_mode = 'x' THEN 1 ELSE 0 END) AS share, count(DISTINCT site) AS sites
      FROM stays GROUP BY ward`
    expect(brief(await explained(sql))).toEqual([
      ['ward', 'label', '', 'T1 secondary'],
      ['n', 'statistic', 'n presence', 'T1 secondary'],
      ['persons', 'statistic', 'persons persons', 'T1 secondary'],
      ['stays', 'statistic', 'stays keys', 'T1 secondary'],
      ['s', 'statistic', 's sum', 'T1 T2 T3 T4 secondary'],
      ['share', 'statistic', 'share filtered + n presence', 'T1 secondary'],
      ['sites', 'statistic', 'sites values', 'T1 secondary values'],
    ])
  })

  test('of a rank, a side, a spread and a relation says what is given in its place', async () => {
    const sql = `SELECT max(cost) AS top, median(cost) AS mid, mode(ward) AS ward, bool_or(cost > 3) AS any,
      stddev(cost) AS sd, corr(cost, year(entry_date)) AS r FROM stays`
    const explanation = await explained(sql)
    expect(brief(explanation).map(([, , , rules]) => rules)).toEqual([
      'T1 order',
      'T1 T4 order',
      'T1 order',
      'T1 sides',
      'T1 T2 T3 T4 DF',
      'T1 T2 T3 T4 DF',
    ])
    const [top, mid] = explanation.columns
    expect(top?.statistics[0]?.text).toContain('11th person from the top')
    expect(top?.statistics[0]?.text).toContain('22 persons')
    expect(mid?.statistics[0]?.text).toContain('Smoothed')
  })

  test('above the leaf is followed through queries, joins and windows to the cells below it', async () => {
    const sql = `WITH m AS (SELECT ward AS w, count(*) AS n, sum(cost) AS s FROM stays GROUP BY 1),
      p AS (SELECT sex, count(*) AS n FROM patients GROUP BY sex)
      SELECT upper(m.w) AS ward, m.s / m.n AS per_stay, m.n - lag(m.n) OVER (ORDER BY m.w) AS change, p.n AS other,
      (SELECT sum(n) FROM p) AS whole, 3 AS three FROM m JOIN p ON m.n > p.n`
    const explanation = await explained(sql)
    expect(brief(explanation).map(([name, is, statistics]) => [name, is, statistics])).toEqual([
      ['ward', 'label', ''],
      ['per_stay', 'statistic', 's sum + n presence'],
      ['change', 'statistic', 'n presence'],
      ['other', 'statistic', 'n presence'],
      ['whole', 'computed', 'n presence'],
      ['three', 'computed', ''],
    ])
    expect(explanation.rules.map(({ name }) => name)).toContain('partial')
    expect(explanation.leaves.map(({ tables }) => tables[0])).toEqual(
      expect.arrayContaining(['clinic.stays', 'clinic.patients']),
    )
  })

  test('of both branches of a union rests on both', async () => {
    const sql = 'SELECT sum(cost) AS x FROM stays UNION ALL SELECT count(*) FROM patients'
    expect(brief(await explained(sql))).toEqual([
      ['x', 'statistic', 'x sum + count_star() presence', 'T1 T2 T3 T4'],
    ])
  })

  test('with a public label stays, and one of public tables alone has no rule', async () => {
    const framed = await explained(
      'SELECT d.label, count(p.patient_id) AS n FROM ref_dep d LEFT JOIN patients p ON p.dep = d.dep GROUP BY d.label',
    )
    expect(framed.leaves).toEqual([expect.objectContaining({ plan: 'M', groups: 'kept' })])
    expect(framed.columns[0]).toMatchObject({
      is: 'label',
      rules: [],
      text: expect.stringContaining('Public label'),
    })
    const open = await explained('SELECT label, population * 2 AS double FROM ref_dep')
    expect(brief(open)).toEqual([
      ['label', 'public', '', ''],
      ['double', 'public', '', ''],
    ])
    expect([open.rules, open.leaves]).toEqual([[], []])
  })
})

describe('an explanation', () => {
  test('has the tables and columns read, the threshold in force, and what is not covered', async () => {
    const { k, reads, not_covered } = await explained('SELECT sex, count(*) FROM patients GROUP BY sex')
    expect(k).toBe(11)
    expect(reads).toEqual([{ dataset: 'clinic', table: 'patients', class: 'personal', columns: ['sex'] }])
    expect(not_covered.map(({ name }) => name)).toEqual([...notCovered])
  })

  test('names the rules that the answer will name', async () => {
    const sql = 'SELECT ward, avg(cost), min(cost) FROM stays GROUP BY ward'
    const { leaves } = await understand(parser, bulle, { sql, today })
    expect((await explained(sql)).rules.map(({ name }) => name)).toEqual(rulesOf(leaves))
  })

  test('has a sentence for every rule and shape in both languages, and never a literal of the text', async () => {
    const shapes = [
      'presence',
      'filtered',
      'persons',
      'keys',
      'values',
      'sum',
      'avg',
      'min',
      'max',
      'quantile',
      'mode',
    ]
    const measures = [...shapes, 'any', 'all', 'spread', 'relation'].map((shape) => ({ shape }))
    const names = rulesOf([{ measures, total: false } as unknown as Leaf])
    for (const language of ['fr', 'en'] as const) {
      for (const { shape } of measures) expect(say(language, { key: `explain.shape.${shape}` })).not.toBe('')
      for (const name of [...names, 'partial'])
        expect(say(language, { key: `explain.rule.${name}` })).not.toBe('')
    }
    const said = await explained("SELECT count(*) FILTER (WHERE ward = 'secret') FROM stays", 'fr')
    expect(JSON.stringify(said)).not.toContain('secret')
    expect(said.rules[0]?.text).toContain('personnes')
  })
})

test('every accepted form is of a code that exists, and stands in docs/errors.md', async () => {
  const { readFile } = await import('node:fs/promises')
  const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  for (const code of Object.keys(refusals) as (keyof typeof refusals)[]) {
    const section = page.split(`\n### ${code}\n`)[1]?.split('\n### ')[0] ?? ''
    const form = acceptedForm(code)
    expect([code, form === undefined || section.includes(`\`${form}\``)]).toEqual([code, true])
  }
})
