/** What a node leans on while time passes: its clock, the disk of its log, the witnesses of its log. */
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { verifyLog } from '../../services/audit/verify/verify.ts'
import { noWitnesses } from '../../services/audit/witness/client.ts'
import type { Witnessing } from '../../services/audit/witness/collector.ts'
import { openWitness, type TestWitness } from '../audit/witnesses.ts'
import { openDatabase, type TestDatabase } from '../house.ts'
import { type Condition, conditions, type Observed } from './cell.ts'
import { flakyDisk } from './flaky-disk.ts'
import { openProxy, type TestProxy } from './proxy.ts'
import { cellOf } from './table.ts'
import { openWorld, type World } from './world.ts'

const minute = 60_000
const hour = 60 * minute
const year = 365 * 24 * hour

/** From the time of the machine to a day whose year, and whose change of hour, are far enough. */
const shift = Date.parse('2026-02-02T10:00:00Z') - Date.now()
const now = () => Date.now() + shift
/** Time that has passed, and by how much the clock of the node is wrong; that of the callers is right. */
const time = { passed: 0, wrong: 0, callersAreWrongToo: false }
const clock = {
  now: () => now() + time.passed + time.wrong,
  elapsed: () => performance.now() + time.passed,
}
const callers = { now: () => now() + time.passed + (time.callersAreWrongToo ? time.wrong : 0) }
const disk = flakyDisk()
let database: TestDatabase
let world: World
let witness: TestWitness
let proxy: TestProxy

beforeAll(async () => {
  database = await openDatabase()
  world = await openWorld({ databaseUrl: database.url, clock, callers, storage: disk })
  const shard = join(world.home, 'audit', '2026')
  witness = await openWitness('chu', { shard, now: callers.now })
  proxy = await openProxy(witness.url)
}, 120_000)
afterAll(async () => {
  await world?.close()
  await proxy?.close()
  await witness?.remove()
  await database?.close()
})

const entries = async () => {
  const found: { ts: string; type: string; anomaly?: string }[] = []
  for (const shard of world.node.house.audit.shards)
    for await (const { ts, body } of world.node.house.audit.entries(0, Number.MAX_SAFE_INTEGER, shard))
      found.push({ ts, type: body.type, ...('anomaly' in body && { anomaly: body.anomaly }) })
  return found
}
const anomalies = async () => (await entries()).flatMap(({ anomaly }) => anomaly ?? [])

async function observed(mend: () => Promise<unknown>): Promise<Observed> {
  const { status, json } = await world.ask()
  const exit = world.exits.at(-1) ?? null
  await mend()
  const isBack = (await world.ask()).status === 200
  return { status, code: json.code ?? null, exit, isBack }
}

describe('the disk of the log', () => {
  /** The room is looked at every 256 entries, and every second. */
  const look = async () => {
    const body = { type: 'access.read', route: 'GET /api/v1/me' } as const
    const append = () => world.node.house.audit.append(body, {}).catch(() => undefined)
    await Promise.all(Array.from({ length: 256 }, append))
    // One more sees what was looked at.
    await append()
  }

  test('that is full stops everything, and nothing when there is room again', async () => {
    disk.isFull = true
    await look()
    const mend = async () => {
      disk.isFull = false
    }
    expect(await observed(mend)).toEqual(cellOf('disk', 'down').expected)
    expect(world.told.join('\n')).toMatch(/no space left for the audit log/)
  })

  test('that is late holds answers back until their entries are on it', async () => {
    disk.lateMs = 50
    const mend = async () => {
      disk.lateMs = 0
    }
    expect(await observed(mend)).toEqual(cellOf('disk', 'slow').expected)
  })

  test.each(['EIO', 'EROFS'] as const)(
    'that answers %s ends the node, which nothing has left',
    async (fault) => {
      disk.fault = fault
      const mend = async () => {
        disk.fault = null
        await world.restart()
      }
      world.exits.length = 0
      expect(await observed(mend)).toEqual(cellOf('disk', 'garbage').expected)
      world.exits.length = 0
    },
  )
})

test('a disk, witnesses and a clock that are well turn these cells red', async () => {
  const seen = await observed(async () => {})
  const alwaysWell = ['disk slow', 'clock slow']
  for (const name of ['disk', 'witness', 'clock'] as const)
    for (const condition of conditions) {
      const isRed = !isDeepStrictEqual(seen, cellOf(name, condition).expected)
      expect([name, condition, isRed]).toEqual([
        name,
        condition,
        !alwaysWell.includes(`${name} ${condition}`),
      ])
    }
})

