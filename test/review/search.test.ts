/** What the DPO is shown is what the log says, whatever happened to the index. */
import { describe, expect, test } from '@jest/globals'
import { searchLog } from '../../services/review/search.ts'
import { act, reading } from '../audit/open-log.ts'
import { person } from '../habilitation/fixtures.ts'
import { useLoggedHouse } from './house.ts'

const house = useLoggedHouse()

const search = (filter: Parameters<typeof searchLog>[2]) => searchLog(house, person('nadia'), filter)
const change = (set: Record<string, unknown>, type: string) =>
  house.store.db
    .updateTable('audit_index')
    .set(set)
    .where('type', '=', type)
    .where('project', '=', 'P0')
    .execute()

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
    const before = house.audit.size
    await search({ project: 'P0' })
    expect((await house.audit.entry(before))?.body).toMatchObject({ type: 'audit.read' })
  })

  test.each([
    ['a code', { code: 'ROW_LEVEL' }],
    ['an outcome', { outcome: 'failed' }],
    ['an instant', { ts_ms: 1 }],
    ['a leaf', { leaf: 'f'.repeat(64) }],
  ])('shows no row of which %s was changed, and raises it', async (_, set) => {
    await house.auditIndex.flush()
    await change(set, 'query.intent')
    const before = house.audit.size
    const { entries, contradicted, complete } = await search({ project: 'P0' })
    expect(contradicted).toBe(4)
    expect(complete).toBe(false)
    expect(entries.some(({ type }) => type === 'query.intent')).toBe(false)
    expect((await house.audit.entry(before))?.body).toEqual({
      type: 'anomaly.raised',
      anomaly: 'audit-index',
    })
  })

  test('says that something is missing when a row was taken out', async () => {
    await house.auditIndex.flush()
    await house.store.db.deleteFrom('audit_index').where('project', '=', 'P0').where('seq', '=', 9).execute()
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
    await house.audit.append(both, act('alice', 'P2'))
    await house.audit.append(
      { type: 'query.refused', query: 'r', code: 'ROW_LEVEL', rule: 'outermost' },
      act('alice', 'P2'),
    )
    await house.audit.append(reading, act('alice', 'P2'))
    expect((await search({ dataset: 'two' })).entries.map(({ type }) => type)).toEqual(['query.intent'])
    expect((await search({ code: 'ROW_LEVEL' })).entries).toHaveLength(1)
    expect((await search({ rule: 'outermost' })).entries).toHaveLength(1)
    expect((await search({ dataset: 'three' })).entries).toEqual([])
  })
})
