/** KILL between log and rows of an act on a permit: the next start finishes it or ends it cleanly, and suspends nobody (decision 0030). */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Body } from '../../services/audit/entry.ts'
import type { Indexed } from '../../services/audit/writer.ts'
import { openRecorded } from '../../services/habilitation/recorded.ts'
import { sealedHash } from '../../services/habilitation/recording.ts'
import { openRegistry, type Registry } from '../../services/habilitation/registry.ts'
import { endBegunActs } from '../../services/node/lost/begun.ts'
import { type HabilitationRows, redoHabilitations } from '../../services/node/lost/habilitations.ts'
import { openRoom, type Room } from '../habilitation/fixtures.ts'
import { act, granted, type Step } from '../habilitation/walk.ts'
import { openDatabase, type TestDatabase } from '../house.ts'
import { openTestStore, type TestStore } from '../stored.ts'
import { answerOf, openAt } from './copied.ts'

let store: TestStore
let registry: Registry
let room: Room

beforeAll(async () => {
  store = await openTestStore()
  registry = openRegistry(store)
  room = await openRoom({ registry })
})
afterAll(() => store?.close())

const killed = new Error('killed')
const stop = () => Promise.reject(killed)
const alice = { issuer: 'demo', subject: 'alice' }

/** Which steps of a recording are still done: entries, then rows. */
interface Until {
  readonly entries: number
}

/** As if the process had been killed after so many entries: nothing more is written, neither to the log nor to the database. */
async function cut(id: string, step: Step, { entries }: Until): Promise<void> {
  let left = entries
  const append: Room['audit']['append'] = (body, about) =>
    left-- > 0 ? room.audit.append(body, about) : stop()
  const dying = { ...registry, finish: stop, forget: stop }
  await expect(act({ ...room, audit: { ...room.audit, append }, registry: dying }, id, step)).rejects.toBe(
    killed,
  )
}

/** What a start reads of the log of the room. */
function reading(): HabilitationRows {
  const ts = new Date(room.time.now).toISOString()
  const entries = room.audit.entries.map(({ body, about }, seq): Indexed => {
    const { issuer = '', subject = '' } = about.by ?? {}
    return {
      ...{ shard: '2026', seq, ts, leaf: '', body, actor: { issuer, subject, ps: '' } },
      ...{ isSealed: about.sealed !== undefined, numbers: {} },
    }
  })
  const found = (type: string | undefined) =>
    room.audit.entries.flatMap(({ body }, seq) => (body.type === type ? [seq] : []))
  return {
    registry,
    recorded: openRecorded(store),
    audit: {
      ...{ origin: room.audit.origin, shards: ['2026'], size: entries.length },
      entry: async (seq) => entries[seq] ?? null,
      unseal: async (seq) => JSON.parse(JSON.stringify(room.audit.entries[seq]?.about.sealed ?? null)),
      append: room.audit.append,
    },
    auditIndex: {
      search: async ({ type }) => ({
        entries: found(type).map((seq) => ({
          ...{ shard: '2026', seq, ts, type: String(type), outcome: 'done', actor: null, leaf: '' },
        })),
      }),
    },
  }
}

/** A start: what was begun is ended, then what has no row is judged as that of an older database. Gives what was found. */
async function start() {
  const { recorded } = reading()
  const ended = await endBegunActs(reading(), await recorded.events())
  const judged = await redoHabilitations(reading(), await recorded.events())
  expect(await registry.begun()).toEqual([])
  return { ended, judged }
}

const typesOf = async (id: string) => (await registry.read(id))?.events.map(({ type }) => type) ?? []
const lastBodies = (count: number) => room.audit.entries.slice(-count).map(({ body }) => body)

/** A project whose narrowing amendment waits for its decision, which is two entries and a permit. */
async function amending(): Promise<{ id: string; project: string }> {
  const one = await granted(room)
  await act(room, one.id, [
    'paul',
    { type: 'amendment', patch: { accessPeriod: { from: '2026-11-01', until: '2027-06-30' } } },
  ])
  return one
}

