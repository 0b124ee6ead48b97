/** What the DPO is shown is what the log says, whatever happened to the index. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { AuditLog } from '../../services/audit/writer.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { indexedEntry } from '../../services/review/indexing.ts'
import { searchLog } from '../../services/review/search.ts'
import { type AuditIndex, openAuditIndex } from '../../services/store/audit-index.ts'
import { openStore, type Store } from '../../services/store/store.ts'
import { act, fillLog, openHome, reading, type TestHome } from '../audit/open-log.ts'
import { person } from '../habilitation/fixtures.ts'
import { openDatabase, type TestDatabase } from '../house.ts'

let database: TestDatabase
let store: Store
let home: TestHome
let audit: AuditLog
let auditIndex: AuditIndex
beforeEach(async () => {
  database = await openDatabase()
  store = await openStore({ url: database.url, log: silentLog })
  home = await openHome()
  auditIndex = openAuditIndex(store, silentLog)
  audit = await home.open({ onEntry: (entry) => auditIndex.add(indexedEntry(entry)) })
  await fillLog(audit, 8)
})
afterEach(async () => {
  await audit.close()
  await auditIndex.close()
  await store.close()
  await database.close()
  await home.remove()
})

const search = (filter: Parameters<typeof searchLog>[2]) =>
  searchLog({ audit, auditIndex }, person('nadia'), filter)
const change = (set: Record<string, unknown>, type: string) =>
  store.db.updateTable('audit_index').set(set).where('type', '=', type).where('project', '=', 'P0').execute()

describe('a search', () => {
  test('gives entries that the log has, with their numbers, and says that none is missing', async () => {
    const { entries, contradicted, complete } = await search({ project: 'P0' })
    expect({ contradicted, complete }).toEqual({ contradicted: 0, complete: true })
    expect(entries.map(({ projectNumber }) => projectNumber)).toEqual(
      entries.map((_, i) => entries.length - i),
    )
    expect(entries[0]).toMatchObject({ actor: expect.any(String), actorNumber: expect.any(Number) })
  })

  test('is itself in the log', async () => {
    const before = audit.size
    await search({ project: 'P0' })
    expect((await audit.entry(before))?.body).toMatchObject({ type: 'audit.read' })
  })

  test.each([
    ['a code', { code: 'ROW_LEVEL' }],
    ['an outcome', { outcome: 'failed' }],
    ['an instant', { ts_ms: 1 }],
    ['a leaf', { leaf: 'f'.repeat(64) }],
  ])('shows no row of which %s was changed, and raises it', async (_, set) => {
    await auditIndex.flush()
    await change(set, 'query.intent')
    const before = audit.size
    const { entries, contradicted, complete } = await search({ project: 'P0' })
    expect(contradicted).toBe(4)
    expect(complete).toBe(false)
    expect(entries.some(({ type }) => type === 'query.intent')).toBe(false)
    expect((await audit.entry(before))?.body).toEqual({ type: 'anomaly.raised', anomaly: 'audit-index' })
  })

  test('says that something is missing when a row was taken out', async () => {
    await auditIndex.flush()
    await store.db.deleteFrom('audit_index').where('project', '=', 'P0').where('seq', '=', 9).execute()
    const { complete, contradicted } = await search({ project: 'P0' })
    expect({ complete, contradicted }).toEqual({ complete: false, contradicted: 0 })
    expect((await search({ project: 'P1' })).complete).toBe(true)
  })

  test('finds an entry by each dataset that it is about, by code and by rule', async () => {
    const decision = { effect: 'permit' as const, bundle: 'a'.repeat(64), rules: [] }
    const both = {
      type: 'query.intent' as const,
      query: 'both',
      permit: { id: 'P', version: 1, sha256: 'a'.repeat(64) },
      purpose: 'SNDS-III-6',
      datasets: ['one', 'two'].map((name) => ({ name, version: 1, columns: [] })),
      statement: 'a'.repeat(64),
      plan: 'a'.repeat(64),
      decision,
    }
    await audit.append(both, act('alice', 'P2'))
    await audit.append(
      { type: 'query.refused', query: 'r', code: 'ROW_LEVEL', rule: 'outermost' },
      act('alice', 'P2'),
    )
    await audit.append(reading, act('alice', 'P2'))
    expect((await search({ dataset: 'two' })).entries.map(({ type }) => type)).toEqual(['query.intent'])
    expect((await search({ code: 'ROW_LEVEL' })).entries).toHaveLength(1)
    expect((await search({ rule: 'outermost' })).entries).toHaveLength(1)
    expect((await search({ dataset: 'three' })).entries).toEqual([])
  })
})
