/** A stop under load, as an outsider and the operator see it: nobody is cut off, and nothing is left. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import { alive, descendants } from '../trials/processes.ts'
import { study } from './revocation.ts'
import { type Answer, run, type System, startSystem, until } from './system.ts'

let system: System
let project: string
beforeAll(async () => {
  system = await startSystem()
  project = (await study(system)).project
}, 120_000)
afterAll(() => system?.remove(), 60_000)

/** Sixty million rows: a second or so. */
const long = 'SELECT count(*) AS n FROM visits a JOIN visits b ON a.patient_id = b.patient_id'
const ask = (sql: string) =>
  system.call('POST', `/api/v1/projects/${project}/queries`, { as: 'alice', body: { sql } })
const entries = (type: string) => system.call('GET', `/api/v1/audit/entries?type=${type}`, { as: 'nadia' })

test('SIGTERM sends new calls away, lets the running queries end, and leaves nothing behind', async () => {
  await ask(long)
  const before = (await entries('query.intent')).json.entries.length
  const running = [ask(long), ask(long)]
  await until(
    () => entries('query.intent'),
    ({ json }) => json.entries.length === before + 2,
  )
  const below = await descendants(system.child.pid ?? 0)
  const stopped = system.stop('SIGTERM')
  const seen: Answer[] = []
  const isOver = Promise.all(running).then(() => true)
  while (!(await Promise.race([isOver, new Promise((resolve) => setTimeout(resolve, 2))]))) {
    const answers = ['/readyz', '/api/v1/me'].map((path) => system.call('GET', path).catch(() => null))
    for (const answer of await Promise.all(answers)) if (answer) seen.push(answer)
  }
  const away = seen.filter(({ status }) => status === 503)
  expect(away.length).toBeGreaterThan(0)
  expect(away.some(({ json }) => json.ready === false)).toBe(true)
  const told = away.filter(({ json }) => json.rule === 'node.stopping')
  expect(told.length).toBeGreaterThan(0)
  for (const { headers, json } of told)
    expect([headers.get('retry-after'), json.code]).toEqual(['1', 'UNAVAILABLE'])
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200])
  expect(await stopped).toBe(0)
  expect(await alive(below)).toEqual([])
  expect(await readdir(system.home)).not.toContain('server.json')
  expect(await readdir(join(system.home, 'scratch', 'release'))).toEqual([])
  expect(await verifyLog({ dir: join(system.home, 'audit') })).toMatchObject({ status: 'intact' })
}, 60_000)

test('the last entry of a run says that the node stopped, before the first of the next', async () => {
  system = await startSystem({ home: system.home })
  const { json } = await system.call('GET', '/api/v1/audit/entries?limit=20', { as: 'nadia' })
  const types = json.entries.map(({ type }: { type: string }) => type)
  const at = types.indexOf('log.started')
  expect(types[at + 1]).toBe('log.stopped')
}, 60_000)

test('an argument that is not known stops the start, with status 78', async () => {
  const ended = await run(['services/main.ts', '--take-it'], { HUISCLOS_HOME: system.home })
  expect([ended.status, ended.stderr]).toEqual([78, expect.stringContaining('--take-it: unknown argument')])
}, 30_000)

test('a second signal ends the process at once, and leaves no process behind', async () => {
  const endless = `${long} JOIN visits c ON a.patient_id = c.patient_id`
  void ask(endless).catch(() => null)
  const before = (await entries('query.abort')).json.entries.length
  await until(
    () => system.call('GET', `/api/v1/projects/${project}/queries`, { as: 'alice' }),
    ({ json }) => json.queries[0]?.outcome === 'running',
  )
  const below = await descendants(system.child.pid ?? 0)
  const stopped = system.stop('SIGTERM')
  await new Promise((resolve) => setTimeout(resolve, 600))
  expect(system.child.exitCode).toBeNull()
  system.child.kill('SIGTERM')
  expect(await stopped).toBe(143)
  const left = async () => (await alive(below)).length
  for (let i = 0; i < 100 && (await left()) > 0; i += 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
  expect(await left()).toBe(0)
  system = await startSystem({ home: system.home })
  expect((await entries('query.abort')).json.entries.length).toBeGreaterThan(before)
}, 60_000)
