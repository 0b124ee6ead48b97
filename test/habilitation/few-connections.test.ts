/** Commands that come at once on a pool of few connections: none holds one while it asks for another. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openRegistry } from '../../services/habilitation/registry.ts'
import { openAccounts } from '../../services/identity/accounts.ts'
import { demoAccounts, demoOrganisations } from '../../services/identity/demo-accounts.ts'
import { openTestStore, type TestStore } from '../stored.ts'
import { openRoom, type Room, today } from './fixtures.ts'
import { act, opened } from './walk.ts'

let store: TestStore
let room: Room

beforeAll(async () => {
  // A command that waits for a connection that never comes is told UNAVAILABLE after this time.
  store = await openTestStore({ connections: 2, answerMs: 4000 })
  const accounts = openAccounts(store)
  await accounts.seed({
    organisations: demoOrganisations,
    accounts: demoAccounts({ now: () => today }),
  })
  room = await openRoom({ registry: openRegistry(store), accounts })
})
afterAll(() => store?.close())

test('as many changes at once as a dozen are all done with two connections', async () => {
  const ids: string[] = []
  for (let i = 0; i < 12; i++) ids.push(await opened(room))
  const done = await Promise.all(ids.map((id) => act(room, id, ['paul', { type: 'submission' }])))
  expect(done.map(({ state }) => state)).toEqual(ids.map(() => 'received'))
})

test('and so are new requests, each under a number of its own', async () => {
  const ids = await Promise.all(Array.from({ length: 6 }, () => opened(room)))
  expect(new Set(ids).size).toBe(6)
})
