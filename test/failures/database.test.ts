/** The control database killed, stopped, late and out of its mind, under a full node: nobody is hurt, and the node comes back by itself. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { type Embedded, startEmbedded } from '../../services/store/embedded.ts'
import { administer } from '../house.ts'
import { conditions } from './cell.ts'
import { sufferLoss } from './loss.ts'
import { signalFamily } from './processes.ts'
import { openProxy, type TestProxy } from './proxy.ts'
import { cellOf } from './table.ts'
import { openWorld, type World } from './world.ts'

let folder = ''
let server: Embedded
let proxy: TestProxy
let world: World

// Durable: what a node was told is kept must be there after a kill, its keys among it.
const startServer = () => startEmbedded({ home: folder, log: silentLog, durable: true })
const postmaster = async () =>
  Number((await readFile(join(folder, 'postgres', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0])

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huisclos-failing-database-'))
  server = await startServer()
  proxy = await openProxy(server.url)
  world = await openWorld({ databaseUrl: proxy.url, settings: { databaseAnswerMs: 1000 } })
}, 120_000)
afterAll(async () => {
  await world?.close()
  await proxy?.close()
  await server?.close()
  await rm(folder, { recursive: true, force: true })
})

/** As store.ts keeps them at most. */
const sessionsOfPool = 10

/** Queries that began, and how often each ended. */
async function endsOfQueries(): Promise<readonly number[]> {
  const ends = new Map<string, number>()
  for await (const { body } of world.node.house.audit.entries(0, Number.MAX_SAFE_INTEGER)) {
    if (body.type === 'query.intent') ends.set(body.query, 0)
    if (body.type !== 'query.release' && body.type !== 'query.abort') continue
    const seen = ends.get(body.query)
    if (seen !== undefined) ends.set(body.query, seen + 1)
  }
  return [...ends.values()]
}

describe('a database', () => {
  test('that is killed ends the node, which waits for it and serves again', async () => {
    const kill = async () => signalFamily(await postmaster(), 'SIGKILL')
    const mend = async () => {
      while (!world.told.some((line) => /the start waits for it/.test(line))) await pause(20)
      await server.close()
      server = await startServer()
      proxy.leads(server.url)
    }
    expect((await sufferLoss(world, kill, mend)).observed).toEqual(cellOf('database', 'down').expected)
  }, 60_000)

  test('that is stopped answers nobody, and nobody waits for it', async () => {
    const pid = await postmaster()
    const stop = async () => signalFamily(pid, 'SIGSTOP')
    const mend = async () => signalFamily(pid, 'SIGCONT')
    expect((await sufferLoss(world, stop, mend)).observed).toEqual(cellOf('database', 'slow').expected)
  }, 60_000)

  test('that is late is one that is gone', async () => {
    const hurt = async () => proxy.answers({ late: 10_000 })
    const mend = async () => proxy.answers('well')
    expect((await sufferLoss(world, hurt, mend)).observed).toEqual(cellOf('database', 'slow').expected)
  }, 60_000)

  test('that answers nonsense is one that is gone', async () => {
    const hurt = async () => proxy.answers('garbage')
    const mend = async () => proxy.answers('well')
    expect((await sufferLoss(world, hurt, mend)).observed).toEqual(cellOf('database', 'garbage').expected)
  }, 60_000)

  test('that is well turns each of these cells red', async () => {
    const nothing = async () => {}
    const { observed: seen } = await sufferLoss(world, nothing, nothing)
    for (const condition of conditions) expect(seen).not.toEqual(cellOf('database', condition).expected)
  })

  test('that ends the sessions of the pool, and not that of the writer, costs an answer for each at most', async () => {
    const before = world.exits.length
    await administer(
      server.url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'huisclos'`,
    )
    const statuses: number[] = []
    while (statuses.at(-1) !== 200 && statuses.length <= sessionsOfPool)
      statuses.push((await world.ask()).status)
    expect(statuses.at(-1)).toBe(200)
    expect(statuses.slice(0, -1).filter((status) => status !== 503)).toEqual([])
    expect(world.exits.length).toBe(before)
  })

  test('leaves every query that began with one end, and a log that is whole', async () => {
    const ends = await endsOfQueries()
    expect(ends.length).toBeGreaterThan(0)
    expect(ends.filter((count) => count !== 1)).toEqual([])
    await world.node.house.audit.checkpoint()
    expect(await verifyLog({ dir: join(world.home, 'audit') })).toMatchObject({ status: 'intact' })
  })

  test('that does not want this node stops its start with one line, and is not waited for', async () => {
    const url = new URL(server.url)
    url.password = 'wrong'
    await expect(openWorld({ databaseUrl: url.href })).rejects.toMatchObject({
      name: 'StartError',
      exitCode: 78,
      message: 'DATABASE_URL : PostgreSQL refuse la connexion (identifiant ou mot de passe)',
    })
  })
})
