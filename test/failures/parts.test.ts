/** The parts of a node that fail: its workers, its rules, its search index. The rest of the node does not notice. */
import { cp, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { administer, openDatabase, type TestDatabase } from '../house.ts'
import { conditions, type Observed } from './cell.ts'
import { endOrphans, signalFamily, workersOf } from './processes.ts'
import { cellOf } from './table.ts'
import { openWorld, type World } from './world.ts'

const time = { fraction: 0 }
const shipped = new URL('../../policies', import.meta.url).pathname
let folder = ''
let policies = ''
let database: TestDatabase
let world: World

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huisclos-failing-rules-'))
  policies = join(folder, 'policies')
  await cp(shipped, policies, { recursive: true })
  database = await openDatabase()
  const clock = { now: () => Date.now() + time.fraction }
  const settings = { queryTimeoutMs: 1500, databaseAnswerMs: 1000 }
  world = await openWorld({ databaseUrl: database.url, clock, settings, policies })
}, 120_000)
afterAll(async () => {
  await world?.close()
  await database?.close()
  await rm(folder, { recursive: true, force: true })
})

let asked = 0
/** A text that no plan is kept of. */
const fresh = () => `SELECT count(*) AS n${asked++} FROM patients`
const derived = () =>
  `CREATE TABLE kept_${asked++} AS SELECT patient_id, count(*) AS n FROM stays GROUP BY patient_id`

/** What a query is told whose worker is stopped or killed, and every one that takes its place until it is told. */
async function lose(program: string, signal: 'SIGKILL' | 'SIGSTOP', sql = fresh()): Promise<Observed> {
  const met = new Set<number>()
  const hurt = (one: NodeJS.Signals) => {
    for (const pid of workersOf(program)) {
      met.add(pid)
      signalFamily(pid, one)
    }
  }
  hurt('SIGSTOP')
  const told = { isTold: false }
  const answer = world.ask(sql).finally(() => {
    told.isTold = true
  })
  for (await pause(50); !told.isTold; await pause(50)) hurt(signal)
  const { status, json } = await answer
  hurt('SIGCONT')
  endOrphans(met, program)
  return { status, code: json.code ?? null, exit: world.exits.at(-1) ?? null, isBack: await comesBack() }
}

/** What was killed while nobody used it may cost one more answer, and its successor takes a moment to come up. */
async function comesBack(): Promise<boolean> {
  for (let asking = 0; asking < 20; asking += 1) {
    if ((await world.ask(fresh())).status === 200) return true
    await pause(50)
  }
  return false
}

describe('a worker', () => {
  test('that reads text and is killed costs its caller one answer', async () => {
    expect(await lose('parser-worker', 'SIGKILL')).toEqual(cellOf('parser', 'down').expected)
  })
  test('that reads text and stands still is killed at its deadline', async () => {
    expect(await lose('parser-worker', 'SIGSTOP')).toEqual(cellOf('parser', 'slow').expected)
  })
  test('that holds an extract and is killed costs its caller one answer', async () => {
    expect(await lose('vault-worker', 'SIGKILL')).toEqual(cellOf('vault', 'down').expected)
  })
  test('that holds an extract and stands still is killed at its deadline', async () => {
    expect(await lose('vault-worker', 'SIGSTOP')).toEqual(cellOf('vault', 'slow').expected)
  })
  test('that releases and is killed costs its caller one answer', async () => {
    expect(await lose('release-worker', 'SIGKILL')).toEqual(cellOf('releaser', 'down').expected)
  })
  test('that releases and stands still is killed at its deadline', async () => {
    expect(await lose('release-worker', 'SIGSTOP')).toEqual(cellOf('releaser', 'slow').expected)
  })
  test('that builds a table and is killed costs its caller one answer', async () => {
    expect(await lose('builder-worker', 'SIGKILL', derived())).toEqual(cellOf('builder', 'down').expected)
  })
  test('that builds a table and stands still is killed at its deadline', async () => {
    expect(await lose('builder-worker', 'SIGSTOP', derived())).toEqual(cellOf('builder', 'slow').expected)
  })
})

test('workers that are well turn each of these cells red', async () => {
  const seen = await lose('no such worker', 'SIGKILL')
  for (const name of ['parser', 'vault', 'releaser', 'builder'] as const)
    for (const condition of conditions) expect(seen).not.toEqual(cellOf(name, condition).expected)
})

