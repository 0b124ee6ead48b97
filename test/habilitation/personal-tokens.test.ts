/** Personal access tokens: who gets one, what it is held to, and everything that ends it. Real PostgreSQL, injected clock. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { CurrentPermit } from '../../services/habilitation/permit.ts'
import {
  createPersonalToken,
  type PersonalTokenNeeds,
  purposeWithin,
  revokePersonalToken,
  withPersonalTokens,
} from '../../services/habilitation/personal-tokens.ts'
import { openAccounts } from '../../services/identity/accounts.ts'
import { demoAccounts, demoOrganisations } from '../../services/identity/demo-accounts.ts'
import type { Tokens } from '../../services/identity/person.ts'
import { openPersonalTokens } from '../../services/identity/personal-tokens.ts'
import { personalTokenForm } from '../../services/identity/token-form.ts'
import { sha256 } from '../../services/kernel/hash.ts'
import { openTestStore, type TestStore } from '../stored.ts'
import { currentPermit, openRoom, payload, person, type Room, rulebook, today } from './fixtures.ts'

const hour = 3_600_000
const { base: project } = payload
let store: TestStore
let room: Room
let current: CurrentPermit | null
let needs: PersonalTokenNeeds
let tokens: Tokens
/** Whom the account table no longer knows. */
let gone = ''
/** Sessions whose questions were stopped. */
let stopped: string[]

beforeAll(async () => {
  store = await openTestStore()
  const clock = { now: () => today }
  await openAccounts(store).seed({ organisations: demoOrganisations, accounts: demoAccounts(clock) })
})
afterAll(async () => {
  await store?.close()
})

beforeEach(async () => {
  gone = ''
  stopped = []
  current = currentPermit()
  room = await openRoom()
  await store.db.deleteFrom('identity_access_token').execute()
  const { find } = openAccounts(store)
  const accounts = {
    find: async (actor: Parameters<typeof find>[0]) => (actor.subject === gone ? null : find(actor)),
  }
  const permits = { current: async (id: string) => (id === project ? current : null) }
  const personalTokens = openPersonalTokens({ store, accounts, clock: room.clock })
  const stopSessions = (ids: readonly string[]) => void stopped.push(...ids)
  needs = { ...room, permits, rulebook: await rulebook(), personalTokens, stopSessions }
  const others: Tokens = { verify: async () => person('paul') }
  tokens = withPersonalTokens(others, needs)
})

const asked = { project, label: 'R at home' }
const create = (change: object = {}, by = person('alice')) =>
  createPersonalToken(needs, by, { ...asked, ...change })
const refusalOf = (secret: string) => expect(tokens.verify(secret)).rejects
const unauthenticated = (rule: string) => ({
  code: 'UNAUTHENTICATED',
  facts: { rule: `access-token.${rule}` },
})

