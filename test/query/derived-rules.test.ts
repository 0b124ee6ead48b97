/** What each rule of a derived table holds by itself: its rows are proved, its columns keep what may not be done with them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Parser } from '../../services/engine/engine.ts'
import { openParser } from '../../services/engine/parser.ts'
import { template } from '../../services/query/disclosure/template.ts'
import { bulleTwin } from '../../services/query/twin.ts'
import { understandTable } from '../../services/query/workspace/table.ts'
import { bulle, today } from './clinic.ts'

let parser: Parser
beforeAll(async () => {
  parser = await openParser()
})
afterAll(() => parser.close())

const sql = 'SELECT patient_id, commune, income, death_date FROM patients'

test('its rows are proved, whatever the rewriter wrote', async () => {
  const planned = (text: string): Parser => ({
    tree: (of) => parser.tree(of),
    text: (tree) => parser.text(tree),
    columns: (statement, twin) => parser.columns(statement, twin),
    plan: () => parser.plan(template(text), bulleTwin(bulle)),
    close: () => parser.close(),
  })
  const columns = 'patient_id, commune, income, death_date'
  const made = (text: string) => understandTable(planned(text), bulle, { sql, today })
  await expect(made(`SELECT ${columns}, __pix FROM clinic.patients`)).resolves.toBeDefined()
  for (const text of [
    `SELECT ${columns}, 7::UINTEGER FROM clinic.patients`,
    `SELECT ${columns} FROM clinic.patients`,
    `SELECT p.patient_id, commune, income, death_date, s.__pix FROM clinic.patients p, clinic.stays s`,
  ])
    await expect(made(text)).rejects.toMatchObject({ code: 'NOT_PROVEN' })
})

test('its columns keep what may not be done with them', async () => {
  const { columns } = await understandTable(parser, bulle, { sql, today })
  expect(columns).toEqual([
    { name: 'patient_id', role: 'unit' },
    { name: 'commune', restrict: ['group-by', 'output'] },
    { name: 'income', restrict: ['filter'] },
    { name: 'death_date' },
  ])
})

test('its rows are of one domain of persons', async () => {
  const elsewhere = {
    ...bulle,
    tables: bulle.tables.map((table) => (table.name === 'stays' ? { ...table, domain: 'bretagne' } : table)),
  }
  const both = 'SELECT birth_year FROM patients UNION ALL SELECT cost FROM stays'
  await expect(understandTable(parser, bulle, { sql: both, today })).resolves.toBeDefined()
  await expect(understandTable(parser, elsewhere, { sql: both, today })).rejects.toMatchObject({
    facts: { rule: 'query.one-domain' },
  })
})
