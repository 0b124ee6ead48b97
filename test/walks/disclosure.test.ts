/** Every statement of the pages on disclosure control does on the demo project what the page says: it is answered, or refused with its code. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { functionsPage } from '../../infra/functions-page.ts'
import { refusals } from '../../services/kernel/refusal.ts'
import { notCovered } from '../../services/query/explain/not-covered.ts'
import { type System, startSystem } from '../contract/system.ts'

const read = (page: string) => readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')
const pages = ['disclosure.md', 'disclosure.fr.md'] as const

/** Blocks of SQL with the code that their fence names; none when they are answered. */
const blocksOf = (page: string) =>
  [...read(page).matchAll(/```sql ?([A-Z_]*)\n([\s\S]*?)```/g)].map(([, code = '', sql = '']) => ({
    code,
    sql,
  }))
const blocks = blocksOf('disclosure.md')

const sections = read('errors.md').split(/^### /m).slice(1)
const lineOf = (label: string) =>
  sections.flatMap((section) => {
    const sql = new RegExp(`^- ${label}: \`(.+)\`$`, 'm').exec(section)?.[1]
    return sql === undefined ? [] : [{ code: section.split('\n')[0] ?? '', sql }]
  })
const examples = lineOf('Example / Exemple')
const forms = lineOf('Nearest accepted form / Forme acceptée')

describe('on the demo project', () => {
  let system: System
  let at = ''

  beforeAll(async () => {
    system = await startSystem({ demo: 'full' })
    const mine = await system.call('GET', '/api/v1/projects', { as: 'alice' })
    at = `/api/v1/projects/${mine.json.projects[0].id}/queries`
  }, 120_000)

  afterAll(() => system.remove())

  const ask = (sql: string) => system.call('POST', at, { as: 'alice', body: { sql } })

  test.each(blocks)(
    'a block of the page is answered or refused as it says: $code $sql',
    async ({ code, sql }) => {
      const { status, json } = await ask(sql)
      if (code === '') {
        expect(status).toBe(200)
        expect(json.rows.length).toBeGreaterThan(0)
      } else expect(json.code).toBe(code)
    },
  )

  test.each(examples)('an example of docs/errors.md is refused with $code: $sql', async ({ code, sql }) => {
    expect((await ask(sql)).json.code).toBe(code)
  })

  test.each(forms)('the accepted form of $code is answered: $sql', async ({ sql }) => {
    expect((await ask(sql)).status).toBe(200)
  })

  test('a date by rank is the first of its month', async () => {
    const sql = 'SELECT min(admission_date), max(admission_date), median(admission_date) FROM stays'
    const [row = []] = (await ask(sql)).json.rows
    expect(row.map((day: string) => day.slice(7, 10))).toEqual(['-01', '-01', '-01'])
  })
})

describe('the pages', () => {
  test('show the same statements in both languages', () => {
    expect(blocks.length).toBeGreaterThan(12)
    expect(blocksOf('disclosure.fr.md')).toEqual(blocks)
  })

  test.each(pages)('%s names every rule, all that is not covered, and every code of a query', (page) => {
    const rules = ['T1', 'T2', 'T3', 'T4', 'DF', 'order', 'sides', 'values', 'secondary', 'partial']
    const codes = Object.entries(refusals).flatMap(([code, { room }]) => (room === 'query' ? [code] : []))
    const text = read(page)
    expect([...rules, ...notCovered, ...codes].filter((name) => !text.includes(`\`${name}\``))).toEqual([])
  })

  test('have an example, or a reason for none, for every code of a query', () => {
    for (const section of sections.filter((one) => one.includes('decided in `query`')))
      expect(section).toMatch(/^- Example \/ Exemple: /m)
    expect(examples.length).toBeGreaterThan(20)
    expect(forms.length).toBeGreaterThan(14)
  })

  test('docs/functions.md is what npm run generate would write now', () => {
    expect(read('functions.md')).toBe(functionsPage())
  })
})