describe('a personal access token', () => {
  test('speaks for its person with what her session had proved, held to its project and purpose', async () => {
    const by = person('alice', { acr: 'eidas2', authenticatedAt: today - hour })
    const { secret, token } = await create({}, by)
    expect(await tokens.verify(secret)).toMatchObject({
      ...{
        issuer: 'demo',
        subject: 'alice',
        roles: ['researcher'],
        level: 2,
        methods: by.methods,
        door: 'http',
      },
      ...{ acr: 'eidas2', authenticatedAt: today - hour, session: `token:${token.id}` },
      scope: { token: token.id, project, purpose: 'SNDS-III-6' },
    })
  })

  test('lasts four hours, or as many as were asked for', async () => {
    const [usual, long] = [await create(), await create({ hours: 12 })]
    expect(usual.token.expiresAt).toBe(today + 4 * hour)
    expect(long.token.expiresAt).toBe(today + 12 * hour)
    room.time.now = today + 4 * hour - 1
    await expect(tokens.verify(usual.secret)).resolves.toMatchObject({ subject: 'alice' })
    room.time.now += 1
    await refusalOf(usual.secret).toMatchObject(unauthenticated('expired'))
    await expect(tokens.verify(long.secret)).resolves.toMatchObject({ subject: 'alice' })
    room.time.now = today + 12 * hour
    await refusalOf(long.secret).toMatchObject(unauthenticated('expired'))
  })

  test('is kept as a hash alone, and recorded by its id and that hash', async () => {
    const { secret, token } = await create()
    const rows = await store.db
      .selectFrom('identity_access_token')
      .selectAll()
      .where('id', '=', token.id)
      .execute()
    expect(rows).toMatchObject([{ sha256: sha256(secret), label: 'R at home', used_ms: null }])
    expect(JSON.stringify([rows, room.audit.entries])).not.toContain(secret.slice(3, 30))
    const until = new Date(token.expiresAt).toISOString()
    const body = {
      type: 'token.issued',
      token: token.id,
      purpose: 'SNDS-III-6',
      until,
      sha256: sha256(secret),
    }
    expect(room.audit.entries).toMatchObject([{ body, about: { project, by: { subject: 'alice' } } }])
  })

  test.each([
    ['no project of that name', { project: 'FR-NOR-2026-999999' }, 'NO_HABILITATION'],
    ['a purpose that the permit does not grant', { purpose: 'SNDS-I-1' }, 'PURPOSE_NOT_GRANTED'],
    ['more than twelve hours', { hours: 13 }, 'INVALID'],
  ] as const)('is not made with %s', async (_, change, code) => {
    await expect(create(change)).rejects.toMatchObject({ code })
    expect(room.audit.entries).toEqual([])
  })

  test('is not made with one factor', async () => {
    await expect(create({}, person('alice', { level: 1 }))).rejects.toMatchObject({
      code: 'ASSURANCE_TOO_LOW',
    })
    expect(room.audit.entries).toEqual([])
  })

  test('lasts no longer than the rules say, by itself and when asked', async () => {
    const { persons } = await rulebook()
    needs = {
      ...needs,
      rulebook: { ...(await rulebook()), persons: { ...persons, accessToken: { hours: 2 } } },
    }
    expect((await create()).token.expiresAt).toBe(today + 2 * hour)
    await expect(create({ hours: 3 })).rejects.toMatchObject({
      code: 'INVALID',
      facts: { rule: 'access-token.hours' },
    })
  })

  test('is not made while the permit is suspended, nor by whoever it does not name', async () => {
    await expect(create({}, person('bruno'))).rejects.toMatchObject({ code: 'NO_HABILITATION' })
    current = currentPermit({}, { state: 'suspended' })
    await expect(create()).rejects.toMatchObject({ code: 'SUSPENDED' })
  })

  test('needs its purpose named where the permit has several, and none of its objectives', async () => {
    const objectives = ['O1', 'O2'].map((id) => ({ id, label: id }))
    current = currentPermit({ purposes: ['SNDS-III-6', 'SNDS-I-1'], objectives })
    await expect(create()).rejects.toMatchObject({ code: 'INVALID', facts: { rule: 'purpose-unnamed' } })
    const { token } = await create({ purpose: 'SNDS-I-1' })
    expect(token.purpose).toBe('SNDS-I-1')
  })
})

test('there are twenty of a person at a time, and room again when one has ended', async () => {
  const made = await Promise.all(Array.from({ length: 20 }, () => create()))
  await expect(create()).rejects.toMatchObject({
    code: 'QUOTA_EXCEEDED',
    facts: { rule: 'access-token.most' },
  })
  await revokePersonalToken(needs, person('alice'), made[0]?.token.id ?? '')
  expect((await create()).token.project).toBe(made[0]?.token.project)
})

