import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Receipt } from '../../services/kernel/id.ts'
import { openRegistry, type Registry, type RunKey } from '../../services/query/registry.ts'
import { openTestStore, type TestStore } from '../stored.ts'

let store: TestStore
let registry: Registry

beforeAll(async () => {
  store = await openTestStore()
  registry = openRegistry(store)
})
afterAll(async () => {
  await store.close()
})

const by = { issuer: 'demo', subject: 'alice' }
const key = (n: number, about: Partial<RunKey> = {}): RunKey => ({
  id: `6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f000${n}`,
  project: 'p',
  by,
  ...about,
})
// Only the audit room makes receipts; no entry stands behind this one.
const receipt = { log: 'test/audit/2026', seq: 7, leaf: '' } as Receipt

test('lists a person’s own queries of a project, newest first, with how they ended', async () => {
  await registry.begin(key(1), 1000)
  await registry.begin(key(2), 2000)
  await registry.begin(key(3, { project: 'other' }), 3000)
  await registry.begin(key(4, { by: { ...by, subject: 'bruno' } }), 4000)
  await registry.end(key(1), { at: 1500, outcome: 'refused', code: 'ROW_LEVEL', receipt })
  expect(await registry.list('p', by)).toEqual([
    {
      id: key(2).id,
      project: 'p',
      submittedAt: 2000,
      endedAt: null,
      outcome: 'running',
      code: null,
      seq: null,
    },
    {
      id: key(1).id,
      project: 'p',
      submittedAt: 1000,
      endedAt: 1500,
      outcome: 'refused',
      code: 'ROW_LEVEL',
      seq: 7,
    },
  ])
  expect(await registry.list('p', { ...by, issuer: 'another' })).toEqual([])
})

test('refuses an id that the same person has used in the project, and no other', async () => {
  await expect(registry.begin(key(1), 9000)).rejects.toMatchObject({ code: 'CONFLICT' })
  await registry.begin(key(1, { by: { ...by, subject: 'claire' } }), 9000)
})

test('knows the queries that have not ended', async () => {
  expect((await registry.open()).map(({ id, by: { subject } }) => [id.at(-1), subject])).toEqual([
    ['2', 'alice'],
    ['3', 'alice'],
    ['4', 'bruno'],
    ['1', 'claire'],
  ])
})
