import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { signCompact } from '../../services/identity/jws.ts'
import { type LogoutIssuer, type Logouts, openLogouts } from '../../services/identity/logout.ts'
import { rawSql } from '../../services/store/store.ts'
import { openSessionHouse, type SessionHouse, start } from './session-house.ts'

const iss = 'https://issuer.example'
const event = 'http://schemas.openid.net/event/backchannel-logout'
const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const trust = {
  name: 'demo',
  identifiers: [iss],
  algorithms: ['ES256'],
  keys: () => new Map([['k1', own.publicKey]]),
} as const

let house: SessionHouse
let logouts: Logouts
const openFor = (change: Partial<LogoutIssuer> = {}) =>
  openLogouts({
    issuers: [{ trust, clientId: 'huisclos', ...change }],
    sessions: house.sessions,
    clock: house.clock,
  })

beforeAll(async () => {
  house = await openSessionHouse()
  logouts = openFor()
})
beforeEach(() => house.begin())
afterAll(() => house.close())

const now = start / 1_000
const good = {
  iss,
  aud: 'huisclos',
  iat: now,
  exp: now + 120,
  jti: 'j1',
  sid: 'sid-alice',
  events: { [event]: {} },
}

/** A logout token with some claims changed; undefined leaves one out. */
function token(change: object = {}, { typ = 'logout+jwt', key = own.privateKey } = {}): string {
  return signCompact({ payload: JSON.stringify({ ...good, ...change }), key, kid: 'k1', typ })
}

const alice = () => house.sessions.open(house.login('alice'))
const isOpen = (cookie: string) =>
  house.sessions.verify(cookie).then(
    () => true,
    () => false,
  )

/** Whether a transaction on this database waits for the lock of an issuer. */
async function somebodyWaits(): Promise<boolean> {
  const { rows } = await rawSql`SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()`.execute(house.store.db)
  return rows.length > 0
}

