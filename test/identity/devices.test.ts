/** A command line that a person lets in: the codes, the answer, the token, and what ends it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { userCodeOf } from '../../services/identity/device-code.ts'
import { type Devices, openDevices, withDevices } from '../../services/identity/devices.ts'
import type { Person } from '../../services/identity/person.ts'
import { openSessionHouse, type SessionHouse } from './session-house.ts'

let house: SessionHouse
let devices: Devices
beforeAll(async () => {
  house = await openSessionHouse()
})
beforeEach(async () => {
  await house.begin()
  await house.store.db.deleteFrom('identity_device').execute()
  devices = openDevices(house)
})
afterAll(() => house.close())

const machine = { host: 'pc-de-alice', address: '192.0.2.7' }
const refused = (rule: string) => ({ code: 'UNAUTHENTICATED', facts: { rule: `device.${rule}` } })

async function signIn(subject = 'alice'): Promise<{ readonly id: string; readonly by: Person }> {
  const { id, cookie } = await house.sessions.open(house.login(subject))
  return { id, by: await house.sessions.verify(cookie) }
}

/** A token of a command line in a session of alice. */
async function letIn(): Promise<{ readonly id: string; readonly token: string }> {
  const { id, by } = await signIn()
  const { deviceCode, userCode } = await devices.ask(machine)
  await devices.answer(by, userCode, true)
  const token = await devices.take(deviceCode)
  return { id, token: token ?? '' }
}

describe('a command line', () => {
  test('acts in the session of the person who typed its code, at its own door', async () => {
    const { id, by } = await signIn()
    const { deviceCode, userCode, interval } = await devices.ask(machine)
    expect(await devices.take(deviceCode)).toBeNull()
    expect(await devices.look(by, userCode.toLowerCase().replace('-', ' '))).toEqual({
      ...machine,
      askedAt: house.time.now,
    })
    await devices.answer(by, userCode, true)
    house.time.now += interval * 1000
    const token = (await devices.take(deviceCode)) ?? ''
    expect(await devices.verify(token)).toMatchObject({
      subject: 'alice',
      level: 2,
      session: id,
      door: 'cli',
    })
    expect(house.entries.at(-1)).toMatchObject({
      body: { type: 'device.confirmed', device: expect.any(String) },
      about: { by: { subject: 'alice', session: id }, sealed: machine },
    })
  })

  test('leaves hashes alone of its codes and its token', async () => {
    const { by } = await signIn()
    const { deviceCode, userCode } = await devices.ask(machine)
    await devices.answer(by, userCode, true)
    const token = (await devices.take(deviceCode)) ?? 'none'
    const kept = JSON.stringify([
      await house.store.db.selectFrom('identity_device').selectAll().execute(),
      house.entries,
    ])
    for (const secret of [deviceCode, userCode, token]) expect(kept).not.toContain(secret)
  })

  test('is given its token once', async () => {
    const { by } = await signIn()
    const { deviceCode, userCode } = await devices.ask(machine)
    await devices.answer(by, userCode, true)
    const taken = await Promise.allSettled([devices.take(deviceCode), devices.take(deviceCode)])
    expect(taken.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    house.time.now += 5_000
    await expect(devices.take(deviceCode)).rejects.toMatchObject(refused('code'))
  })

  test('that asks again within five seconds is told to wait', async () => {
    const { deviceCode } = await devices.ask(machine)
    await devices.take(deviceCode)
    house.time.now += 4_999
    await expect(devices.take(deviceCode)).rejects.toMatchObject({ code: 'RATE' })
    house.time.now += 1
    expect(await devices.take(deviceCode)).toBeNull()
  })

  test('is kept out when the person says no, or nobody comes within ten minutes', async () => {
    const { by } = await signIn()
    const [one, two] = [await devices.ask(machine), await devices.ask(machine)]
    await devices.answer(by, one.userCode, false)
    expect(house.entries.at(-1)?.body.type).toBe('device.refused')
    await expect(devices.take(one.deviceCode)).rejects.toMatchObject(refused('refused'))
    house.time.now += 600_000
    await expect(devices.take(two.deviceCode)).rejects.toMatchObject(refused('expired'))
    await expect(devices.answer(by, two.userCode, true)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await devices.ask(machine)
    await expect(devices.take(one.deviceCode)).rejects.toMatchObject(refused('code'))
  })
})

describe('a code', () => {
  test('is good for one answer, and not outside of a session', async () => {
    const { by } = await signIn()
    const { userCode } = await devices.ask(machine)
    const { session: _session, ...outside } = by
    await expect(devices.answer(outside, userCode, true)).rejects.toMatchObject(refused('session'))
    await devices.answer(by, userCode, true)
    await expect(devices.answer(by, userCode, true)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('cannot be guessed: five wrong ones in a minute close the page of this session, and of no other', async () => {
    const [alice, paul] = [await signIn(), await signIn('paul')]
    const { userCode } = await devices.ask(machine)
    for (let n = 0; n < 5; n += 1)
      await expect(devices.look(alice.by, 'BBBB-BBBB')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(devices.look(alice.by, userCode)).rejects.toMatchObject({ code: 'RATE' })
    expect(await devices.look(paul.by, userCode)).toMatchObject(machine)
    house.time.now += 60_000
    expect(await devices.look(alice.by, userCode)).toMatchObject(machine)
  })

  test.each([
    ['bcdf ghjk', 'BCDF-GHJK'],
    ['BCDFGHJK', 'BCDF-GHJK'],
    ['ABCD-EFGH', null],
    ['BCDF-GHJ', null],
    ['', null],
  ])('%j is read as %j', (typed, code) => {
    expect(userCodeOf(typed)).toBe(code)
  })
})

describe('its token speaks for nobody', () => {
  test('once the session is closed, or idle for half an hour', async () => {
    const [one, two] = [await letIn(), await letIn()]
    await house.sessions.close({ id: one.id }, { cause: 'closed' })
    await expect(devices.verify(one.token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    for (let n = 0; n < 4; n += 1) {
      house.time.now += 20 * 60_000
      expect((await devices.verify(two.token)).session).toBe(two.id)
    }
    house.time.now += 30 * 60_000
    await expect(devices.verify(two.token)).rejects.toMatchObject({ facts: { rule: 'session.idle' } })
  })

  test('once it was given back, while the session goes on', async () => {
    const { id, token } = await letIn()
    await devices.end(token)
    await expect(devices.verify(token)).rejects.toMatchObject(refused('ended'))
    expect((await house.sessions.resume(id)).subject).toBe('alice')
  })

  test('when it was never given, not written whole, or shown as one that is bound to a key', async () => {
    const { token } = await letIn()
    const others = withDevices({ verify: () => Promise.reject(new Error('another door')) }, devices)
    await expect(others.verify(`${token.slice(0, -1)}x`)).rejects.toMatchObject(refused('token'))
    const shown = { scheme: 'dpop', method: 'GET', path: '/' } as const
    await expect(others.verify(token, shown)).rejects.toMatchObject({ facts: { rule: 'dpop.unbound' } })
    await expect(others.verify('eyJ')).rejects.toThrow('another door')
    expect((await others.verify(token)).subject).toBe('alice')
  })
})
