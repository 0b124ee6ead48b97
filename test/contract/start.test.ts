/** Starting and stopping: what a second start finds, what a wrong setting says, what a kill leaves. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { machineSandbox } from '../../services/engine/box/sandbox.ts'
import { otherPurpose, tourSteps } from '../../services/gateway/help/tour.ts'
import { freePort, run, type System, startSystem, until } from './system.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huisclos-start-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const byDepartment = 'SELECT department, count(*) AS n FROM patients GROUP BY department ORDER BY department'

/** Some five hundred million rows: longer than any limit. */
const endless = `SELECT count(*) AS n FROM diagnoses a ${['b', 'c', 'd', 'e']
  .map((one) => `JOIN diagnoses ${one} ON a.patient_id = ${one}.patient_id`)
  .join(' ')}`

describe('the full demo', () => {
  let system: System
  let home: string
  beforeAll(() => {
    home = join(folder, 'full')
  })
  afterAll(async () => system?.remove(), 60_000)

  const projects = async () => (await system.call('GET', '/api/v1/projects', { as: 'alice' })).json.projects
  const ask = (project: string) =>
    system.call('POST', `/api/v1/projects/${project}/queries`, { as: 'alice', body: { sql: byDepartment } })

  test('has a dataset and a project of alice that answers, and says so when it starts', async () => {
    system = await startSystem({ demo: 'full', home })
    const [project] = await projects()
    expect(project).toMatchObject({ status: 'active', bulle: { status: 'ready' } })
    const { status, json } = await ask(project.id)
    expect(status).toBe(200)
    expect(json.rows.length).toBeGreaterThan(3)
    expect(system.output()).toMatch(` --project ${project.id} `)
    expect(system.output()).toMatch(/ ✔ PostgreSQL +\d+,\d s/)
  }, 120_000)

  test('answers, refuses and withholds as the page of the tour says, and is where it leads', async () => {
    const [{ id }] = await projects()
    const asked = tourSteps.flatMap(({ sql }) => (sql === undefined ? [] : [sql]))
    const [allowed, , withheld] = asked
    const put = (body: object) => system.call('POST', `/api/v1/projects/${id}/queries`, { as: 'alice', body })
    expect((await put({ sql: allowed })).json.rows.length).toBeGreaterThan(3)
    expect((await put({ sql: allowed, purpose: otherPurpose })).json.code).toBe('PURPOSE_NOT_GRANTED')
    expect((await put({ sql: withheld })).json).toMatchObject({
      rows: [[null]],
      disclosure: { cellsWithheld: 1 },
    })
    const { text } = await system.call('GET', '/help/visite?lang=en')
    for (const { at } of tourSteps) expect(text).toContain(`<a href="${at(id).replaceAll('&', '&amp;')}`)
  })

  test('a second start on the same home is refused in one line', async () => {
    const ended = await run(['services/main.ts'], {
      HUISCLOS_HOME: home,
      HUISCLOS_PORT: String(await freePort()),
    })
    expect(ended.status).not.toBe(0)
    expect(lines(ended.stderr)).toEqual([expect.stringMatching(/^huisclos : .*process \d+/)])
  }, 60_000)

  test('stops at SIGTERM with 0, and starts again with the same project and nothing seeded twice', async () => {
    const before = await projects()
    const count = async () =>
      (await system.call('GET', '/api/v1/habilitations', { as: 'paul' })).json.habilitations.length
    const requests = await count()
    expect(await system.stop('SIGTERM')).toBe(0)
    expect(await readdir(home)).not.toContain('server.json')
    system = await startSystem({ demo: 'full', home })
    expect((await projects()).map(({ id }: { id: string }) => id)).toEqual(
      before.map(({ id }: { id: string }) => id),
    )
    expect((await ask(before[0].id)).status).toBe(200)
    expect(await count()).toBe(requests)
    expect(system.output()).toMatch(` --project ${before[0].id} `)
    expect(await system.call('GET', '/api/v1/datasets/pmsi-demo', { as: 'alice' })).toMatchObject({
      json: { version: 1 },
    })
  }, 120_000)

  test('a killed node leaves nothing in the way of the next, and its log is intact', async () => {
    const [{ id }] = await projects()
    await system.stop('SIGKILL')
    system = await startSystem({ demo: 'full', home })
    expect((await ask(id)).status).toBe(200)
    expect(await system.huisclos('audit', 'verify')).toMatchObject({ status: 0 })
  }, 120_000)

  describe('a running query', () => {
    let project: string
    beforeAll(async () => {
      const [{ id }] = await projects()
      project = id
    })

    const start = (id: string, signal?: AbortSignal) =>
      system.call('POST', `/api/v1/projects/${project}/queries`, {
        as: 'alice',
        body: { sql: endless, id },
        ...(signal ? { signal } : {}),
      })
    const entries = async (type: string) =>
      (await system.call('GET', `/api/v1/audit/entries?type=${type}`, { as: 'nadia' })).json.entries.length
    /** Resolves when the log holds so many entries of a type. */
    const recorded = (type: string, count: number) =>
      until(
        () => system.call('GET', `/api/v1/audit/entries?type=${type}`, { as: 'nadia' }),
        ({ json }) => json.entries.length >= count,
      )

    test('is cancelled by its own person, and by nobody else', async () => {
      const id = '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0011'
      const intents = await entries('query.intent')
      const running = start(id)
      await recorded('query.intent', intents + 1)
      const cancel = (as: string) =>
        system.call('POST', `/api/v1/projects/${project}/queries/${id}/cancel`, { as })
      expect(await cancel('paul')).toMatchObject({ status: 404 })
      expect(await cancel('alice')).toMatchObject({ status: 200, json: { id, cancelled: true } })
      expect(await running).toMatchObject({ status: 403, json: { code: 'QUERY_FAILED' } })
    }, 60_000)

    test('ends when its connection is closed', async () => {
      const aborted = await entries('query.abort')
      const leaving = new AbortController()
      const intents = await entries('query.intent')
      const running = start('6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0012', leaving.signal)
      await recorded('query.intent', intents + 1)
      leaving.abort()
      await expect(running).rejects.toThrow()
      const { json } = await recorded('query.abort', aborted + 1)
      expect(json.entries.length).toBe(aborted + 1)
    }, 60_000)

    test('is stopped by a suspension within a second, and says so', async () => {
      const intents = await entries('query.intent')
      const running = start('6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0013')
      await recorded('query.intent', intents + 1)
      const { json } = await system.call('GET', `/api/v1/projects/${project}`, { as: 'alice' })
      const at = `/api/v1/habilitations/${json.habilitation}/suspension`
      const stopped = await system.call('POST', at, { as: 'nadia', body: { reason: 'A doubt.' } })
      expect(stopped).toMatchObject({ status: 200, json: { state: 'suspended' } })
      const from = performance.now()
      expect(await running).toMatchObject({ status: 403, json: { code: 'SUSPENDED' } })
      expect(performance.now() - from).toBeLessThan(1000)
    }, 60_000)
  })
})

