/** The trial `keys` in short; the broken builds are what it must find out. */
import { appendFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { openTestStore, type TestStore } from '../stored.ts'
import { isClean, rotateAndDestroy, sound } from '../trials/keys.ts'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(async () => {
  await store.close()
})
beforeEach(async () => void (await store.db.deleteFrom('keys_wrapped').execute()))

const size = { keys: 520, files: 8, destroyed: 3 }

test('every key is wrapped anew, no file is touched, and what is destroyed is found by nobody', async () => {
  const figures = await rotateAndDestroy(store, size)
  expect(figures).toMatchObject({ keys: 520, left: 0, changed: 0, unopened: 0, found: 0, inPages: 0 })
  expect(isClean(figures)).toBe(true)
})

test('a rotation that does nothing, or touches a file, is found out', async () => {
  const idle = await rotateAndDestroy(store, { ...size, destroyed: 0 }, { ...sound, rotate: async () => 0 })
  expect(idle).toMatchObject({ left: 520, unopened: 8 })
  await store.db.deleteFrom('keys_wrapped').execute()
  const touching = await rotateAndDestroy(
    store,
    { ...size, destroyed: 0 },
    {
      ...sound,
      rotate: async (ring, [first = '']) => {
        await appendFile(first, ' ')
        await ring.rewrap()
      },
    },
  )
  expect(touching).toMatchObject({ left: 0, changed: 1, unopened: 1 })
})

test('a destruction that only says so is found out', async () => {
  const saying = await rotateAndDestroy(store, size, { ...sound, destroy: async () => true })
  expect(saying).toMatchObject({ found: 3, inPages: 3 })
})