describe('it speaks for nobody', () => {
  test.each<[string, CurrentPermit | null]>([
    ['once its permit is revoked', currentPermit({}, { state: 'revoked' })],
    ['once its project is closed', currentPermit({}, { state: 'closed' })],
    ['once its permit has ended', currentPermit({ exp: today / 1_000 })],
    ['once the permit names her no longer', currentPermit({ persons: [] })],
    [
      'once her part of the permit has ended',
      currentPermit({ persons: payload.persons.map((one) => ({ ...one, exp: today / 1_000 })) }),
    ],
    ['once there is no such project', null],
  ])('%s', async (_, later) => {
    const { secret } = await create()
    current = later
    await refusalOf(secret).toMatchObject(unauthenticated('permit'))
  })

  test('once her account is gone', async () => {
    const { secret } = await create()
    gone = 'alice'
    await refusalOf(secret).toMatchObject(unauthenticated('account'))
  })

  test('once she has ended it, which nobody else can; nor can she twice', async () => {
    const { secret, token } = await create()
    await expect(revokePersonalToken(needs, person('paul'), token.id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await expect(tokens.verify(secret)).resolves.toMatchObject({ subject: 'alice' })
    expect(await revokePersonalToken(needs, person('alice'), token.id)).toMatchObject({ revokedAt: today })
    await refusalOf(secret).toMatchObject(unauthenticated('revoked'))
    expect(stopped).toEqual([`token:${token.id}`])
    await expect(revokePersonalToken(needs, person('alice'), token.id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    expect(room.audit.entries.at(-1)).toMatchObject({ body: { type: 'token.revoked', token: token.id } })
  })

  test('once it has ended by itself, and then there is nothing to end', async () => {
    const { token } = await create({ hours: 1 })
    room.time.now = today + hour
    await expect(revokePersonalToken(needs, person('alice'), token.id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  test('when it is shown as one that is bound to a key', async () => {
    const { secret } = await create()
    const shown = { scheme: 'dpop', proof: 'any', method: 'GET', path: '/' } as const
    const refusal = { code: 'UNAUTHENTICATED', facts: { rule: 'dpop.unbound' } }
    await expect(tokens.verify(secret, shown)).rejects.toMatchObject(refusal)
  })

  test('when it was never made, or not written whole', async () => {
    const { secret } = await create()
    await refusalOf(personalTokenForm.make()).toMatchObject(unauthenticated('unknown'))
    await refusalOf(secret.slice(0, -1)).toMatchObject(unauthenticated('form'))
    await refusalOf(`hc_${secret.slice(3).toUpperCase()}`).toMatchObject(unauthenticated('form'))
  })
})

test('a suspension leaves it to the decision on each question to say so', async () => {
  const { secret } = await create()
  current = currentPermit({}, { state: 'suspended' })
  await expect(tokens.verify(secret)).resolves.toMatchObject({ subject: 'alice' })
})

test('a bearer that is no personal token is left to the tokens of issuers', async () => {
  await expect(tokens.verify('a.b.c')).resolves.toMatchObject({ subject: 'paul' })
})

test('a person sees her own, the newest first, with their last use to the minute, until thirty days after their end', async () => {
  const by = person('rouen')
  current = currentPermit({ persons: payload.persons.map((one) => ({ ...one, subject: 'rouen' })) })
  const first = await create({ label: 'first' }, by)
  room.time.now += 1
  await create({ label: 'second' }, by)
  await tokens.verify(first.secret)
  room.time.now += 59_999
  await tokens.verify(first.secret)
  const list = () => needs.personalTokens.list(by)
  expect(await list()).toMatchObject([
    { label: 'second', usedAt: null },
    { label: 'first', usedAt: today + 1 },
  ])
  room.time.now += 1
  await tokens.verify(first.secret)
  expect((await list()).at(-1)).toMatchObject({ usedAt: today + 60_001 })
  room.time.now = today + 4 * hour + 30 * 24 * hour
  expect(await list()).toHaveLength(2)
  room.time.now += 2
  expect(await list()).toEqual([])
})

test('its written form is known by its beginning and its checksum: a changed character is no token', () => {
  const secret = personalTokenForm.make()
  expect(secret).toMatch(/^hc_[0-9a-f]{72}$/)
  expect(personalTokenForm.isWhole(secret)).toBe(true)
  for (let i = 3; i < secret.length; i++) {
    const changed = `${secret.slice(0, i)}${secret[i] === '0' ? '1' : '0'}${secret.slice(i + 1)}`
    expect(personalTokenForm.isWhole(changed)).toBe(false)
  }
})

test('a question of a tool has the purpose of its token, named or not, and no other', () => {
  const scope = { token: 't', project, purpose: 'SNDS-III-6' }
  expect(purposeWithin({ scope }, undefined)).toBe('SNDS-III-6')
  expect(purposeWithin({ scope }, 'SNDS-III-6')).toBe('SNDS-III-6')
  expect(() => purposeWithin({ scope }, 'SNDS-I-1')).toThrow('PURPOSE_NOT_GRANTED')
  expect(purposeWithin({}, 'SNDS-I-1')).toBe('SNDS-I-1')
  expect(purposeWithin({}, undefined)).toBeUndefined()
})