describe('witnesses', () => {
  beforeAll(async () => {
    const { name, vkey } = witness
    const members = [{ name, vkey, url: proxy.url.replace(/\/$/, '') }]
    await world.restart({ witnesses: { witnesses: members, quorum: 1, refuseAfterMs: 24 * hour } })
  })
  // The doors see its state alone.
  const witnessing = () => world.node.house.witnessing as Witnessing
  const round = () => witnessing().round()
  const hurt: Readonly<Record<Condition, () => Promise<void>>> = {
    down: () => proxy.down(),
    slow: async () => proxy.answers({ late: 10_000 }),
    garbage: async () => proxy.answers('garbage'),
  }
  const mend = async () => {
    proxy.answers('well')
    proxy.cut()
    await proxy.up()
    await round()
  }
  beforeEach(async () => {
    await round()
    expect(witnessing().status().isStale).toBe(false)
  })

  test('that are gone are told after five minutes, alarming after an hour, and after a day no query starts', async () => {
    await hurt.down()
    const seen: unknown[] = []
    for (const at of [4 * minute, 2 * minute, hour, 23 * hour]) {
      time.passed += at
      await round()
      const last = (await entries()).filter(({ type }) => /^witness|^anomaly/.test(type)).at(-1)
      seen.push([(await world.ask()).status, last?.anomaly ?? last?.type])
    }
    expect(seen).toEqual([
      [200, undefined],
      [200, 'witness.quorum_lost'],
      [200, 'witness.alarming'],
      [503, 'witness.refusing'],
    ])
    // A restart makes nobody younger.
    await world.restart()
    expect(await observed(mend)).toEqual(cellOf('witness', 'down').expected)
    expect((await entries()).at(-1)?.type).not.toBe('witness.quorum_lost')
  })

  test.each(['slow', 'garbage'] as const)('that are %s are as good as gone', async (condition) => {
    await hurt[condition]()
    time.passed += 25 * hour
    await round()
    expect(await observed(mend)).toEqual(cellOf('witness', condition).expected)
  })
})

describe('a clock', () => {
  const well = async () => {
    time.wrong = 0
    time.callersAreWrongToo = false
  }
  beforeAll(() => world.restart({ witnesses: noWitnesses }))
  beforeEach(well)

  test('that is off by less than a minute bothers nobody; by more, no token is taken', async () => {
    const seen: number[] = []
    for (const seconds of [-50, 50, -5 * 60 - 1, 5 * 60 + 1]) {
      time.wrong = seconds * 1000
      seen.push((await world.ask()).status)
    }
    expect(seen).toEqual([200, 200, 401, 200])
  })

  test('that repeats a second, or goes through the change of hour, is no event', async () => {
    await world.ask()
    const before = (await anomalies()).length
    time.wrong = -1000
    expect(await observed(well)).toEqual(cellOf('clock', 'slow').expected)
    // Europe/Paris changes at 01:00 UTC.
    time.passed = Date.parse('2026-03-29T00:59:59Z') - now()
    expect((await world.ask()).status).toBe(200)
    time.passed += 2000
    expect((await world.ask()).status).toBe(200)
    expect((await anomalies()).length).toBe(before)
  })

  test('that is set back by a year lets no permit begin, and is an alarm', async () => {
    Object.assign(time, { wrong: -year, callersAreWrongToo: true })
    expect(await observed(well)).toEqual(cellOf('clock', 'down').expected)
    expect(await anomalies()).toContain('clock.back')
  })

  test('that is set forward by a year ends every permit while it is wrong, and is an alarm', async () => {
    Object.assign(time, { wrong: year, callersAreWrongToo: true })
    expect(await observed(well)).toEqual(cellOf('clock', 'garbage').expected)
    expect(await anomalies()).toContain('clock.forward')
  })

  test('leaves a log whose times and numbers only grow', async () => {
    const stamps = (await entries()).map(({ ts }) => ts)
    expect(stamps).toEqual([...stamps].sort())
    await world.node.house.audit.checkpoint()
    expect(await verifyLog({ dir: join(world.home, 'audit') })).toMatchObject({ status: 'intact' })
  })
})
