import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Parser } from '../../services/engine/engine.ts'
import { openParser } from '../../services/engine/parser.ts'
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