const amendment: Step = ['claire', { type: 'decision', decision: 'grant', reasons: 'Moins.', conditions: [] }]
const end: Step = ['nadia', { type: 'grant-end', person: alice, reason: 'Départ.' }]

describe('an amendment that a kill cut', () => {
  test('before its first entry has not happened, and can be decided again', async () => {
    const { id, project } = await amending()
    const before = await registry.read(id)
    await cut(id, amendment, { entries: 0 })
    expect(await start()).toEqual({ ended: [], judged: [] })
    expect(await registry.read(id)).toEqual(before)
    await act(room, id, amendment)
    expect((await room.permits.current(project))?.permit.version).toBe(2)
  })

  test('between its entries came to nothing, says the log, and suspends nobody', async () => {
    const { id, project } = await amending()
    const before = await registry.read(id)
    await cut(id, amendment, { entries: 1 })
    const seq = room.audit.entries.length - 1
    expect((await start()).judged).toEqual([])
    expect(lastBodies(1)).toEqual([{ type: 'state.aborted', of: seq }])
    expect(await registry.read(id)).toEqual(before)
    expect((await room.permits.current(project))?.standing.state).toBe('active')
  })

  test('after its last entry is finished, with its permit, and once', async () => {
    const { id, project } = await amending()
    await cut(id, amendment, { entries: 2 })
    const { ended, judged } = await start()
    expect(ended.map(({ type, of, outcome }) => [type, of, outcome])).toEqual([
      ['habilitation.proposed', id, 'redone'],
      ['habilitation.granted', id, 'redone'],
    ])
    expect(judged).toEqual([])
    expect((await typesOf(id)).slice(-2)).toEqual(['amendmentProposed', 'amended'])
    const current = await room.permits.current(project)
    expect(current).toMatchObject({ permit: { version: 2 }, standing: { state: 'active' } })
    expect(await start()).toEqual({ ended: [], judged: [] })
  })
})

describe('the end of one person’s access that a kill cut', () => {
  test('after its entry is finished as it was decided, and stops nobody else', async () => {
    const { id, project } = await granted(room)
    await cut(id, end, { entries: 1 })
    const { ended, judged } = await start()
    expect([ended.map(({ outcome }) => outcome), judged]).toEqual([['redone'], []])
    expect((await registry.read(id))?.events.at(-1)).toMatchObject({
      ...{ type: 'grantEnded', person: alice, reason: 'Départ.', by: { subject: 'nadia' } },
    })
    expect((await room.permits.current(project))?.standing.state).toBe('active')
  })

  test('and was then told as not done by the node itself is forgotten', async () => {
    const { id } = await granted(room)
    const before = await registry.read(id)
    const dying = { ...registry, finish: stop, forget: stop }
    await expect(act({ ...room, registry: dying }, id, end)).rejects.toBe(killed)
    expect(await start()).toEqual({ ended: [], judged: [] })
    expect(await registry.read(id)).toEqual(before)
  })
})

test('a new request that a kill cut after its entry is there, under its number', async () => {
  const count = room.audit.entries.length
  const dying = { ...registry, finish: stop, forget: stop }
  const append: Room['audit']['append'] = (body, about) =>
    body.type === 'state.aborted' ? stop() : room.audit.append(body, about)
  await expect(granted({ ...room, audit: { ...room.audit, append }, registry: dying })).rejects.toBe(killed)
  const opened = room.audit.entries[count]?.body
  expect((await start()).ended).toMatchObject([{ type: 'habilitation.opened', outcome: 'redone' }])
  const id = opened?.type === 'habilitation.opened' ? opened.habilitation : ''
  expect(await typesOf(id)).toEqual(['opened'])
  expect((await granted(room)).id).not.toBe(id)
})

