import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { demoAccounts } from '../../services/identity/demo-accounts.ts'
import type { ClosedSession } from '../../services/identity/session-closing.ts'
import { recoverSessions } from '../../services/identity/session-recovery.ts'
import { sha256 } from '../../services/kernel/hash.ts'
import { minute, openSessionHouse, type SessionHouse, start } from './session-house.ts'

const hour = 60 * minute
const alice = { issuer: 'demo', subject: 'alice' }

let house: SessionHouse
beforeAll(async () => {
  house = await openSessionHouse()
})
beforeEach(() => house.begin())
afterAll(() => house.close())

const rows = () => house.store.db.selectFrom('identity_session').selectAll().execute()
const refused = (rule: string) => ({ code: 'UNAUTHENTICATED', facts: { rule } })

describe('a session', () => {
  test('is opened for a person with an account: the cookie says who she is and how she proved it', async () => {
    const opened = await house.sessions.open(house.login('alice', { acr: 'eidas2' }))
    expect(opened).toMatchObject({ until: start + 10 * hour })
    expect(await house.sessions.verify(opened.cookie)).toMatchObject({
      ...alice,
      roles: ['researcher'],
      level: 2,
      methods: ['pwd', 'mfa'],
      acr: 'eidas2',
      authenticatedAt: start - 5_000,
      door: 'http',
      session: opened.id,
    })
  })

  test('is not opened for somebody without an account', async () => {
    await expect(house.sessions.open(house.login('nobody'))).rejects.toMatchObject(refused('account.unknown'))
    await expect(house.sessions.open(house.login('alice', { issuer: 'other' }))).rejects.toMatchObject(
      refused('account.unknown'),
    )
    expect(await rows()).toEqual([])
  })

  test('has a cookie of 256 random bits, of which the table and the log have no trace but a hash', async () => {
    const { cookie } = await house.sessions.open(house.login('alice'))
    expect(Buffer.from(cookie, 'base64url')).toHaveLength(32)
    const kept = JSON.stringify([await rows(), house.entries])
    expect(kept).toContain(sha256(cookie))
    expect(kept).not.toContain(cookie)
  })

  test('is one of twenty at most: one more closes the one that was silent for the longest time', async () => {
    const first = await house.sessions.open(house.login('alice', { sid: 'first' }))
    const second = await house.sessions.open(house.login('alice', { sid: 'second' }))
    house.time.now += 2 * minute
    await house.sessions.verify(first.cookie)
    for (let n = 0; n < 19; n += 1) await house.sessions.open(house.login('alice', { sid: `more-${n}` }))
    expect(await house.sessions.list(alice)).toHaveLength(20)
    await expect(house.sessions.verify(second.cookie)).rejects.toMatchObject(refused('session.closed'))
    expect(await house.sessions.verify(first.cookie)).toMatchObject(alice)
  })

  test.each([
    ['nothing', ''],
    ['another one', 'A'.repeat(43)],
    ['more than a cookie', `${'A'.repeat(43)}=`],
  ])('is not found by %s', async (_, cookie) => {
    await house.sessions.open(house.login('alice'))
    await expect(house.sessions.verify(cookie)).rejects.toMatchObject(refused('session.unknown'))
  })

  test('is not found by its id or by the hash of its cookie', async () => {
    const { id, cookie } = await house.sessions.open(house.login('alice'))
    for (const shown of [id, sha256(cookie), sha256(cookie).slice(0, 43)])
      await expect(house.sessions.verify(shown)).rejects.toMatchObject(refused('session.unknown'))
  })

  test('outlives a stop of the node, however it came', async () => {
    const { id, cookie } = await house.sessions.open(house.login('alice'))
    expect(await house.open().verify(cookie)).toMatchObject({ session: id })
  })
})

describe('the time of a session', () => {
  test('ends after half an hour without a call', async () => {
    const { cookie } = await house.sessions.open(house.login('alice'))
    house.time.now = start + 30 * minute - 1
    await house.sessions.verify(cookie)
    house.time.now += 30 * minute
    await expect(house.sessions.verify(cookie)).rejects.toMatchObject(refused('session.idle'))
    house.time.now = start
    await expect(house.sessions.verify(cookie)).rejects.toMatchObject(refused('session.closed'))
    expect(house.entries.at(-1)?.body).toMatchObject({ type: 'auth.closed', cause: 'idle' })
  })

  test('ends after ten hours, whoever calls', async () => {
    const { cookie } = await house.sessions.open(house.login('alice'))
    for (let at = start; at < start + 10 * hour; at += 29 * minute) {
      house.time.now = at
      await house.sessions.verify(cookie)
    }
    house.time.now = start + 10 * hour
    await expect(house.sessions.verify(cookie)).rejects.toMatchObject(refused('session.age'))
  })

  test('is written at most once a minute', async () => {
    const { cookie } = await house.sessions.open(house.login('alice'))
    const seenAt = async (after: number) => {
      house.time.now = start + after
      await house.sessions.verify(cookie)
      return (await rows())[0]?.seen_at
    }
    expect(await seenAt(minute - 1)).toBe(start)
    expect(await seenAt(minute)).toBe(start + minute)
    expect(await seenAt(2 * minute - 1)).toBe(start + minute)
  })

  test('ends in the lists and in the log too, when nobody calls any more', async () => {
    await house.sessions.open(house.login('alice'))
    house.time.now = start + 30 * minute
    expect(await house.sessions.list(alice)).toEqual([])
    await house.sessions.sweep()
    expect(house.entries.at(-1)?.body).toMatchObject({ type: 'auth.closed', cause: 'idle' })
    expect(await rows()).toMatchObject([{ closed_at: start + 30 * minute, closed_cause: 'idle' }])
    house.time.now += 7 * 24 * hour - 1
    await house.sessions.sweep()
    expect(await rows()).toHaveLength(1)
    house.time.now += 1
    await house.sessions.sweep()
    expect(await rows()).toEqual([])
  })
})

