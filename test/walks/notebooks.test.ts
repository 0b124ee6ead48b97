/** Every statement printed in notebooks/ and in the README is answered by the demo project as it is printed. */
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type System, startSystem } from '../contract/system.ts'

const root = new URL('../../', import.meta.url).pathname
const studies = readdirSync(`${root}notebooks`)
  .filter((file) => /^\d.*\.md$/.test(file))
  .map((file) => `notebooks/${file}`)
const statements = ['README.md', ...studies].flatMap((page) =>
  [...readFileSync(root + page, 'utf8').matchAll(/```sql\n([\s\S]*?)```/g)].map((match) => [
    page,
    match[1] ?? '',
  ]),
)

describe('on the demo project', () => {
  let system: System
  let project = ''

  beforeAll(async () => {
    system = await startSystem({ demo: 'full' })
    const mine = await system.call('GET', '/api/v1/projects', { as: 'alice' })
    project = mine.json.projects[0].id
  }, 120_000)

  afterAll(() => system.remove())

  test('there are statements in the README and in every study', () => {
    const pages = new Set(statements.map(([page]) => page))
    expect([...pages].sort()).toEqual(['README.md', ...studies].sort())
  })

  test.each(statements)('%s: %s', async (_, sql) => {
    const answer = await system.call('POST', `/api/v1/projects/${project}/queries`, {
      as: 'alice',
      body: { sql },
    })
    expect(answer.status).toBe(200)
    expect(answer.json.rows.length).toBeGreaterThan(0)
  })
})
