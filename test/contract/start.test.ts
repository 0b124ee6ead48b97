/** Starting and stopping: what a second start finds, what a wrong setting says, what a kill leaves. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { freePort, run, type System, startSystem } from './system.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huisclos-start-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const byDepartment = 'SELECT department, count(*) AS n FROM patients GROUP BY department ORDER BY department'

describe('the full demo', () => {
  let system: System
  afterAll(async () => system?.remove(), 60_000)

  const projects = async () => (await system.call('GET', '/api/v1/projects', { as: 'alice' })).json.projects
  const ask = (project: string) =>
    system.call('POST', `/api/v1/projects/${project}/queries`, { as: 'alice', body: { sql: byDepartment } })

  test('has a dataset and a project of alice that answers, and says so when it starts', async () => {
    system = await startSystem({ demo: 'full', home: folder })
    const [project] = await projects()
    expect(project).toMatchObject({ status: 'active', bulle: { status: 'ready' } })
    const { status, json } = await ask(project.id)
    expect(status).toBe(200)
    expect(json.rows.length).toBeGreaterThan(3)
    expect(system.output()).toMatch(` --project ${project.id} `)
    expect(system.output()).toMatch(/ ✔ PostgreSQL +\d+,\d s/)
  }, 120_000)

  test('a second start on the same home is refused in one line', async () => {
    const ended = await run(['services/main.ts'], {
      HUISCLOS_HOME: folder,
      HUISCLOS_PORT: String(await freePort()),
    })
    expect(ended.status).not.toBe(0)
    expect(lines(ended.stderr)).toEqual([expect.stringMatching(/^huisclos : .*process \d+/)])
  }, 60_000)

  test('stops at SIGTERM with 0, and starts again with the same project and nothing seeded twice', async () => {
    const before = await projects()
    expect(await system.stop('SIGTERM')).toBe(0)
    expect(await readdir(folder)).not.toContain('server.json')
    system = await startSystem({ demo: 'full', home: folder })
    expect((await projects()).map(({ id }: { id: string }) => id)).toEqual(
      before.map(({ id }: { id: string }) => id),
    )
    expect((await ask(before[0].id)).status).toBe(200)
    expect(await system.call('GET', '/api/v1/datasets/pmsi-demo', { as: 'alice' })).toMatchObject({
      json: { version: 1 },
    })
  }, 120_000)

  test('a killed node leaves nothing in the way of the next, and its log is intact', async () => {
    const [{ id }] = await projects()
    await system.stop('SIGKILL')
    system = await startSystem({ demo: 'full', home: folder })
    expect((await ask(id)).status).toBe(200)
    expect(await system.huisclos('audit', 'verify')).toMatchObject({ status: 0 })
  }, 120_000)
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
    })
    expect(ended.status).toBe(73)
    expect(lines(ended.stderr)).toEqual([expect.stringContaining('sandbox')])
  }, 30_000)
})
