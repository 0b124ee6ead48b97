/** Searches of the log that people keep, on a real database. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mostViews, openSavedViews, type SavedViews } from '../../services/review/saved-views.ts'
import type { Store } from '../../services/store/store.ts'
import { openTestStore } from '../stored.ts'

let store: Store
let views: SavedViews
beforeAll(async () => {
  store = await openTestStore()
  views = openSavedViews(store, { now: () => 1 })
})
afterAll(() => store.close())

const nadia = { issuer: 'demo', subject: 'nadia' }
const refused = { name: 'Refus', filter: { outcome: 'refused', from: '2026-11-01' } }

test('a search is kept by its name for one person, and replaced by the next of that name', async () => {
  await views.save(nadia, { name: 'Refus', filter: {} })
  await views.save(nadia, refused)
  expect(await views.list(nadia)).toEqual([refused])
  expect(await views.list({ ...nadia, issuer: 'other' })).toEqual([])
})

test('what is nobody’s, or somebody else’s, is not removed', async () => {
  const other = { ...nadia, subject: 'yves' }
  await expect(views.remove(other, 'Refus')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await views.remove(nadia, 'Refus')
  expect(await views.list(nadia)).toEqual([])
})

test(`nobody keeps more than ${mostViews}`, async () => {
  for (let at = 0; at < mostViews; at += 1) await views.save(nadia, { name: `n${at}`, filter: {} })
  await expect(views.save(nadia, refused)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
  // The one of the same name is no other.
  await views.save(nadia, { name: 'n0', filter: { code: 'ROLE' } })
})
