/** SQL on the synthetic twin of a dataset: the same engine and rules as in a project, and no permit. */
import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { pmsiDemo } from '../../services/dataset/synthetic/pmsi-demo.ts'
import { openTwinTurns } from '../../services/query/on-twin.ts'
import { openTestNode, type TestNode } from '../node.ts'

let node: TestNode
beforeAll(async () => {
  node = await openTestNode()
  const beds = {
    ...{ name: 'beds', kind: 'non-personal', holder: 'chu-rouen' },
    resources: [{ name: 'beds', schema: { fields: [{ name: 'ward' }] } }],
  }
  for (const body of [{ ...pmsiDemo, name: 'stays-2024' }, beds])
    expect((await node.call('POST', '/api/v1/datasets', { as: 'rouen', body })).status).toBe(201)
})
afterAll(() => node.close())

const ask = (sql: string, more: object = {}) =>
  node.call('POST', '/api/v1/datasets/stays-2024/twin/queries', { as: 'alice', body: { sql, ...more } })

describe('the twin of a dataset without any version', () => {
  test('answers a statement, and says that its rows are invented', async () => {
    const { status, json } = await ask('SELECT count(*) AS n, count(DISTINCT patient_id) AS p FROM patients')
    expect({ status, json }).toMatchObject({
      status: 200,
      json: { synthetic: true, dataset: 'stays-2024', rows: [[200, 200]], disclosure: { mode: 'guarded' } },
    })
    expect(json).not.toHaveProperty('receipt')
    expect(json).not.toHaveProperty('permit')
  })

  test('joins its tables and withholds small groups as a project does', async () => {
    const sql =
      'SELECT p.patient_id IS NULL AS x, count(*) AS n FROM patients p JOIN stays s USING (patient_id) GROUP BY 1'
    expect((await ask(sql)).json.rows[0][1]).toBe(200)
    const { json } = await ask('SELECT birth_year, count(*) FROM patients GROUP BY birth_year')
    expect(json.disclosure.k).toBe(11)
    expect(json.rows.every(([, n]: [unknown, number | null]) => n === null || n >= 11)).toBe(true)
    expect(json.disclosure.groupsWithheld || json.disclosure.cellsWithheld > 0).toBe(true)
  })

  test.each([
    ['ROW_LEVEL', 'SELECT birth_year FROM patients'],
    ['RELATION_UNKNOWN', 'SELECT count(*) FROM nobody'],
    ['SYNTAX', 'SELECT FROM WHERE'],
    ['STATEMENT_NOT_ALLOWED', 'CREATE TABLE mine AS SELECT * FROM patients'],
  ])('refuses with %s and its place', async (code, sql) => {
    const { status, json } = await ask(sql)
    expect([json.code, status >= 400]).toEqual([code, true])
    expect(json.location).toBeDefined()
  })

  test('takes parameters, and no purpose', async () => {
    expect(
      (await ask('SELECT count(*) FROM patients WHERE birth_year > ?', { parameters: [0] })).status,
    ).toBe(200)
    expect((await ask('SELECT count(*) FROM patients', { purpose: 'x' })).status).toBe(422)
  })

  test('is there for personal datasets alone', async () => {
    const body = { sql: 'SELECT 1' }
    for (const name of ['beds', 'nothing'])
      expect(
        (await node.call('POST', `/api/v1/datasets/${name}/twin/queries`, { as: 'alice', body })).status,
      ).toBe(404)
  })

  test('comes as Parquet too', async () => {
    const response = await fetch(`${node.url}/catalogue/stays-2024/twin/patients?format=parquet`)
    expect(response.headers.get('content-type')).toBe('application/vnd.apache.parquet')
    expect(
      Buffer.from(await response.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe('PAR1')
  })

  test('is asked from the command line', async () => {
    const { code, stdout, stderr } = await command(
      'query',
      '--as',
      'alice',
      '--twin',
      'stays-2024',
      'SELECT count(*) AS n FROM patients',
    )
    expect([code, /200/.test(stdout), /invented/.test(stderr)]).toEqual([0, true, true])
    const refused = await command(
      'query',
      '--as',
      'alice',
      '--twin',
      'stays-2024',
      'SELECT birth_year FROM patients',
    )
    expect([refused.code, /ROW_LEVEL/.test(refused.stderr)]).toEqual([3, true])
  }, 60_000)
})

function command(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const port = new URL(node.url).port
  const env = { ...process.env, HUISCLOS_HOME: node.home, HUISCLOS_PORT: port, HUISCLOS_URL: node.url }
  const child = spawn(process.execPath, ['--import', 'tsx', 'services/cli.ts', ...args], { env })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => (stderr += chunk))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
}

test('one person asks one twin at a time, thirty times a minute; another is not hindered', () => {
  let now = 0
  const turns = openTwinTurns({ now: () => now }, { perMinute: 30, running: 1 })
  const [alice, bruno] = ['alice', 'bruno'].map((subject) => ({ issuer: 'demo', subject }))
  if (!alice || !bruno) throw new Error('nobody')
  const first = turns.take(alice)
  expect(() => turns.take(alice)).toThrow(expect.objectContaining({ code: 'RATE' }))
  turns.take(bruno)()
  first()
  for (let times = 1; times < 30; times += 1) turns.take(alice)()
  expect(() => turns.take(alice)).toThrow(expect.objectContaining({ code: 'RATE' }))
  now = 60_000
  turns.take(alice)()
})