describe('a logout token', () => {
  test('closes the sessions behind a session of the issuer, and no other', async () => {
    const [one, two] = [await alice(), await alice()]
    const other = await house.sessions.open(house.login('alice', { sid: 'elsewhere' }))
    expect(await logouts.receive('demo', token())).toBe(2)
    expect(await Promise.all([one, two, other].map(({ cookie }) => isOpen(cookie)))).toEqual([
      false,
      false,
      true,
    ])
    expect(house.entries.at(-1)?.body).toMatchObject({ type: 'auth.closed', cause: 'issuer' })
  })

  test('without a session of the issuer closes all that it vouched for of the person', async () => {
    const [one, two] = [await alice(), await house.sessions.open(house.login('alice', { sid: 'elsewhere' }))]
    const paul = await house.sessions.open(house.login('paul'))
    expect(await logouts.receive('demo', token({ sid: undefined, sub: 'alice' }))).toBe(2)
    expect(await isOpen(one.cookie)).toBe(false)
    expect(await isOpen(two.cookie)).toBe(false)
    expect(await isOpen(paul.cookie)).toBe(true)
  })

  test('with both closes only what is of both', async () => {
    const { cookie } = await alice()
    expect(await logouts.receive('demo', token({ sub: 'paul' }))).toBe(0)
    expect(await isOpen(cookie)).toBe(true)
  })

  test.each<[string, object]>([
    ['of another issuer', { iss: 'https://other.example' }],
    ['of an issuer with a slash more', { iss: `${iss}/` }],
    ['without an issuer', { iss: undefined }],
    ['for another client', { aud: 'other' }],
    ['for us and another client', { aud: ['huisclos', 'other'] }],
    ['for nobody', { aud: undefined }],
    ['without an instant', { iat: undefined }],
    ['of an instant that is no number', { iat: String(now) }],
    ['older than two minutes', { iat: now - 121 }],
    ['of the future', { iat: now + 61, exp: now + 120 }],
    ['without an end', { exp: undefined }],
    ['that has ended', { iat: now - 100, exp: now - 60 }],
    ['that ends before it begins', { exp: now }],
    ['without a name of its own', { jti: undefined }],
    ['with an empty name', { jti: '' }],
    ['without an event', { events: undefined }],
    ['with another event', { events: { 'http://schemas.openid.net/event/other': {} } }],
    ['with an event that is no object', { events: { [event]: true } }],
    ['with events that are a list', { events: [event] }],
    ['of nobody', { sid: undefined }],
    ['of a session without a name', { sid: '' }],
    ['of a session that no database can name', { sid: 'a\u0000' }],
    ['with a name of half a character', { jti: '\ud800' }],
    ['with a nonce, as an ID token has', { nonce: 'n1' }],
    ['with an empty nonce', { nonce: null }],
  ])('%s closes nothing', async (_, change) => {
    const { cookie } = await alice()
    await expect(logouts.receive('demo', token(change))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await isOpen(cookie)).toBe(true)
  })

  test('signed by somebody else, not signed, or of another type closes nothing', async () => {
    const { cookie } = await alice()
    const none = Buffer.from('{"alg":"none","typ":"logout+jwt","kid":"k1"}').toString('base64url')
    const [, payload = ''] = token().split('.')
    const forged = [
      token({}, { key: foreign.privateKey }),
      `${none}.${payload}.`,
      `${token().slice(0, -4)}AAAA`,
      ...['JWT', 'at+jwt', 'Logout+JWT', 'application/logout+jwt'].map((typ) => token({}, { typ })),
      '',
    ]
    for (const one of forged)
      await expect(logouts.receive('demo', one)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await isOpen(cookie)).toBe(true)
  })

  test('of the plain type is taken only of an issuer that is said to send it, and an ID token never is', async () => {
    await alice()
    const old = openFor({ takesPlainType: true })
    expect(await old.receive('demo', token({}, { typ: 'JWT' }))).toBe(1)
    const idToken = token({ jti: 'j2', events: undefined, nonce: 'n' }, { typ: 'JWT' })
    await expect(old.receive('demo', idToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('has its effect once', async () => {
    await alice()
    await logouts.receive('demo', token())
    const { cookie } = await house.sessions.open(house.login('alice', { sid: 'next' }))
    const again = logouts.receive('demo', token({ sid: undefined, sub: 'alice' }))
    await expect(again).rejects.toMatchObject({ facts: { rule: 'logout.replayed' } })
    expect(await isOpen(cookie)).toBe(true)
    expect(await openFor().receive('demo', token({ jti: 'j2', sid: 'next' }))).toBe(1)
  })

  test('is remembered until it is too old to come again, and not for ever', async () => {
    await logouts.receive('demo', token())
    house.time.now += 120_000
    await house.sessions.sweep()
    await expect(logouts.receive('demo', token())).rejects.toMatchObject({
      facts: { rule: 'logout.replayed' },
    })
    house.time.now += 60_000
    await house.sessions.sweep()
    expect(await house.store.db.selectFrom('identity_logout').selectAll().execute()).toEqual([])
    await expect(logouts.receive('demo', token())).rejects.toMatchObject({
      facts: { rule: 'logout.expired' },
    })
  })

  test('whose effect failed is not used up', async () => {
    const { cookie } = await alice()
    const audit = { ...house.audit, append: () => Promise.reject(new Error('the log takes nothing')) }
    const deaf = openLogouts({
      issuers: [{ trust, clientId: 'huisclos' }],
      sessions: house.open({ audit }),
      clock: house.clock,
    })
    await expect(deaf.receive('demo', token())).rejects.toThrow('takes nothing')
    expect(await isOpen(cookie)).toBe(true)
    expect(await logouts.receive('demo', token())).toBe(1)
  })

  test('that overtakes its own login lets nothing open', async () => {
    expect(await logouts.receive('demo', token())).toBe(0)
    await expect(alice()).rejects.toMatchObject({ facts: { rule: 'session.ended-by-issuer' } })
    await house.sessions.open(house.login('alice', { sid: 'next' }))
  })

  test('that meets its own login half way ends it all the same', async () => {
    let isOver = false
    let logout: Promise<unknown> = Promise.resolve()
    const append: typeof house.audit.append = async (body, about) => {
      if (body.type !== 'auth.opened') return house.audit.append(body, about)
      logout = logouts.receive('demo', token()).finally(() => {
        isOver = true
      })
      while (!isOver && !(await somebodyWaits()));
      return house.audit.append(body, about)
    }
    const { cookie } = await house.open({ audit: { ...house.audit, append } }).open(house.login('alice'))
    await logout
    expect(await isOpen(cookie)).toBe(false)
  })

  test('at a name that is not configured is NOT_FOUND', async () => {
    await expect(logouts.receive('other', token())).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('the frame of an issuer', () => {
  test('closes the sessions behind the session that it names, under its own address', async () => {
    const { cookie } = await alice()
    const paul = await house.sessions.open(house.login('paul'))
    const asked = { iss, sid: 'sid-alice' }
    await expect(logouts.leave('demo', { ...asked, iss: `${iss}/` })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    })
    expect(await isOpen(cookie)).toBe(true)
    expect(await logouts.leave('demo', asked)).toBe(1)
    expect(await isOpen(cookie)).toBe(false)
    expect(await isOpen(paul.cookie)).toBe(true)
  })
})
