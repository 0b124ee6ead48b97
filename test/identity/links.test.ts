import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { openLinks, unlink } from '../../services/identity/links.ts'
import type { Person } from '../../services/identity/person.ts'
import { type LoginHouse, openLoginHouse } from './login-house.ts'

let house: LoginHouse
beforeAll(async () => {
  house = await openLoginHouse()
})
afterAll(() => house.close())
beforeEach(async () => {
  await house.store.db.deleteFrom('identity_link').execute()
  await house.store.db.deleteFrom('identity_session').execute()
  house.chu.mend()
  house.univ.mend()
  house.univ.person.subject = 'bea'
  house.time.ahead = 0
})

const minute = 60_000

async function personAfter(signedIn: ReturnType<LoginHouse['signIn']>): Promise<Person> {
  const { session } = await signedIn
  return house.sessions.verify(session?.cookie ?? 'none')
}

describe('an identity', () => {
  test('that its owner tied, signed in with both, opens her account', async () => {
    await expect(house.signIn('univ')).rejects.toMatchObject({ facts: { rule: 'account.unknown' } })
    const by = await personAfter(house.signIn('chu'))
    expect(await house.signIn('univ', { aim: 'link', by })).toEqual({ target: '/' })
    expect(await personAfter(house.signIn('univ'))).toMatchObject({ issuer: 'chu', subject: 'ann' })
    expect(await house.links.of(by)).toMatchObject([{ issuer: 'univ', subject: 'bea' }])
  })

  test('is asked for anew by its issuer when it is tied, and the log says by whom, and not to what', async () => {
    const by = await personAfter(house.signIn('chu'))
    const { asked, back, cookie } = await house.away('univ', { aim: 'link', by })
    expect(asked.searchParams.get('prompt')).toBe('login')
    await house.logins.finish({ issuer: 'univ', search: back.search, cookie })
    const entry = house.entries.at(-1)
    expect(entry?.body).toEqual({ type: 'identity.linked', issuer: 'univ' })
    expect(entry?.about).toMatchObject({
      by: { issuer: 'chu', subject: 'ann' },
      sealed: { issuer: 'univ', subject: 'bea' },
    })
  })

  test('with an account of its own opens the first one once it is tied, and its own again once it is not', async () => {
    house.univ.person.subject = 'ann'
    expect(await personAfter(house.signIn('univ'))).toMatchObject({ issuer: 'univ', subject: 'ann' })
    const by = await personAfter(house.signIn('chu'))
    await house.signIn('univ', { aim: 'link', by })
    const second = await personAfter(house.signIn('univ'))
    expect(second).toMatchObject({ issuer: 'chu', subject: 'ann' })
    await unlink(house, by, { issuer: 'univ', subject: 'ann' })
    expect(await personAfter(house.signIn('univ'))).toMatchObject({ issuer: 'univ', subject: 'ann' })
  })

  test('that is untied opens nothing: its sessions end at once, and the log says so', async () => {
    const by = await personAfter(house.signIn('chu'))
    await house.signIn('univ', { aim: 'link', by })
    const { session } = await house.signIn('univ')
    expect(await unlink(house, by, { issuer: 'univ', subject: 'bea' })).toBe(1)
    expect(house.entries.map(({ body }) => body.type)).toContain('identity.unlinked')
    await expect(house.sessions.verify(session?.cookie ?? '')).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    })
    await expect(house.signIn('univ')).rejects.toMatchObject({ facts: { rule: 'account.unknown' } })
  })

  test('is untied by nobody but its owner', async () => {
    const by = await personAfter(house.signIn('chu'))
    await house.signIn('univ', { aim: 'link', by })
    const other = await personAfter(house.signIn('rogue'))
    await expect(unlink(house, other, { issuer: 'univ', subject: 'bea' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })
})

describe('is tied to nothing', () => {
  const refused = async (tying: Promise<unknown>, code: string, rule: string) => {
    await expect(tying).rejects.toMatchObject({ code, facts: { rule } })
    expect(await house.store.db.selectFrom('identity_link').selectAll().execute()).toEqual([])
  }

  test('by a browser without a session', () =>
    refused(house.signIn('univ', { aim: 'link' }), 'UNAUTHENTICATED', 'link.session'))

  test('by a session of one factor', async () => {
    house.chu.person = { subject: 'ann', acr: 'one', amr: ['pwd'] }
    const by = await personAfter(house.signIn('chu'))
    await refused(house.signIn('univ', { aim: 'link', by }), 'ASSURANCE_TOO_LOW', 'link.floor')
  })

  test('by a session that proved who she is more than ten minutes ago', async () => {
    const by = await personAfter(house.signIn('chu'))
    house.time.ahead = 11 * minute
    await refused(house.signIn('univ', { aim: 'link', by }), 'ASSURANCE_TOO_LOW', 'link.floor')
  })

  test('when the session ended, or grew old, before the second sign-in did', async () => {
    const by = await personAfter(house.signIn('chu'))
    const first = await house.away('univ', { aim: 'link', by })
    await house.sessions.close({ id: by.session ?? '' }, { cause: 'signed-out', by })
    await refused(
      house.logins.finish({ issuer: 'univ', search: first.back.search, cookie: first.cookie }),
      'UNAUTHENTICATED',
      'link.session',
    )
    const again = await personAfter(house.signIn('chu'))
    house.time.ahead = 5 * minute
    const second = await house.away('univ', { aim: 'link', by: again })
    house.time.ahead = 11 * minute
    await refused(
      house.logins.finish({ issuer: 'univ', search: second.back.search, cookie: second.cookie }),
      'ASSURANCE_TOO_LOW',
      'link.floor',
    )
  })

  test('to itself', async () => {
    const by = await personAfter(house.signIn('chu'))
    await refused(house.signIn('chu', { aim: 'link', by }), 'CONFLICT', 'link.taken')
  })
})

test('an identity that is tied is tied to nobody else, and there are no chains', async () => {
  const ann = await personAfter(house.signIn('chu'))
  await house.signIn('univ', { aim: 'link', by: ann })
  const eve = await personAfter(house.signIn('rogue'))
  const taken = { code: 'CONFLICT', facts: { rule: 'link.taken' } }
  await expect(house.signIn('univ', { aim: 'link', by: eve })).rejects.toMatchObject(taken)
  await expect(house.signIn('chu', { aim: 'link', by: eve })).rejects.toMatchObject(taken)
})

test('a tie that somebody else was faster with is not made, and the log says that nothing came of it', async () => {
  const by = await personAfter(house.signIn('chu'))
  const bea = { issuer: 'univ', subject: 'bea', linkedAt: house.now() }
  const faster = openLinks(house.store, house.audit)
  let isFirst = true
  const slower = openLinks(house.store, {
    ...house.audit,
    async append(body, about) {
      if (isFirst) await faster.tie(bea, { ...by, issuer: 'rogue', subject: 'eve' })
      isFirst = false
      return house.audit.append(body, about)
    },
  })
  await expect(slower.tie(bea, by)).rejects.toThrow()
  expect(await house.links.accountOf(bea)).toEqual({ issuer: 'rogue', subject: 'eve' })
  expect(house.entries.at(-1)?.body).toEqual({ type: 'state.aborted', of: house.entries.length - 2 })
})
