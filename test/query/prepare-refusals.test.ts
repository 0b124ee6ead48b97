import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Refusal } from '../../services/kernel/refusal.ts'
import { explain } from '../../services/kernel/text.ts'
import { clauseRefusals } from './clause-refusals.ts'
import { type Clinic, openClinic } from './clinic.ts'
import { refusedReleased } from './refused-released.ts'
import { refused as atLarge } from './refused-statements.ts'
import { refusedWithinPerson } from './refused-within-person.ts'

const refused = [...atLarge, ...refusedWithinPerson, ...clauseRefusals]

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic.close())

async function refusalOf(sql: string, parameters?: unknown): Promise<Refusal> {
  const drafted = await clinic.draft(sql, parameters).catch((error: unknown) => error)
  if (drafted instanceof Refusal) return drafted
  throw drafted instanceof Error ? drafted : new Error(`not refused: ${sql}`)
}

describe('a refused statement is told why and where', () => {
  const cases = [...refused, ...refusedReleased].map(([code, part, sql, hint]) => ({ code, part, sql, hint }))
  test.each(cases)('$code at $part: $sql', async ({ code, part, sql, hint }) => {
    const refusal = await refusalOf(sql)
    const { location } = refusal.facts
    expect(refusal.code).toBe(code)
    expect(location && sql.slice(location.offset, location.offset + location.length)).toBe(part)
    expect(refusal.facts.hint?.key).toBe(hint)
    for (const language of ['fr', 'en'] as const)
      expect(explain(language, refusal).hint).not.toMatch(/\{\{|undefined|hint\./)
  })
})

test('a hint names the columns of the text', async () => {
  const { facts } = await refusalOf('SELECT count(*) FROM stays AS "my stays" JOIN diagnoses d ON true')
  expect(facts.hint?.with).toEqual({ equality: 'my stays.patient_id = d.patient_id' })
})

test('absent, forbidden and hidden names get one and the same refusal', async () => {
  const columns = await Promise.all(
    ['absents', '__hidden', '__pixel_'].map((name) =>
      refusalOf(`SELECT count(*) FROM patients WHERE ${name} = 'x'`),
    ),
  )
  const known = columns.map(({ facts }) => facts.with)
  expect(new Set(known.map((one) => JSON.stringify(one))).size).toBe(1)
  expect(JSON.stringify(known)).not.toContain('__')
  const tables = await Promise.all(
    ['absent', 'pg_class', "'x.csv'"].map((name) => refusalOf(`SELECT count(*) FROM ${name}`)),
  )
  expect(new Set(tables.map(({ facts }) => JSON.stringify(facts.with))).size).toBe(1)
})

test('an ambiguous table is hinted with its dataset', async () => {
  const { facts } = await refusalOf('SELECT count(*) FROM shared')
  expect(facts.with?.known).toContain('"public".shared')
})

test('an unknown name decides before any rule of typing, and the outermost relation before the others', async () => {
  expect((await refusalOf("SELECT sex FROM patients WHERE patient_id = 'x' AND nope")).code).toBe(
    'COLUMN_UNKNOWN',
  )
  expect((await refusalOf("SELECT sex FROM patients WHERE patient_id = 'x'")).code).toBe('ROW_LEVEL')
  expect((await refusalOf("SELECT max(sex) FROM patients WHERE patient_id = 'x'")).code).toBe(
    'IDENTIFIER_COMPARED',
  )
})

test('a place counts UTF-16 units', async () => {
  const sql = "SELECT '😀é', nope FROM patients"
  expect((await refusalOf(sql)).facts.location).toEqual({ offset: sql.indexOf('nope'), length: 4 })
})

test('no refusal repeats a literal', async () => {
  for (const [, , sql] of refused) {
    const refusal = await refusalOf(sql)
    const said = JSON.stringify([refusal.facts.hint, refusal.facts.with]) + explain('en', refusal).detail
    for (const literal of ['25056', 'people.parquet', '/etc/passwd', "'p1'"])
      expect(said).not.toContain(literal)
  }
})

describe('parameters', () => {
  const cases = [
    {
      it: 'a missing one',
      sql: 'SELECT count(*) FROM patients WHERE sex = ?',
      parameters: [],
      path: 'parameters[0]',
    },
    {
      it: 'a surplus one',
      sql: 'SELECT count(*) FROM patients WHERE sex = ?',
      parameters: ['F', 'M'],
      path: 'parameters[1]',
    },
    {
      it: 'a missing name',
      sql: 'SELECT count(*) FROM patients WHERE sex = $sex',
      parameters: {},
      path: 'parameters.sex',
    },
    {
      it: 'a surplus name',
      sql: 'SELECT count(*) FROM patients',
      parameters: { sex: 'F' },
      path: 'parameters.sex',
    },
    {
      it: 'another type',
      sql: 'SELECT count(*) FROM patients WHERE sex = ?',
      parameters: [{ a: 1 }],
      path: 'parameters[0]',
    },
    { it: 'another body', sql: 'SELECT count(*) FROM patients', parameters: 'F', path: 'parameters' },
  ]
  test.each(cases)('$it is INVALID and named', async ({ sql, parameters, path }) => {
    const refusal = await refusalOf(sql, parameters)
    expect(refusal.code).toBe('INVALID')
    expect(refusal.facts.missing?.map((one) => one.path)).toEqual([path])
  })

  test('an identifier is not compared with one', async () => {
    expect((await refusalOf('SELECT count(*) FROM patients WHERE patient_id = ?', ['p1'])).code).toBe(
      'IDENTIFIER_COMPARED',
    )
  })
})