test('a suspension of two lines that a kill cut after the first is kept as far as the log has it', async () => {
  const { id } = await granted(room)
  await registry.begin(await twoLines(id))
  const [first] = (await registry.begun())[0]?.entries ?? []
  await room.audit.append(first as Body, { by: { ...alice, level: 2, door: 'http' }, sealed: 'x' })
  expect((await start()).ended).toMatchObject([{ type: 'habilitation.suspended', outcome: 'redone' }])
  expect((await registry.read(id))?.events.at(-1)).toMatchObject({
    ...{ type: 'suspended', role: 'holder', scope: { line: 'a' } },
  })
})

describe('an older database', () => {
  test('is still found: what came after an act that was begun in it has no row and suspends', async () => {
    const { id } = await granted(room)
    await cut(id, end, { entries: 1 })
    const entry = { type: 'habilitation.granted', habilitation: id, state: 'active' } as const
    await room.audit.append(entry, {})
    const { ended, judged } = await start()
    expect(ended.map(({ outcome }) => outcome)).toEqual(['redone'])
    expect(judged).toMatchObject([{ of: id, outcome: 'held' }])
  })

  test('does not take the act of another person, or another command, for one that was begun in it', async () => {
    for (const other of [
      ['nadia', { ...end[1], reason: 'Autre.' }],
      ['rachid', end[1]],
    ] as const) {
      const { id } = await granted(room)
      await cut(id, end, { entries: 0 })
      const entry = { type: 'habilitation.ended', habilitation: id, state: 'active' } as const
      const by = { issuer: 'demo', subject: other[0], level: 2, door: 'http' } as const
      await room.audit.append(entry, { by, sealed: other[1] })
      const { ended, judged } = await start()
      expect(ended).toEqual([])
      expect(judged).toMatchObject([{ of: id, outcome: 'held' }])
    }
  })
})

test('a whole node: the next start finishes the act and tells the operator, and the project runs for the others', async () => {
  const home = await mkdtemp(join(tmpdir(), 'huisclos-cut-'))
  const database: TestDatabase = await openDatabase()
  const place = { home, databaseUrl: database.url }
  let house = await openAt(place)
  try {
    const needs = house.node.house.habilitation
    const { id } = (await needs.registry.ofProject(String(house.node.project))) ?? { id: '' }
    const { audit } = needs
    const append: typeof audit.append = (body, about) =>
      body.type === 'state.aborted' ? stop() : audit.append(body, about)
    const dying = { finish: stop, forget: stop }
    Object.assign(needs, {
      registry: { ...needs.registry, ...dying },
      audit: { origin: audit.origin, append },
    })
    const body = { person: alice, reason: 'Départ.' }
    const ended = await house.call('POST', `/api/v1/habilitations/${id}/grant-end`, { as: 'nadia', body })
    expect(ended.status).toBe(500)
    await house.close()
    house = await openAt(place)
    const { permits } = house.node.house.habilitation
    expect((await permits.current(String(house.node.project)))?.standing.state).toBe('active')
    expect(await answerOf(house)).toBe('PERSON_NOT_CLEARED')
    const { findings } = JSON.parse(await readFile(join(home, 'reconciliation.json'), 'utf8'))
    expect(findings).toEqual([expect.objectContaining({ type: 'habilitation.ended', outcome: 'redone' })])
  } finally {
    await house.close()
    await database.close()
    await rm(home, { recursive: true, force: true })
  }
}, 60_000)

/** As a holder of two lines decides it. */
async function twoLines(id: string): Promise<Parameters<Registry['begin']>[0]> {
  const before = (await registry.read(id))?.events.length ?? 0
  const lines = ['a', 'b']
  return {
    ...{ id: '00000000-0000-4000-8000-000000000001', stream: id, before, at: room.time.now },
    by: alice,
    sealedSha256: sealedHash('x'),
    events: lines.map((line) => ({
      ...{ v: 1, at: room.time.now, by: null, type: 'suspended', reason: 'x', role: 'holder' },
      scope: { line },
    })),
    entries: lines.map((dataset) => ({
      ...{ type: 'habilitation.suspended', habilitation: id, state: 'active', dataset },
    })),
  }
}
