import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { silentLog } from '../../services/kernel/log.ts'
import { type AuditIndex, type IndexedEntry, openAuditIndex } from '../../services/store/audit-index.ts'
import { openTestStore, type TestStore } from '../stored.ts'

let store: TestStore
let index: AuditIndex
beforeEach(async () => {
  store = await openTestStore()
  index = openAuditIndex(store, silentLog)
})
afterEach(async () => {
  await index.close()
  await store.close()
})

const start = Date.UTC(2026, 10, 1)
const entry = (seq: number, more: Partial<IndexedEntry> = {}): IndexedEntry => ({
  shard: '2026',
  seq,
  ts: start + Math.floor(seq / 3) * 1_000,
  type: 'query.release',
  outcome: 'allowed',
  leaf: seq.toString(16).padStart(64, '0'),
  ...more,
})
const alice = { ps: 'ps-of-alice', issuer: 'demo', subject: 'alice' }
const bruno = { ps: 'ps-of-bruno', issuer: 'demo', subject: 'bruno' }
const numbers = ({ entries }: { entries: readonly { seq: number }[] }) => entries.map(({ seq }) => seq)

describe('the search projection of the log', () => {
  test('shows the newest first, and every entry that was added before the question', async () => {
    for (let seq = 0; seq < 7; seq++) index.add(entry(seq))
    expect(numbers(await index.search({}))).toEqual([6, 5, 4, 3, 2, 1, 0])
  })

  test('gives whole entries, with the person behind the pseudonym', async () => {
    index.add(
      entry(0, {
        type: 'query.refused',
        outcome: 'refused',
        actor: alice,
        project: 'P-1',
        datasets: ['d', 'e'],
        code: 'ROW_LEVEL',
        rule: 'leaf.shape',
      }),
    )
    expect(await index.search({})).toEqual({
      entries: [
        {
          shard: '2026',
          seq: 0,
          ts: '2026-11-01T00:00:00.000Z',
          type: 'query.refused',
          outcome: 'refused',
          actor: 'alice',
          project: 'P-1',
          dataset: 'd',
          code: 'ROW_LEVEL',
          rule: 'leaf.shape',
          leaf: '0'.repeat(64),
        },
      ],
    })
  })

  test('turns page after page without a gap or a repetition, across equal instants and shards', async () => {
    for (let seq = 0; seq < 20; seq++) index.add(entry(seq))
    for (let seq = 0; seq < 5; seq++) index.add(entry(seq, { shard: '2027', ts: start + 1_000 }))
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await index.search({ limit: 4, ...(cursor === undefined ? {} : { cursor }) })
      seen.push(...page.entries.map(({ shard, seq }) => `${shard}/${seq}`))
      cursor = page.next
    } while (cursor !== undefined)
    expect(seen).toHaveLength(25)
    expect(new Set(seen).size).toBe(25)
  })

  test.each([
    [{ actor: 'alice' }, [4, 0]],
    [{ project: 'P-2' }, [3]],
    [{ type: 'audit.read' }, [2]],
    [{ outcome: 'refused' as const }, [4]],
    [{ from: start + 1_000 }, [5, 4, 3]],
    [{ to: start + 1_000 }, [2, 1, 0]],
    [{ actor: 'alice', outcome: 'refused' as const }, [4]],
    [{ actor: "alice' OR true --" }, []],
  ])('keeps to the filter %j', async (filter, expected) => {
    index.add(entry(0, { actor: alice }))
    index.add(entry(1, { actor: bruno }))
    index.add(entry(2, { type: 'audit.read' }))
    index.add(entry(3, { project: 'P-2', actor: bruno }))
    index.add(entry(4, { outcome: 'refused', actor: alice }))
    index.add(entry(5))
    expect(numbers(await index.search(filter))).toEqual(expected)
  })

  test.each(['', 'x', 'MSAw', Buffer.from('1 2 3; DROP').toString('base64url')])(
    'refuses %j, which is no cursor',
    async (cursor) => {
      await expect(index.search({ cursor })).rejects.toMatchObject({ code: 'INVALID' })
    },
  )

  test('knows how far it goes in each shard, and takes an entry twice without harm', async () => {
    for (const seq of [0, 1, 2, 2, 1]) index.add(entry(seq))
    index.add(entry(0, { shard: '2027' }))
    await index.flush()
    expect(await index.head()).toEqual(
      new Map([
        ['2026', 2],
        ['2027', 0],
      ]),
    )
  })

  test('is made again from the log, and keeps the persons', async () => {
    index.add(entry(0, { actor: alice, code: 'WRONG' }))
    await index.flush()
    const log = Array.from({ length: 1_200 }, (_, seq) => entry(seq, { actor: { ps: alice.ps } }))
    await index.rebuild(log)
    expect(await index.head()).toEqual(new Map([['2026', 1_199]]))
    const { entries } = await index.search({ actor: 'alice', limit: 1_000 })
    expect(entries).toHaveLength(1_000)
    expect(entries.some(({ code }) => code !== undefined)).toBe(false)
  })

  test('is made again by two at once while entries come, and lacks nothing', async () => {
    const log = Array.from({ length: 1_500 }, (_, seq) => entry(seq, { datasets: ['visits'] }))
    const both = [index.rebuild(log), index.rebuild([...log].reverse())]
    for (let seq = 1_499; seq >= 1_000; seq--) index.add(entry(seq, { datasets: ['visits'] }))
    index.add(entry(1_500))
    await Promise.all(both)
    await index.flush()
    const every = await store.db.selectFrom('audit_index').select('seq').execute()
    expect(every).toHaveLength(1_501)
  })

  test('takes a name that PostgreSQL would not, and every entry after it', async () => {
    const name = 'visits\u0000'
    index.add(entry(0, { project: name, datasets: [name] }))
    index.add(entry(1))
    expect(numbers(await index.search({}))).toEqual([1, 0])
    expect(numbers(await index.search({ dataset: 'visits' }))).toEqual([0])
  })

  test('stays where it is when too much waits, says so, and comes back when it is made again', async () => {
    await store.db.schema.alterTable('audit_index').renameTo('audit_elsewhere').execute()
    for (let seq = 0; seq <= 100_000; seq++) index.add(entry(seq))
    await store.db.schema.alterTable('audit_elsewhere').renameTo('audit_index').execute()
    await expect(index.search({})).rejects.toMatchObject({ facts: { rule: 'store.index-behind' } })
    const broken = async function* () {
      yield entry(0)
      throw new Error('the log cannot be read')
    }
    await expect(index.rebuild(broken())).rejects.toThrow('the log cannot be read')
    await expect(index.search({})).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await index.rebuild([entry(0), entry(1)])
    index.add(entry(2))
    expect(numbers(await index.search({}))).toEqual([2, 1, 0])
  })

  test('says UNAVAILABLE when the database is gone, and loses nothing that was added meanwhile', async () => {
    await store.db.schema.alterTable('audit_index').renameTo('audit_elsewhere').execute()
    index.add(entry(0))
    await expect(index.flush()).rejects.toThrow()
    await store.db.schema.alterTable('audit_elsewhere').renameTo('audit_index').execute()
    index.add(entry(1))
    expect(numbers(await index.search({}))).toEqual([1, 0])
  })
})