describe('a login within a session', () => {
  test('gives it another cookie and what was proved now; the old cookie is worth nothing', async () => {
    const first = await house.sessions.open(house.login('alice', { level: 1, methods: ['pwd'] }))
    house.time.now += 20 * minute
    const second = await house.sessions.open(house.login('alice', { level: 3 }), first.id)
    expect(second).toMatchObject({ id: first.id, until: start + 20 * minute + 10 * hour })
    await expect(house.sessions.verify(first.cookie)).rejects.toMatchObject(refused('session.unknown'))
    expect(await house.sessions.verify(second.cookie)).toMatchObject({ level: 3, session: first.id })
    expect(await rows()).toHaveLength(1)
  })

  test('of somebody else closes it and opens one of her own', async () => {
    const first = await house.sessions.open(house.login('alice'))
    const second = await house.sessions.open(house.login('paul'), first.id)
    expect(second.id).not.toBe(first.id)
    await expect(house.sessions.verify(first.cookie)).rejects.toMatchObject(refused('session.closed'))
    expect(house.entries.map(({ body }) => body)).toContainEqual(
      expect.objectContaining({ type: 'auth.closed', session: first.id, cause: 'replaced' }),
    )
  })

  test.each([['no-such-id'], ['6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0001']])(
    'that names a former session %s which is not open begins a new one',
    async (former) => {
      const { id } = await house.sessions.open(house.login('alice'), former)
      expect(id).not.toBe(former)
    },
  )

  test('does not bring a closed session back', async () => {
    const first = await house.sessions.open(house.login('alice'))
    await house.sessions.close({ id: first.id }, { cause: 'signed-out' })
    const second = await house.sessions.open(house.login('alice'), first.id)
    expect(second.id).not.toBe(first.id)
  })
})

test('a session that is closed while a login within it is under way stays closed', async () => {
  const { id } = await house.sessions.open(house.login('alice'))
  const append: typeof house.audit.append = async (body, about) => {
    if (body.type === 'auth.opened') await house.sessions.close({ id }, { cause: 'closed' })
    return house.audit.append(body, about)
  }
  const late = house.open({ audit: { ...house.audit, append } })
  await expect(late.open(house.login('alice'), id)).rejects.toMatchObject(refused('session.closed'))
  expect(await rows()).toMatchObject([{ id, closed_cause: 'closed' }])
  expect(house.entries.at(-1)?.body).toMatchObject({ type: 'state.aborted' })
})

