/** The registry, in memory and on PostgreSQL: one command at a time on one request, and nothing by halves. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { actOn } from '../../services/habilitation/act.ts'
import { openRegistry, type Registry } from '../../services/habilitation/registry.ts'
import { openTestStore, type TestStore } from '../stored.ts'
import { leastBody, openMemoryRegistry, openRoom, person } from './fixtures.ts'
import { act, granted, opened, walked } from './walk.ts'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(async () => {
  await store?.close()
})

const kinds: readonly (readonly [string, () => Registry])[] = [
  ['in memory', openMemoryRegistry],
  ['on PostgreSQL', () => openRegistry(store)],
]

describe.each(kinds)('the registry %s', (_, open) => {
  test('gives back events as they were stored, in their order, and the permit by its project', async () => {
    const room = await openRoom({ registry: open() })
    const { id, project } = await granted(room)
    const stored = await room.registry.read(id)
    expect(stored?.events.map(({ type }) => type)).toEqual([
      'opened',
      'submitted',
      'completed',
      'countersigned',
      'proposed',
      'confirmed',
      'granted',
    ])
    expect(stored?.events[0]).toMatchObject({ type: 'opened', request: leastBody, lead: { subject: 'paul' } })
    const current = await room.permits.current(project)
    expect(current).toMatchObject({
      permit: { base: project },
      standing: { state: 'active', openLines: ['L1'] },
    })
    expect(await room.registry.ofProject(project)).toMatchObject({ id, events: stored?.events.length })
    expect((await room.registry.list())[0]?.id).toBe(id)
  })

  test('says of a permit that was read before what has happened to it since', async () => {
    const room = await openRoom({ registry: open() })
    const { id, project } = await granted(room)
    expect((await room.permits.current(project))?.standing.state).toBe('active')
    await act(room, id, ['nadia', { type: 'suspension', reason: 'Un doute.' }])
    expect((await room.permits.current(project))?.standing.state).toBe('suspended')
  })

  test('knows nothing of what is not there', async () => {
    const registry = open()
    expect(await registry.read('D-1999-0001')).toBeNull()
    expect(await registry.ofProject('FR-NOR-1999-000001')).toBeNull()
    expect(await registry.lastRecorded('nobody/audit/1999')).toBeNull()
    const never = () => Promise.reject(new Error('must not run'))
    expect(await registry.change('D-1999-0001', never)).toBe(false)
  })

  test('lets one of two commands that came at once decide, the other sees its work', async () => {
    const room = await openRoom({ registry: open() })
    const id = await walked(room, 'confirmation')
    const twice = [1, 2].map(() => act(room, id, ['paul', { type: 'acceptance' }]))
    const ended = await Promise.allSettled(twice)
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(ended.find((one) => one.status === 'rejected')).toMatchObject({ reason: { code: 'WRONG_STATE' } })
  })

  test('keeps nothing of a command that fails before it has begun, its numbers included', async () => {
    const registry = open()
    const room = await openRoom({ registry })
    const id = await opened(room)
    const before = await registry.read(id)
    const given: number[] = []
    const work = registry.change(id, async (_stored, next) => {
      given.push(await next('permit/2031'), await next('permit/2031'))
      throw new Error('the disk is gone')
    })
    await expect(work).rejects.toThrow('the disk is gone')
    expect(await registry.read(id)).toEqual(before)
    await registry.change(id, async (_stored, next) => void given.push(await next('permit/2031')))
    expect(given).toEqual([1, 1, 1])
  })

  test('gives a number that an act has begun with to nobody else, whatever becomes of the act', async () => {
    const registry = open()
    const room = await openRoom({
      registry: { ...registry, finish: () => Promise.reject(new Error('gone')) },
    })
    await expect(opened(room)).rejects.toThrow('gone')
    const id = await opened({ ...room, registry })
    const [first] = room.audit.entries.map(({ body }) => 'habilitation' in body && body.habilitation)
    expect(id).not.toBe(first)
    expect(await registry.begun()).toEqual([])
  })

  test('counts all events, whosever they are', async () => {
    const registry = open()
    const before = await registry.total()
    const room = await openRoom({ registry })
    const ids = [await opened(room), (await granted(room)).id]
    const events = await Promise.all(ids.map(async (id) => (await registry.read(id))?.events.length ?? 0))
    expect((await registry.total()) - before).toBe(events.reduce((sum, count) => sum + count, 0))
  })

  test('says which entry of the log is its last', async () => {
    const room = await openRoom({ registry: open() })
    await granted(room)
    expect(await room.registry.lastRecorded(room.audit.origin)).toBeGreaterThanOrEqual(
      room.audit.entries.length - 1,
    )
  })
})

describe('record, then act', () => {
  test('when the row cannot be stored the log says that the entry came to nothing', async () => {
    const room = await openRoom()
    const id = await opened(room)
    const stop = () => Promise.reject(new Error('the database stopped'))
    const broken: Registry = { ...room.registry, finish: stop, forget: stop }
    const acting = actOn({ ...room, registry: broken }, person('paul'), {
      id,
      command: { type: 'submission' },
    })
    await expect(acting).rejects.toThrow('the database stopped')
    expect(room.audit.entries.slice(-2).map(({ body }) => body)).toEqual([
      { type: 'habilitation.requested', habilitation: id, state: 'received' },
      { type: 'state.aborted', of: 1 },
    ])
    expect(room.effected).toEqual([])
  })

  test('when the log cannot be written nothing is stored and nothing begins', async () => {
    const room = await openRoom()
    const id = await walked(room, 'confirmation')
    const audit = { ...room.audit, append: () => Promise.reject(new Error('no log')) }
    const acting = actOn({ ...room, audit }, person('paul'), { id, command: { type: 'acceptance' } })
    await expect(acting).rejects.toThrow('no log')
    expect((await room.registry.read(id))?.events.at(-1)?.type).toBe('confirmed')
    expect(room.effected).toEqual([])
  })
})
