/** Derived tables through HTTP (contract.md 7, last paragraph). */
import { expect } from '@jest/globals'
import type { Answer, System } from './system.ts'

interface Study {
  readonly system: System
  readonly project: string
  readonly query: (body: object, as?: string) => Promise<Answer>
}

/** Expects the life of one table: made, queried like the others, never read row by row, dropped. */
export async function deriveTables({ system, project, query }: Study): Promise<void> {
  const made = await query({
    sql: 'CREATE TABLE spent AS SELECT patient_id, count(*) AS visits FROM visits GROUP BY patient_id',
  })
  expect(made).toMatchObject({
    status: 200,
    json: {
      columns: [
        { name: 'patient_id', type: 'VARCHAR' },
        { name: 'visits', type: 'BIGINT' },
      ],
      rows: [],
      suppressed: [],
      disclosure: { mode: 'guarded', k: 11, cellsWithheld: 0, groupsWithheld: true },
      permit: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      receipt: { seq: expect.any(Number) },
    },
  })
  const asked = await query({
    sql: 'SELECT p.sex, count(*) AS n FROM spent s JOIN patients p USING (patient_id) GROUP BY p.sex ORDER BY p.sex',
  })
  expect(asked.json.rows).toEqual([
    ['F', 20],
    ['M', 40],
  ])
  const shown = await system.call('GET', `/api/v1/projects/${project}`, { as: 'alice' })
  expect(JSON.stringify(shown.json.bulle)).toContain('spent')
  expect(await query({ sql: 'SELECT * FROM spent' })).toMatchObject({ status: 403 })
  expect(await query({ sql: 'CREATE TABLE patients AS SELECT 1 AS x' })).toMatchObject({
    status: 403,
    json: {
      code: 'WORKSPACE_NAME',
      location: { offset: 13, length: 8 },
      hint: expect.any(String),
      receipt: expect.any(Object),
    },
  })
  expect(await query({ sql: 'DROP TABLE spent' }, 'bruno')).toMatchObject({ status: 403 })
  expect(await query({ sql: 'DROP TABLE spent' })).toMatchObject({
    status: 200,
    json: { columns: [], rows: [] },
  })
  expect(await query({ sql: 'SELECT count(*) FROM spent' })).toMatchObject({
    json: { code: 'RELATION_UNKNOWN' },
  })
}