describe('the closure of sessions', () => {
  const opened = (subject: string, sid?: string) =>
    house.sessions.open(house.login(subject, sid === undefined ? {} : { sid }))

  test('by id closes that one, and only if it is of the person who is named', async () => {
    const [one, other] = [await opened('alice'), await opened('alice')]
    const paul = { issuer: 'demo', subject: 'paul' }
    expect(await house.sessions.close({ id: one.id, person: paul }, { cause: 'closed' })).toBe(0)
    expect(await house.sessions.close({ id: 'no id' }, { cause: 'closed' })).toBe(0)
    expect(await house.sessions.close({ id: one.id, person: alice }, { cause: 'signed-out' })).toBe(1)
    await expect(house.sessions.verify(one.cookie)).rejects.toMatchObject(refused('session.closed'))
    expect(await house.sessions.list(alice)).toMatchObject([{ id: other.id }])
  })

  test('by session of the issuer closes those of that session, by person all of hers', async () => {
    const [one, two, third] = [
      await opened('alice', 's1'),
      await opened('alice', 's2'),
      await opened('paul', 's1'),
    ]
    const s1 = { issuer: 'demo', sid: 's1' }
    expect(await house.sessions.close({ ...s1, issuer: 'other' }, { cause: 'issuer' })).toBe(0)
    expect(await house.sessions.close({ ...s1, subject: 'alice' }, { cause: 'issuer' })).toBe(1)
    await house.sessions.verify(two.cookie)
    await house.sessions.verify(third.cookie)
    expect(await house.sessions.close(s1, { cause: 'issuer' })).toBe(1)
    expect(await house.sessions.close(alice, { cause: 'issuer' })).toBe(1)
    for (const { cookie } of [one, two, third])
      await expect(house.sessions.verify(cookie)).rejects.toMatchObject(refused('session.closed'))
  })

  test('is told once to whoever watches, when it holds', async () => {
    const { id } = await opened('alice')
    const told: ClosedSession[] = []
    house.sessions.watch((closed) => void told.push(...closed))
    await house.sessions.close({ id }, { cause: 'signed-out' })
    await house.sessions.close({ id }, { cause: 'signed-out' })
    expect(told).toEqual([{ ...alice, id }])
  })

  test('reaches all of a person, whichever of her identities signed in', async () => {
    const find = (identity: { issuer: string; subject: string }) =>
      house.accounts.find(identity.issuer === 'other' ? alice : identity)
    const linked = house.open({ accounts: { find } })
    const { id, cookie } = await linked.open(house.login('a1', { issuer: 'other', sid: 'far' }))
    expect(await linked.verify(cookie)).toMatchObject({ ...alice, session: id })
    expect(await linked.list(alice)).toMatchObject([{ id }])
    await opened('alice')
    expect(await linked.close({ issuer: 'other', subject: 'a1' }, { cause: 'issuer' })).toBe(1)
    await linked.open(house.login('a1', { issuer: 'other' }))
    expect(await linked.close({ person: alice }, { cause: 'closed' })).toBe(2)
  })

  test('comes when the identity that signed in stands for another account, or for none', async () => {
    const [one, two] = [await opened('alice'), await opened('paul')]
    const swapped = house.open({ accounts: { find: async () => house.accounts.find(alice) } })
    await expect(swapped.verify(two.cookie)).rejects.toMatchObject(refused('session.account'))
    const emptied = house.open({ accounts: { find: async () => null } })
    await expect(emptied.verify(one.cookie)).rejects.toMatchObject(refused('session.account'))
  })

  test('comes with a change of roles', async () => {
    const { cookie } = await opened('alice')
    const account = demoAccounts(house.clock).find(({ subject }) => subject === 'alice')
    if (account === undefined) throw new Error('no alice')
    await house.accounts.seed({ organisations: [], accounts: [{ ...account, roles: ['researcher', 'dpo'] }] })
    await expect(house.sessions.verify(cookie)).rejects.toMatchObject(refused('session.roles'))
  })
})

test('a closure that a crash cut between its entry and its row holds after the next start', async () => {
  const [cut, aborted, open] = [
    await house.sessions.open(house.login('alice')),
    await house.sessions.open(house.login('alice')),
    await house.sessions.open(house.login('alice')),
  ]
  const closed = ({ id }: { id: string }) =>
    ({ type: 'auth.closed', session: id, issuer: 'demo', level: 2, cause: 'issuer' }) as const
  const bodies = [closed(cut), closed(aborted), { type: 'state.aborted', of: 1 } as const]
  async function* log() {
    for (const [seq, body] of bodies.entries()) yield { seq, ts: new Date(start).toISOString(), body }
  }
  await recoverSessions(house.store, log())
  await expect(house.sessions.verify(cut.cookie)).rejects.toMatchObject(refused('session.closed'))
  await house.sessions.verify(aborted.cookie)
  await house.sessions.verify(open.cookie)
  expect(house.entries.filter(({ body }) => body.type === 'auth.closed')).toEqual([])
})

describe('the entries of sessions', () => {
  test('say who came in and how, and which session was closed and why, before either holds', async () => {
    const { id } = await house.sessions.open(house.login('alice'))
    const [dpo] = demoAccounts(house.clock).filter(({ subject }) => subject === 'nadia')
    if (dpo === undefined) throw new Error('no nadia')
    const by = { ...dpo, level: 2, door: 'http' } as const
    await house.sessions.close({ id }, { cause: 'closed', by })
    expect(house.entries).toEqual([
      {
        body: { type: 'auth.opened', method: 'session', issuer: 'demo' },
        about: {
          by: { ...alice, level: 2, door: 'http', session: id },
          sealed: { methods: ['pwd', 'mfa'], acr: null, authenticatedAt: start - 5_000 },
        },
      },
      {
        body: { type: 'auth.closed', session: id, issuer: 'demo', level: 2, cause: 'closed' },
        about: { by, sealed: alice },
      },
    ])
  })

  test('come first: without them nothing opens and nothing closes', async () => {
    const { cookie } = await house.sessions.open(house.login('alice'))
    const audit = {
      ...house.audit,
      append: () => Promise.reject(new Error('the log takes nothing')),
    }
    const deaf = house.open({ audit })
    await expect(deaf.open(house.login('paul'))).rejects.toThrow('takes nothing')
    await expect(deaf.close(alice, { cause: 'closed' })).rejects.toThrow('takes nothing')
    await house.sessions.verify(cookie)
    expect(await rows()).toHaveLength(1)
  })
})