describe('rules', () => {
  const alarms = async () => {
    const found: string[] = []
    for await (const { body } of world.node.house.audit.entries(0, Number.MAX_SAFE_INTEGER))
      if (body.type === 'anomaly.raised') found.push(body.anomaly)
    return found
  }

  test('of which one cannot be evaluated are a no, and an alarm, once', async () => {
    // Cedar knows whole numbers only: the time is one that it cannot weigh.
    time.fraction = 0.5
    const answers = [await world.ask(), await world.ask()]
    time.fraction = 0
    expect(answers.map(({ json }) => json.rule)).toEqual(['rule-failed', 'rule-failed'])
    const [{ status, json } = { status: 0, json: {} }] = answers
    const isBack = (await world.ask()).status === 200
    expect({ status, code: json.code, exit: null, isBack }).toEqual(cellOf('rules', 'garbage').expected)
    expect((await alarms()).filter((name) => name === 'rule-failed')).toHaveLength(1)
    expect(world.told.join('\n')).toMatch(/a rule could not be evaluated/)
  })
})

describe('rules that are not where they were', () => {
  const away = () => rename(policies, `${policies}-away`)
  const back = () => rename(`${policies}-away`, policies)

  test('are those that were read, under a running node', async () => {
    await away()
    const { status } = await world.ask()
    await back()
    const isBack = (await world.ask()).status === 200
    expect({ status, code: null, exit: null, isBack }).toEqual(cellOf('rules', 'slow').expected)
  })

  test('stop the start, and nothing is answered under none', async () => {
    await away()
    const { exitCode } = await world.restart().then(
      () => ({ exitCode: null }),
      (error: { exitCode: number }) => error,
    )
    const status = await world.ask().then(
      (answer) => answer.status,
      () => null,
    )
    await back()
    await world.restart()
    const isBack = (await world.ask()).status === 200
    expect({ status, code: null, exit: exitCode, isBack }).toEqual(cellOf('rules', 'down').expected)
  })
})

describe('a search index', () => {
  const search = () => world.call('GET', '/api/v1/audit/entries?limit=5', { as: 'nadia' })
  const reindex = () => world.call('POST', '/api/v1/audit/reindex', { as: 'nadia' })
  const observed = async (mend: () => Promise<unknown> = reindex): Promise<Observed> => {
    const { status, json } = await search()
    // Everything else works.
    const { status: other } = await world.ask()
    await mend()
    const again = await search()
    const isBack = other === 200 && again.status === 200 && again.json.entries.length > 0
    return { status, code: json.code, exit: null, isBack }
  }

  test('that was dropped says so, holds nothing up, and is made again from the log', async () => {
    const columns = `SELECT column_name FROM information_schema.columns WHERE table_name = 'audit_index' ORDER BY 1`
    const before = await rows(columns)
    await administer(database.url, 'DROP TABLE audit_index, audit_dataset')
    expect(await observed()).toEqual(cellOf('index', 'down').expected)
    expect(await rows(columns)).toEqual(before)
  })

  test('that was emptied does not pass for a log without entries', async () => {
    await search()
    await administer(database.url, 'TRUNCATE audit_index')
    expect(await observed()).toEqual(cellOf('index', 'garbage').expected)
    await administer(database.url, 'TRUNCATE audit_index')
    await world.ask()
    // New entries behind the hole do not close it.
    expect(await observed()).toEqual(cellOf('index', 'garbage').expected)
  })

  test('that is well turns each of these cells red', async () => {
    const seen = await observed()
    for (const condition of conditions) expect(seen).not.toEqual(cellOf('index', condition).expected)
  })

  test('that somebody holds answers in time that it cannot', async () => {
    await search()
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await client.query('BEGIN; LOCK TABLE audit_index IN ACCESS EXCLUSIVE MODE')
    const letGo = () => client.end()
    expect(await observed(letGo)).toEqual(cellOf('index', 'slow').expected)
  })

  test('that was dropped while the node was away is made again at its start', async () => {
    await administer(database.url, 'DROP TABLE audit_index, audit_dataset')
    await world.restart()
    const { status, json } = await search()
    expect([status, json.entries.length]).toEqual([200, 5])
    expect(world.told.join('\n')).toMatch(/the search index is gone: it is made again/)
  })
})

async function rows(text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const { rows: found } = await client.query(text)
  await client.end()
  return found
}
