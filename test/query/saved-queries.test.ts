/** Texts that members of a project keep and share, on a real database under real keys. */
import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { CurrentPermit } from '../../services/habilitation/permit.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { type Keyring, openKeyring } from '../../services/keys/keyring.ts'
import { localProvider } from '../../services/keys/provider.ts'
import { mostSaved, openSavedQueries, savedText } from '../../services/query/saved-queries.ts'
import {
  changeSaved,
  forgetClosed,
  listSaved,
  removeSaved,
  type SavingNeeds,
  saveQuery,
} from '../../services/query/saving.ts'
import { currentPermit, payload, person, today } from '../habilitation/fixtures.ts'
import { openTestStore, type TestStore } from '../stored.ts'

const project = payload.base
const named = (subject: string) => ({
  issuer: 'demo',
  subject,
  profile: 'analyst',
  nbf: payload.nbf,
  exp: payload.exp,
})
const persons = ['alice', 'paul'].map(named)
const [alice, paul, bruno, nadia] = [person('alice'), person('paul'), person('bruno'), person('nadia')]
const canary = 'wqsavedliteral'
const kept = {
  title: `Séjours de ${canary}`,
  sql: `SELECT count(*) FROM stays WHERE ward = '${canary}'`,
  isShared: false,
}

let store: TestStore
let keyring: Keyring
let current: CurrentPermit
let needs: SavingNeeds
let now = today
const clock = { now: () => now }

beforeAll(async () => {
  store = await openTestStore()
  keyring = openKeyring({ store, provider: localProvider(randomBytes(32)), clock, log: silentLog })
})
afterAll(() => store.close())
beforeEach(async () => {
  now = today
  current = currentPermit({ persons })
  const permits = { current: async (id: string) => (id === project ? current : null) }
  needs = { clock, permits, saved: openSavedQueries({ store, keyring, clock }) }
  await needs.saved.destroy(project)
})

const save = (by = alice, change: Partial<typeof kept> = {}) =>
  saveQuery(needs, by, { project, kept: { ...kept, ...change } })
const titles = async (by = alice) => (await listSaved(needs, by, project)).map(({ title }) => title)
const rows = () => store.db.selectFrom('query_saved').selectAll().execute()

