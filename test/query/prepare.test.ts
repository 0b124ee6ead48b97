import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { acceptedReleased } from './accepted-released.ts'
import { accepted } from './accepted-statements.ts'
import { type Clinic, openClinic } from './clinic.ts'

let clinic: Clinic
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic.close())

describe('an accepted statement means what it says', () => {
  test.each([...accepted, ...acceptedReleased])('%s', async (sql, native = sql) => {
    const { columns, rows } = await clinic.answer(sql)
    const expected = await clinic.native(native)
    expect(rows.map((row) => row.slice(0, columns.length).map(rounded))).toEqual(
      expected.map((row) => row.map(rounded)),
    )
    expect(rows.flatMap((row) => row.slice(columns.length))).toEqual(
      rows.flatMap(() => columns.map(() => false)),
    )
  })
})

/** Sums of floats have no fixed order, and counts may come as another integer type. */
function rounded(value: unknown): unknown {
  const number = typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value))
  return number ? Number(Number(value).toPrecision(12)) : value
}