/** What is not said by packages about their own age. */
function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('oidc-provider'))
}

describe('a setting that cannot be', () => {
  const configuration = async (content: object) => {
    const path = join(folder, 'node.json')
    await writeFile(path, JSON.stringify(content))
    return path
  }
  const complete = {
    node: 'FR-NOR',
    address: 'https://huisclos.example.fr',
    trustedProxy: '127.0.0.1',
    keys: { provider: 'env', kek: 'env:HUISCLOS_KEK' },
    issuers: [{ name: 'chu', issuer: 'https://id.example.fr', audience: 'huisclos', jwks: '/etc/chu.jwks' }],
  }

  test('a taken port is named', async () => {
    const { createServer } = await import('node:net')
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const address = server.address()
    const port = String(typeof address === 'object' ? address?.port : '')
    const home = await mkdtemp(join(tmpdir(), 'huisclos-port-'))
    const ended = await run(['services/main.ts'], { HUISCLOS_HOME: home, HUISCLOS_PORT: port })
    server.close()
    await rm(home, { recursive: true, force: true })
    expect(ended.status).not.toBe(0)
    expect(lines(ended.stderr)).toEqual([expect.stringContaining(port)])
  }, 30_000)

  test('a home that cannot be written is named', async () => {
    const home = join(folder, 'file')
    await writeFile(home, '')
    const ended = await run(['services/main.ts'], {
      HUISCLOS_HOME: home,
      HUISCLOS_PORT: String(await freePort()),
    })
    expect(ended.status).not.toBe(0)
    expect(lines(ended.stderr)).toEqual([expect.stringContaining(home)])
  }, 30_000)

  test('an unknown key of the configuration is named, with status 78', async () => {
    const path = await configuration({ ...complete, colour: 'blue' })
    const ended = await run(['services/main.ts'], { HUISCLOS_CONFIG: path })
    expect(ended.status).toBe(78)
    expect(lines(ended.stderr)).toEqual([expect.stringContaining('colour')])
  }, 30_000)

  test('production without a sandbox does not start, with status 73', async () => {
    const path = await configuration(complete)
    const ended = await run(['services/main.ts'], {
      HUISCLOS_CONFIG: path,
      HUISCLOS_HOME: join(folder, 'production'),
      HUISCLOS_KEK: Buffer.alloc(32).toString('base64'),
    })
    // With a sandbox the start goes on to what the configuration names, and the file of keys is not there.
    const isBoxed = (await machineSandbox()).kind !== 'none'
    expect(ended.status).toBe(isBoxed ? 78 : 73)
    expect(lines(ended.stderr)).toEqual([expect.stringContaining(isBoxed ? '/etc/chu.jwks' : 'sandbox')])
  }, 30_000)
})