describe('a saved query', () => {
  test('is its author’s alone until she shares it, and again once she takes it back', async () => {
    const { id } = await save(alice, { title: 'A' })
    await save(paul, { title: 'P', isShared: true })
    expect(await titles(alice)).toEqual(expect.arrayContaining(['A', 'P']))
    expect(await titles(paul)).toEqual(['P'])
    const change = (isShared: boolean) =>
      changeSaved(needs, alice, { project, id, kept: { ...kept, isShared } })
    expect(await change(true)).toMatchObject({ revision: 2, author: { issuer: 'demo', subject: 'alice' } })
    expect(await titles(paul)).toEqual(expect.arrayContaining([kept.title, 'P']))
    await change(false)
    expect(await titles(paul)).toEqual(['P'])
  })

  test('comes back as it was kept, whatever it says: nothing is checked', async () => {
    const text = { ...kept, sql: 'DROP TABLE patients; -- <b>', purpose: 'SNDS-III-6', objective: 'O1' }
    const saved = await saveQuery(needs, alice, { project, kept: text })
    expect(await listSaved(needs, alice, project)).toEqual([
      { ...text, id: saved.id, author: { issuer: 'demo', subject: 'alice' }, savedAt: today, revision: 1 },
    ])
  })

  test('is changed and removed by its author alone, shared or not', async () => {
    const { id } = await save(alice, { isShared: true })
    await expect(changeSaved(needs, paul, { project, id, kept })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(removeSaved(needs, paul, { project, id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await removeSaved(needs, alice, { project, id })
    await expect(removeSaved(needs, alice, { project, id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await rows()).toEqual([])
  })

  test('that was saved in another window is not overwritten', async () => {
    const { id } = await save()
    const change = (revision?: number) =>
      changeSaved(needs, alice, { project, id, kept, ...(revision !== undefined && { revision }) })
    await change(1)
    await expect(change(1)).rejects.toMatchObject({
      code: 'WRONG_STATE',
      facts: { rule: 'saved-queries.revision' },
    })
    expect(await change()).toMatchObject({ revision: 3 })
  })

  test(`is one of ${mostSaved} at most, also where two come at once`, async () => {
    const [row] = (await save()) && (await rows())
    const more = Array.from({ length: mostSaved - 2 }, () => ({ ...row, id: randomUUID() }))
    await store.db
      .insertInto('query_saved')
      .values(more as never)
      .execute()
    const both = await Promise.allSettled([save(), save()])
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(both[1]).toMatchObject({
      reason: { code: 'QUOTA_EXCEEDED', facts: { rule: 'saved-queries.count' } },
    })
    await save(paul)
  })

  test('is no longer than a query may be, and neither empty nor nameless', () => {
    const isKept = (change: object) => savedText.safeParse({ title: 'A', sql: 'SELECT 1', ...change }).success
    expect(isKept({})).toBe(true)
    expect(isKept({ sql: 'é'.repeat(32 * 1024) })).toBe(true)
    expect(isKept({ sql: 'é'.repeat(32 * 1024 + 1) })).toBe(false)
    expect([isKept({ sql: ' \n' }), isKept({ title: ' ' }), isKept({ title: 'a'.repeat(61) })]).toEqual([
      false,
      false,
      false,
    ])
  })
})

describe('nobody but a member', () => {
  test('has or reads one: strangers find nothing, who only sees the project an empty list', async () => {
    await save(paul, { isShared: true })
    for (const act of [
      listSaved(needs, bruno, project),
      save(bruno),
      listSaved(needs, alice, 'FR-NOR-2026-999999'),
    ])
      await expect(act).rejects.toMatchObject({ code: 'NO_HABILITATION' })
    expect(await titles(nadia)).toEqual([])
    await expect(save(nadia)).rejects.toMatchObject({ code: 'PERSON_NOT_LISTED' })
    current = currentPermit({ persons: [named('alice')] })
    expect(await titles(paul)).toEqual([])
    expect(await titles(alice)).toEqual([kept.title])
  })

  const { grants } = currentPermit({ persons }).standing
  const ofPaul = (stored: 'ended' | 'invited') =>
    grants.map((one) => (one.subject === 'paul' ? { ...one, stored } : one))
  test.each([
    ['whose grant has ended', {}, { grants: ofPaul('ended') }],
    ['whose grant is not issued yet', {}, { grants: ofPaul('invited') }],
    ['who is suspended', {}, { suspendedPersons: [{ issuer: 'demo', subject: 'paul' }] }],
    ['whose own time is over', { persons: [named('alice'), { ...named('paul'), exp: today / 1000 }] }, {}],
  ] as const)('%s', async (_, permit, standing) => {
    await save(alice, { isShared: true })
    await save(paul)
    current = currentPermit({ persons, ...permit }, standing)
    expect(await titles(paul)).toEqual([])
    await expect(save(paul)).rejects.toMatchObject({ code: 'PERSON_NOT_LISTED' })
    expect(await titles(alice)).toEqual([kept.title])
  })
})

describe('of a project', () => {
  test('that is suspended they are still read and kept, like the list of its queries', async () => {
    await save()
    current = currentPermit({ persons }, { state: 'suspended' })
    await save(alice, { title: 'B' })
    expect(await titles()).toHaveLength(2)
  })

  test('that is over they are read and removed, and none is kept', async () => {
    const { id } = await save()
    const refused = { code: 'EXPIRED', facts: { rule: 'saved-queries.over' } }
    for (const state of ['revoked', 'renounced', 'closing', 'closed'] as const) {
      current = currentPermit({ persons }, { state })
      await expect(save()).rejects.toMatchObject(refused)
    }
    current = currentPermit({ persons })
    now = payload.exp * 1000
    await expect(changeSaved(needs, alice, { project, id, kept })).rejects.toMatchObject(refused)
    expect(await titles()).toEqual([kept.title])
    await removeSaved(needs, alice, { project, id })
  })

  test('that is destroyed nothing opens what is left of them, and what is being saved comes too late', async () => {
    await save()
    const left = await rows()
    const destroyed = needs.saved.destroy(project)
    current = currentPermit({ persons }, { state: 'closing' })
    await expect(save()).rejects.toMatchObject({ code: 'EXPIRED' })
    await destroyed
    expect(await rows()).toEqual([])
    expect(await keyring.find({ kind: 'saved-queries', id: project })).toBeNull()
    await store.db.insertInto('query_saved').values(left).execute()
    expect(await titles()).toEqual([])
    await needs.saved.destroy(project)
    expect(await rows()).toEqual([])
  })
})

test('an older copy of the database brings none of a closed project back', async () => {
  await save()
  for (const stored of ['active', 'suspended', 'revoked', 'renounced'] as const)
    await forgetClosed(needs.saved, { project, stored })
  expect(await titles()).toEqual([kept.title])
  for (const stored of ['closing', 'closed'] as const) {
    await save()
    await forgetClosed(needs.saved, { project, stored })
    expect(await rows()).toEqual([])
  }
})

describe('on a stolen disk', () => {
  test('neither title nor text can be read', async () => {
    await save()
    const [row] = await rows()
    expect(JSON.stringify({ ...row, sealed: row?.sealed.toString('latin1') })).not.toContain(canary)
  })

  test.each([
    ['shared', { is_shared: true }, paul],
    ['somebody else’s', { subject: 'paul' }, paul],
    ['another', { id: randomUUID() }, alice],
    ['a later one', { revision: 2 }, alice],
  ] as const)('a row that somebody made %s is refused', async (_, change, reader) => {
    await save()
    await store.db.updateTable('query_saved').set(change).execute()
    await expect(listSaved(needs, reader, project)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      facts: { rule: 'saved-queries.damaged' },
    })
  })
})
