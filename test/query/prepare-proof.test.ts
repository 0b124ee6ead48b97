import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Parser } from '../../services/engine/engine.ts'
import { openParser } from '../../services/engine/parser.ts'
import { template } from '../../services/query/disclosure/template.ts'
import { bulleTwin } from '../../services/query/twin.ts'
import { understand } from '../../services/query/understand.ts'
import { acceptedReleased } from './accepted-released.ts'
import { accepted } from './accepted-statements.ts'
import { bulle, today } from './clinic.ts'

let parser: Parser
beforeAll(async () => {
  parser = await openParser()
})
afterAll(() => parser.close())

test.each([...accepted, ...acceptedReleased].map(([sql]) => sql))(
  'what prepare accepts binds and is proved: %s',
  async (sql) => {
    const plan = await understand(parser, bulle, { sql, today })
    expect(plan.columns.length).toBeGreaterThan(0)
  },
)

test('what goes back into the vault is proved to be released', async () => {
  const rows = template('SELECT cost AS c0 FROM clinic.stays')
  const sql = 'SELECT count(*) FROM stays WHERE cost > (SELECT avg(cost) FROM stays)'
  const planOf = (of: string): Parser => ({
    tree: (text) => parser.tree(text),
    text: (tree) => parser.text(tree),
    columns: (statement, twin) => parser.columns(statement, twin),
    plan: (statement, twin) =>
      statement.includes(of) ? parser.plan(rows, bulleTwin(bulle)) : parser.plan(statement, twin),
    close: () => parser.close(),
  })
  await expect(understand(planOf('nothing'), bulle, { sql, today })).resolves.toBeDefined()
  for (const leaf of ['leaf_0', 'leaf_1'])
    await expect(understand(planOf(leaf), bulle, { sql, today })).rejects.toMatchObject({
      code: 'NOT_PROVEN',
      facts: { rule: 'verify.V9' },
    })
})
