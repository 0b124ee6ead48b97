/** Entries of the log whose rows an old database does not have: which are done again, and how. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Body } from '../../services/audit/entry.ts'
import { openOptOutRegister } from '../../services/dataset/opt-out-register.ts'
import { openOptOutSeals } from '../../services/dataset/opt-out-seal.ts'
import { openRecorded, type Recorded } from '../../services/habilitation/recorded.ts'
import { type HabilitationEntry, heldShut, redoneBy } from '../../services/habilitation/redo.ts'
import { openRegistry } from '../../services/habilitation/registry.ts'
import { openAccounts } from '../../services/identity/accounts.ts'
import { demoAccounts, demoOrganisations } from '../../services/identity/demo-accounts.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { type EndingNeeds, redoEndings } from '../../services/node/lost/endings.ts'
import { redoHabilitations } from '../../services/node/lost/habilitations.ts'
import { insistOnOneHistory } from '../../services/node/lost/one-history.ts'
import { openRoom } from '../habilitation/fixtures.ts'
import { act, granted, opened } from '../habilitation/walk.ts'
import { openTestStore, type TestStore } from '../stored.ts'
import { alice, logOf, now } from './lost-log.ts'

let store: TestStore
let recorded: Recorded

beforeAll(async () => {
  store = await openTestStore()
  recorded = openRecorded(store)
  const accounts = openAccounts(store)
  await accounts.seed({ organisations: demoOrganisations, accounts: demoAccounts(systemClock) })
})
afterAll(async () => {
  await store?.close()
})

const optOuts = {
  version: async () => 0,
  begun: async () => [],
  finish: async () => false,
  forget: async () => {},
}
const nothing = {
  register: { list: async () => [] },
  optOuts,
  versions: { find: async () => null, withdraw: async () => true },
} satisfies Partial<EndingNeeds>

const endings = (bodies: readonly Body[], changes: Partial<EndingNeeds> = {}, sealed?: unknown) =>
  redoEndings(
    { ...logOf(bodies, sealed), ...nothing, store, recorded, registry: openRegistry(store), now, ...changes },
    [],
  )

describe('an ending that only the log knows', () => {
  test('a token that was revoked is revoked again, once', async () => {
    const id = randomUUID()
    await store.db
      .insertInto('identity_access_token')
      .values({
        ...{ id, sha256: 'a'.repeat(64), ...alice, project: 'P', purpose: 'x', door: 'http', label: 'x' },
        ...{ level: 2, methods: ['pwd'], created_ms: now - 120_000, expires_ms: now + 120_000 },
      })
      .execute()
    const log: Body[] = [{ type: 'token.revoked', token: id }]
    expect(await endings(log)).toMatchObject([{ type: 'token.revoked', of: id, outcome: 'redone' }])
    expect(await endings(log)).toEqual([])
    const row = store.db.selectFrom('identity_access_token').select('revoked_ms').where('id', '=', id)
    expect((await row.executeTakeFirstOrThrow()).revoked_ms).toBe(now - 60_000)
  })

  describe('an identity that was untied', () => {
    const tie = (subject: string, linked_ms: number) =>
      store.db
        .insertInto('identity_link')
        .values({
          ...{ issuer: 'univ', subject, linked_ms },
          ...{ account_issuer: 'demo', account_subject: 'alice' },
        })
        .execute()
    const left = async () =>
      (await store.db.selectFrom('identity_link').select('subject').execute()).map(({ subject }) => subject)
    const log: Body[] = [{ type: 'identity.unlinked', issuer: 'univ' }]

    test('is untied again; one that was tied since and another one stay', async () => {
      await tie('former', now - 120_000)
      await tie('other', now - 120_000)
      await endings(log, {}, { issuer: 'univ', subject: 'former' })
      expect(await left()).toEqual(['other'])
    })

    test('is untied with all of its issuer when nobody knows any more which one it was', async () => {
      await tie('since', now)
      await endings(log)
      expect(await left()).toEqual(['since'])
    })

    test('stays where the log says that nothing came of it', async () => {
      await tie('kept', now - 120_000)
      await endings([...log, { type: 'state.aborted', of: 0 }])
      expect(await left()).toContain('kept')
    })
  })

  describe('a proof of a person', () => {
    const recordedAt = (until: number): Body => ({
      ...{ type: 'proof.recorded', proof: 'training', until: new Date(until).toISOString() },
    })
    const training = async () => {
      const row = store.db.selectFrom('identity_account').select('training_until_ms')
      return (await row.where('subject', '=', 'alice').executeTakeFirstOrThrow()).training_until_ms
    }

    test('that was ended is ended again, once', async () => {
      expect(await training()).toBeGreaterThan(now)
      const log = [recordedAt(now - 60_000)]
      expect(await endings(log, {}, alice)).toMatchObject([{ of: 'training', outcome: 'redone' }])
      expect(await training()).toBe(now - 60_000)
      expect(await endings(log, {}, alice)).toEqual([])
    })

    test('that was given is not given again', async () => {
      const log = [{ type: 'log.stopped' } as const, recordedAt(now + 1_000_000)]
      expect(await endings(log, {}, alice)).toMatchObject([{ of: 'training', outcome: 'left' }])
      expect(await training()).toBe(now - 60_000)
    })
  })

  test('a version that was withdrawn is withdrawn again, under the number of its entry', async () => {
    const version = { dataset: 'visits', version: 1, manifestSha256: 'b'.repeat(64), publishedAt: 1 }
    const withdrawn: unknown[] = []
    const versions: EndingNeeds['versions'] = {
      find: async () => version,
      withdraw: async (...asked) => withdrawn.push(asked) > 0,
    }
    const entry = { type: 'dataset.withdrawn', dataset: 'visits', version: 1, cause: 'recall' } as const
    await endings([{ ...entry, sha256: version.manifestSha256 }], { versions })
    const place = { cause: 'recall', log: 'node.test/audit/2026', seq: 0, at: now - 60_000 }
    expect(withdrawn).toEqual([[{ dataset: 'visits', version: 1 }, place]])
    // Made again under the same number since.
    await endings([{ ...entry, sha256: 'c'.repeat(64) }], { versions })
    expect(withdrawn).toHaveLength(1)
  })

  test('a version that was accepted is left to its holder, and the log says that nothing came of it', async () => {
    const accepted = { type: 'deposit.accepted', dataset: 'visits', deposit: 'd', version: 1 } as const
    const log = logOf([{ ...accepted, manifestSha256: 'd'.repeat(64) }])
    const needs = { ...log, ...nothing, store, recorded, registry: openRegistry(store), now }
    expect(await redoEndings(needs, [])).toMatchObject([{ outcome: 'left', of: 'visits v1' }])
    expect(log.appended).toEqual([{ type: 'state.aborted', of: 0 }])
  })
})

describe('rows and log', () => {
  const row = { id: 'x', type: 'granted', isStandIn: false, log: 'node.test/audit/2026', seq: 0 } as const
  const insist = (changes: object, others: readonly (number | null)[] = []) =>
    insistOnOneHistory(logOf([entryOf('habilitation.granted')]), { events: [{ ...row, ...changes }], others })

  test('are of one history when each row has its entry', async () => {
    await insist({}, [0, null])
    await insist({ type: 'suspended', isStandIn: true })
    await insist({ log: 'node.test/audit/2024' })
  })

  const apart: readonly (readonly [string, object, readonly (number | null)[]])[] = [
    ['a row knows a later entry', {}, [null, 1]],
    ['a row knows a later year', { log: 'node.test/audit/2027' }, []],
    ['a row knows the log of another node', { log: 'other.test/audit/2026' }, []],
    ['the entry is about another request', { id: 'y' }, []],
    ['the entry is of another act', { type: 'revoked' }, []],
    ['the entry is not there', { seq: 7 }, []],
  ]
  test.each(apart)('are not when %s: 75', async (_name, changes, others) => {
    await expect(insist(changes, others)).rejects.toMatchObject({ exitCode: 75 })
  })
})

function entryOf(type: HabilitationEntry['type'], more: object = {}): HabilitationEntry {
  return { type, habilitation: 'x', state: 'active', ...more } as HabilitationEntry
}

describe('an entry about a permit that has no row', () => {
  const restrictions: readonly (readonly [HabilitationEntry, object])[] = [
    [entryOf('habilitation.revoked'), { type: 'revoked' }],
    [entryOf('habilitation.renounced'), { type: 'renounced' }],
    [entryOf('habilitation.expired'), { type: 'expired' }],
    [entryOf('habilitation.closed'), { type: 'closing' }],
    [entryOf('habilitation.closed', { dataset: 'pmsi-demo' }), { type: 'recalled', line: 'pmsi-demo' }],
    [entryOf('habilitation.returned', { dataset: 'pmsi-demo' }), { type: 'recalled', line: 'pmsi-demo' }],
    [entryOf('habilitation.suspended'), { type: 'suspended', scope: {} }],
    [
      entryOf('habilitation.suspended', { dataset: 'pmsi-demo' }),
      { type: 'suspended', scope: { line: 'pmsi-demo' } },
    ],
    ...(['noticed', 'granted', 'ended', 'lapsed'] as const).map(
      (word) => [entryOf(`habilitation.${word}`), { type: 'suspended', scope: {} }] as const,
    ),
  ]
  test.each(restrictions)('restricts again: %j', async (entry, happening) => {
    const room = await openRoom()
    const stored = await room.registry.read((await granted(room)).id)
    expect(stored && redoneBy(stored, entry, 'why')).toMatchObject(happening)
  })

  test.each([
    'lifted',
    'dismissed',
    'countersigned',
    'issued',
    'validated',
    'confirmed',
    'published',
  ] as const)('permits nothing again: %s', async (word) => {
    const room = await openRoom()
    const stored = await room.registry.read((await granted(room)).id)
    expect(stored && redoneBy(stored, entryOf(`habilitation.${word}`), 'why')).toBeNull()
  })

  test('never makes a revoked permit a suspended one, which two persons could lift', async () => {
    const room = await openRoom()
    const { id } = await granted(room)
    for (const who of ['claire', 'yves']) await act(room, id, [who, { type: 'revocation', reason: 'x' }])
    const stored = await room.registry.read(id)
    expect(stored && redoneBy(stored, entryOf('habilitation.suspended'), 'why')).toBeNull()
    expect(stored && heldShut(stored, 'why')).toBeNull()
  })

  test('does nothing to a request that was never granted, but for its withdrawal', async () => {
    const room = await openRoom()
    const stored = await room.registry.read(await opened(room))
    expect(stored && redoneBy(stored, entryOf('habilitation.revoked'), 'why')).toBeNull()
    expect(stored && redoneBy(stored, entryOf('habilitation.withdrawn'), 'why')).toEqual({
      type: 'withdrawn',
    })
  })
})

describe('on PostgreSQL', () => {
  test('opt-outs that are lost suspend every project of their domain until the holder has lodged them again', async () => {
    const room = await openRoom({ registry: openRegistry(store) })
    const { id } = await granted(room)
    const list = { type: 'opt-out.registered', dataset: 'pmsi-demo', domain: 'pmsi', version: 3 } as const
    const log: Body[] = [{ ...list, sha256: 'e'.repeat(64) }]
    const descriptor = { name: 'pmsi-demo', holder: 'chu-rouen', domain: 'pmsi' }
    const register = { list: async () => [{ descriptor }] } as unknown as EndingNeeds['register']
    const lodged = { register, optOuts: { ...optOuts, version: async () => 3 } }
    expect(await endings(log, lodged)).toEqual([])
    const lost = { register, optOuts: { ...optOuts, version: async () => 2 } }
    expect(await endings(log, lost)).toMatchObject([{ of: id, outcome: 'held', type: 'opt-out.registered' }])
    expect((await room.registry.read(id))?.events.at(-1)).toMatchObject({ type: 'suspended', scope: {} })
    const events = await recorded.events()
    const needs = { ...logOf(log), ...nothing, ...lost, store, recorded, registry: room.registry, now }
    expect(await redoEndings(needs, events)).toEqual([])
  })

  describe('opt-outs whose registration was cut', () => {
    const seals = openOptOutSeals({ of: async () => Buffer.alloc(32, 1) })
    const list = () => openOptOutRegister(store, seals)
    const named = (one: string) => `h1k01_${one.repeat(32)}`
    const begin = (domain: string, sha256: string, one: string) =>
      list().begin({ sha256, domain, holder: 'chu-rouen', at: now, pseudonyms: [named(one)] })
    const entry = (domain: string, sha256: string, version = 1) =>
      ({ type: 'opt-out.registered', dataset: `${domain}-demo`, domain, version, sha256 }) as const

    test('after their entry are in the list again and suspend nobody', async () => {
      const room = await openRoom({ registry: openRegistry(store) })
      const { id } = await granted(room)
      const descriptor = { name: 'pmsi-demo', holder: 'chu-rouen', domain: 'pmsi' }
      const register = { list: async () => [{ descriptor }] } as unknown as EndingNeeds['register']
      await begin('pmsi', '1'.repeat(64), 'a')
      const log: Body[] = [entry('pmsi', '1'.repeat(64))]
      const found = await endings(log, { register, optOuts: list() })
      expect(found).toMatchObject([{ type: 'opt-out.registered', of: 'pmsi-demo', outcome: 'redone' }])
      expect(await endings(log, { register, optOuts: list() })).toEqual([])
      expect((await list().list('pmsi')).map(({ pseudonym }) => pseudonym)).toEqual([named('a')])
      expect((await room.registry.read(id))?.events.at(-1)).not.toMatchObject({ type: 'suspended' })
    })

    test('before their entry were promised to nobody', async () => {
      await begin('before', '2'.repeat(64), 'b')
      expect(await endings([], { optOuts: list() })).toEqual([])
      expect([await list().version('before'), await list().begun()]).toEqual([0, []])
    })

    test('of persons who all stood already are said to have come to nothing', async () => {
      await begin('again', '3'.repeat(64), 'c')
      await list().finish('3'.repeat(64))
      await begin('again', '4'.repeat(64), 'c')
      const log = logOf([entry('again', '3'.repeat(64)), entry('again', '4'.repeat(64), 2)])
      const others = { store, recorded, registry: openRegistry(store), now, optOuts: list() }
      expect(await redoEndings({ ...nothing, ...log, ...others }, [])).toEqual([])
      expect(log.appended).toEqual([{ type: 'state.aborted', of: 1 }])
      expect([await list().version('again'), await list().begun()]).toEqual([1, []])
    })
  })

  test('the number of a request that only the log knows is never given again', async () => {
    const log = logOf([entryOf('habilitation.granted', { habilitation: 'D-2031-0041' })])
    await redoHabilitations({ ...log, recorded, registry: openRegistry(store) }, [])
    await recorded.reserve('D-2031-0007')
    await recorded.reserve('FR-NOR-2031-000009')
    const counters = store.db.selectFrom('habilitation_counter').selectAll().where('name', 'like', '%/2031')
    expect(await counters.orderBy('name').execute()).toEqual([
      { name: 'permit/2031', value: 9 },
      { name: 'request/2031', value: 41 },
    ])
  })

  test('an entry about a request that the database does not have is left, and said to have come to nothing', async () => {
    const log = logOf([entryOf('habilitation.granted'), entryOf('habilitation.revoked')])
    const needs = { ...log, recorded, registry: openRegistry(store) }
    const found = await redoHabilitations(needs, [])
    expect(found.map(({ outcome }) => outcome)).toEqual(['left', 'left'])
    expect(log.appended).toEqual([
      { type: 'state.aborted', of: 0 },
      { type: 'state.aborted', of: 1 },
    ])
  })
})
