import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { DuckDBInstance } from 'duckdb'
import { resultOf } from '../../services/query/functions.ts'

let signatures: readonly (readonly unknown[])[]
let instance: DuckDBInstance
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const all = await connection.runAndReadAll(
    "SELECT function_name, return_type FROM duckdb_functions() WHERE function_type IN ('scalar', 'macro') AND database_name = 'system'",
  )
  signatures = all.getRowsJson()
  connection.closeSync()
})
afterAll(() => instance.closeSync())

test('what a function is said to answer, all its signatures answer', () => {
  const known = signatures.filter(([name]) => resultOf(String(name)).type !== undefined)
  const wrong = known.filter(([name, type]) => resultOf(String(name)).type !== type)
  expect(wrong).toEqual([])
  expect(new Set(known.map(([name]) => name)).size).toBeGreaterThan(45)
})
