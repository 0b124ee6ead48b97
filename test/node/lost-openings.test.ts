/** Sessions and ties whose entry stands alone: the log is told that nothing came of them, once. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Body } from '../../services/audit/entry.ts'
import { openAccounts } from '../../services/identity/accounts.ts'
import { demoAccounts, demoOrganisations } from '../../services/identity/demo-accounts.ts'
import { systemClock } from '../../services/kernel/clock.ts'
import { tellOpenings } from '../../services/node/lost/openings.ts'
import { openTestStore, type TestStore } from '../stored.ts'
import { alice, logOf, now } from './lost-log.ts'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
  const accounts = openAccounts(store)
  await accounts.seed({ organisations: demoOrganisations, accounts: demoAccounts(systemClock) })
})
afterAll(() => store?.close())

const nothingTold = { findings: [], appended: [] }

async function told(bodies: readonly Body[], sealed: unknown, session = '') {
  const log = logOf(bodies, sealed, { came: { door: 'http', session } })
  const findings = await tellOpenings({ ...log, store }, now - 3_600_000)
  return { findings, appended: log.appended }
}

describe('a session', () => {
  const opened: Body = { type: 'auth.opened', method: 'session', issuer: 'demo' }
  const login = { methods: ['pwd'], authenticatedAt: now - 70_000 }
  const id = randomUUID()
  const keep = (authenticated_at: number) =>
    store.db
      .insertInto('identity_session')
      .values({
        ...{ id, cookie_sha256: 'a'.repeat(64), account_issuer: 'demo', account_subject: 'alice' },
        ...{
          ...alice,
          level: 2,
          methods: ['pwd'],
          roles: [],
          authenticated_at,
          created_at: now,
          seen_at: now,
        },
      })
      .execute()

  test('that was never kept came to nothing', async () => {
    const { findings, appended } = await told([opened], login, id)
    expect(findings).toMatchObject([{ type: 'auth.opened', of: id, outcome: 'left' }])
    expect(appended).toEqual([{ type: 'state.aborted', of: 0 }])
  })

  test('is told once, and not at all where it was closed', async () => {
    const aborted: Body = { type: 'state.aborted', of: 0 }
    expect(await told([opened, aborted], login, id)).toEqual(nothingTold)
    const closed: Body = { type: 'auth.closed', session: id, issuer: 'demo', level: 2, cause: 'signed-out' }
    expect(await told([opened, closed], login, id)).toEqual(nothingTold)
  })

  test('that is there is left alone; a new login of it that was not kept came to nothing', async () => {
    await keep(login.authenticatedAt)
    expect(await told([opened], login, id)).toEqual(nothingTold)
    const later = { ...login, authenticatedAt: now - 60_000 }
    expect((await told([opened, opened], later, id)).appended).toEqual([{ type: 'state.aborted', of: 1 }])
  })

  test('of a token is none, and leaves no row to look for', async () => {
    expect(await told([{ ...opened, method: 'token' }], login, id)).toEqual(nothingTold)
  })
})

describe('an identity that was tied', () => {
  const linked: Body = { type: 'identity.linked', issuer: 'univ' }
  const sealed = { issuer: 'univ', subject: 'a.martin' }

  test('and is not, came to nothing; told once', async () => {
    const { findings, appended } = await told([linked], sealed)
    expect(findings).toMatchObject([{ type: 'identity.linked', of: 'univ', outcome: 'left' }])
    expect(appended).toEqual([{ type: 'state.aborted', of: 0 }])
    expect(await told([linked, { type: 'state.aborted', of: 0 }], sealed)).toEqual(nothingTold)
  })

  test('and untied since, or whose owner nobody can tell any more, is left as it is', async () => {
    expect(await told([linked, { type: 'identity.unlinked', issuer: 'univ' }], sealed)).toEqual(nothingTold)
    expect(await told([linked], null)).toEqual(nothingTold)
  })

  test('and still is, is left alone', async () => {
    const row = { ...sealed, account_issuer: 'demo', account_subject: 'alice', linked_ms: now }
    await store.db.insertInto('identity_link').values(row).execute()
    expect(await told([linked], sealed)).toEqual(nothingTold)
  })
})
