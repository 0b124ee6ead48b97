import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { receiptOf } from '../../services/audit/record.ts'
import type { VaultSession } from '../../services/engine/engine.ts'
import { sha256 } from '../../services/kernel/hash.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import type { QueryNeeds, Question } from '../../services/query/question.ts'
import { cancelQuery, checkQuery, listQueries, runQuery } from '../../services/query/run.ts'
import { makeCohort } from '../property/cohort.ts'
import { hex, person, QueryHouse } from './house.ts'

const house = new QueryHouse()
let needs: QueryNeeds
const alice = person('alice')
const sql =
  'SELECT sex, count(*) AS n, avg(score) AS mean FROM persons WHERE sex IS NOT NULL GROUP BY sex ORDER BY sex'
const ask = (question: Partial<Question> = {}, asked = needs) =>
  runQuery(asked, alice, { project: 'p', sql, ...question })

beforeAll(async () => {
  needs = await house.open()
})
afterAll(() => house.close())
beforeEach(() => {
  house.entries.length = 0
  house.state = 'active'
  house.isLogBroken = false
  house.onEntry = () => {}
})

/** The same needs, with a vault whose statements do not end by themselves; `reached` resolves when one is running. */
function slowVault(): { needs: QueryNeeds; reached: Promise<void>; isClosed: () => boolean } {
  let onReached = () => {}
  let isClosed = false
  const reached = new Promise<void>((resolve) => {
    onReached = resolve
  })
  const session = (signal: AbortSignal): VaultSession => ({
    run: () =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Refusal('QUERY_FAILED')))
        onReached()
      }),
    take: async () => {},
    close: async () => {
      isClosed = true
    },
  })
  const vault = {
    open: async (_: unknown, { signal }: { signal: AbortSignal }) => session(signal),
    evict: async () => {},
    close: async () => {},
  }
  return { needs: { ...needs, vault }, reached, isClosed: () => isClosed }
}

describe('a query', () => {
  test('is answered with all that the contract names, after its release is on disk', async () => {
    const answer = await ask()
    expect(answer).toMatchObject({
      columns: [
        { name: 'sex', type: 'VARCHAR' },
        { name: 'n', type: 'BIGINT' },
        { name: 'mean', type: 'DOUBLE' },
      ],
      disclosure: { mode: 'guarded', k: 11, rules: ['T1', 'T2', 'T3', 'T4', 'secondary'] },
      permit: `sha256:${hex('a')}`,
      policy: `sha256:${hex('b')}`,
      engine: expect.stringContaining('DuckDB'),
      cost: { rows: 1_000_000 },
      receipt: { seq: 1 },
    })
    expect(answer.rows.map(([sex]) => sex)).toEqual(['F', 'M'])
    expect(house.types()).toEqual(['query.intent', 'query.release'])
  })

  test('puts several quantiles of one number in a list, which is withheld when one of them is', async () => {
    const all = await ask({ sql: 'SELECT quantile_cont(score, [0.25, 0.5, 0.75]) AS q FROM persons' })
    const apart = await ask({ sql: 'SELECT quantile_cont(score, 0.25), median(score) FROM persons' })
    const [[q25, q50] = []] = apart.rows
    expect(all.columns).toEqual([{ name: 'q', type: 'DOUBLE[]' }])
    expect(all.rows).toEqual([[[q25, q50, expect.any(Number)]]])
    const extreme = await ask({ sql: 'SELECT quantile_cont(score, [0.5, 0.9999]) AS q FROM persons' })
    expect([extreme.rows, extreme.suppressed]).toEqual([[[null]], [[0, 0]]])
  })

  test('is written down before it runs, with what it reads, who allowed it, and its text sealed', async () => {
    await ask()
    const [intent, release] = house.entries
    expect(intent?.body).toMatchObject({
      permit: { id: 'FR-NOR-2026-000001', version: 1, sha256: hex('a') },
      purpose: 'P1',
      datasets: [
        { name: 'care', version: 1, columns: expect.arrayContaining(['persons.sex', 'persons.score']) },
      ],
      statement: sha256(sql),
      decision: { effect: 'permit', bundle: hex('b'), rules: ['listed'] },
    })
    expect(intent?.about).toMatchObject({ project: 'p', holders: ['chu'], sealed: { sql } })
    expect(release?.body).toMatchObject({ of: 0, shape: { rows: 2, columns: 3, cellsWithheld: 0 } })
    expect(JSON.stringify([intent?.body, release])).not.toContain('SELECT')
  })

  test('reaches no patient row when the log cannot be written', async () => {
    house.onEntry = ({ type }) => {
      if (type === 'query.intent') throw new Refusal('UNAVAILABLE')
    }
    let isOpened = false
    const open = async () => {
      isOpened = true
      throw new Error('opened')
    }
    const vault = { ...needs.vault, open }
    await expect(ask({}, { ...needs, vault } as unknown as QueryNeeds)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    expect(isOpened).toBe(false)
  })

  test('answers nothing when its release cannot be written', async () => {
    house.onEntry = ({ type }) => {
      if (type === 'query.release') throw new Refusal('UNAVAILABLE')
    }
    await expect(ask()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test.each(['csv', 'arrow', 'parquet'] as const)(
    'as %s has the bytes that the log has the digest of',
    async (format) => {
      const { body } = await ask({ format })
      const release = house.entries.at(-1)?.body
      expect(release).toMatchObject({
        resultSha256: sha256(body?.bytes ?? ''),
        shape: { bytes: body?.bytes.byteLength },
      })
    },
  )

  test('that is withheld is null, marked, and counted', async () => {
    const answer = await ask({ sql: 'SELECT count(*) AS n FROM persons WHERE born = 1800' })
    expect(answer).toMatchObject({ rows: [[null]], suppressed: [[0, 0]], disclosure: { cellsWithheld: 1 } })
  })

  test('of which nothing remains says that groups were withheld', async () => {
    const answer = await ask({
      sql: 'SELECT region, count(*) AS n FROM persons WHERE born = 1800 GROUP BY region',
    })
    expect(answer).toMatchObject({ rows: [], disclosure: { groupsWithheld: true } })
  })

  test('has few persons to subtract, in what follows', () => {
    const few = makeCohort(5).persons.filter(({ born }) => Number(born) >= 1996)
    expect(few.length).toBeGreaterThan(0)
    expect(few.length).toBeLessThan(11)
  })

  test.each([
    'SELECT (SELECT count(*) FROM persons) - (SELECT count(*) FROM persons WHERE NOT few) AS n',
    'SELECT a.n - b.n AS n FROM (SELECT count(*) AS n FROM persons) a CROSS JOIN (SELECT count(*) AS n FROM persons WHERE NOT few) b',
    'WITH a AS (SELECT sum(score) AS n FROM persons), b AS (SELECT sum(score) AS n FROM persons WHERE NOT few) SELECT a.n - b.n AS n FROM a CROSS JOIN b',
  ])('that subtracts one leaf from another shows no difference that rests on few: %s', async (text) => {
    const answer = await ask({ sql: text.replace('few', 'born >= 1996') })
    expect(answer).toMatchObject({ rows: [[null]], suppressed: [[0, 0]] })
    const many = await ask({ sql: text.replace('few', "coalesce(sex, '') = 'F'") })
    expect(many.suppressed).toEqual([])
  })

  test('that puts two leaves under one another withholds the later one', async () => {
    const answer = await ask({
      sql: 'SELECT 1 AS o, count(*) AS n FROM persons UNION ALL SELECT 2, count(*) FROM persons WHERE NOT born >= 1996 ORDER BY o',
    })
    expect(answer.suppressed).toEqual([[1, 1]])
    expect(answer.disclosure.cellsWithheld).toBe(1)
  })

  test('over public tables alone opens no vault', async () => {
    const vault = { ...needs.vault, open: async () => Promise.reject(new Error('opened')) }
    const answer = await ask({ sql: 'SELECT count(*) AS n FROM regions' }, {
      ...needs,
      vault,
    } as unknown as QueryNeeds)
    expect(answer.rows).toEqual([[14]])
  })

  test('binds parameters', async () => {
    const byName = await ask({
      sql: 'SELECT count(*) AS n FROM persons WHERE sex = $sex',
      parameters: { sex: 'F' },
    })
    const byPlace = await ask({ sql: 'SELECT count(*) AS n FROM persons WHERE sex = ?', parameters: ['F'] })
    expect(byName.rows).toEqual(byPlace.rows)
  })
})

describe('a refusal', () => {
  test('of the text is recorded with its code and the permit, and carries its receipt', async () => {
    const refused = await ask({ sql: 'SELECT * FROM persons' }).catch((error: Refusal) => error)
    expect(house.entries).toMatchObject([
      {
        body: { type: 'query.refused', permit: { version: 1 } },
        about: { sealed: { sql: 'SELECT * FROM persons' } },
      },
    ])
    expect(receiptOf(refused as Refusal)).toMatchObject({ seq: 0 })
  })

  test('of a stranger is that of an unknown project', async () => {
    const stranger = runQuery(needs, person('bruno'), { project: 'p', sql })
    const unknown = runQuery(needs, alice, { project: 'unknown', sql })
    await expect(stranger).rejects.toMatchObject({ code: 'NO_HABILITATION', facts: { rule: 'stranger' } })
    await expect(unknown).rejects.toMatchObject({ code: 'NO_HABILITATION', facts: { rule: 'stranger' } })
    expect(house.types()).toEqual(['query.refused', 'query.refused'])
  })

  test('of a purpose comes before the text is read', async () => {
    await expect(ask({ purpose: 'P2', sql: 'nonsense' })).rejects.toMatchObject({
      code: 'PURPOSE_NOT_GRANTED',
    })
  })

  test('of a second query with the id of the first', async () => {
    const id = '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0001'
    await ask({ id })
    await expect(ask({ id })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  test('that bears the id of one that runs does not write the end of that one', async () => {
    const id = '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0009'
    const slow = slowVault()
    const first = ask({ id }, slow.needs)
    await slow.reached
    await expect(ask({ id })).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(ask({ id, purpose: 'EHDS-53-1-d' })).rejects.toBeInstanceOf(Refusal)
    const ends = house.entries.filter(({ body }) => body.type === 'query.refused' && body.query === id)
    expect(ends).toEqual([])
    await cancelQuery(needs, alice, { project: 'p', id })
    await expect(first).rejects.toMatchObject({ code: 'QUERY_FAILED' })
    expect(house.entries.at(-1)?.body).toMatchObject({ type: 'query.abort', query: id, cause: 'client' })
  })
})

describe('a stop', () => {
  test('while the vault works ends the query with its code, and the log says that it was cut', async () => {
    const slow = slowVault()
    const asked = ask({}, slow.needs)
    await slow.reached
    needs.running.stop('p', 'SUSPENDED')
    await expect(asked).rejects.toMatchObject({ code: 'SUSPENDED' })
    expect(house.entries.at(-1)?.body).toMatchObject({ type: 'query.abort', of: 0, cause: 'revoked' })
    await new Promise(setImmediate)
    expect(slow.isClosed()).toBe(true)
  })

  test('between the decision and the intent is not lost', async () => {
    const bulles = {
      of: async (...given: Parameters<QueryNeeds['bulles']['of']>) => {
        house.state = 'suspended'
        return needs.bulles.of(...given)
      },
    }
    await expect(ask({}, { ...needs, bulles })).rejects.toMatchObject({ code: 'SUSPENDED' })
    expect(house.types()).toEqual(['query.refused'])
  })

  test('after the run and before the answer leaves nothing out', async () => {
    const releaser = {
      ...needs.releaser,
      encode: needs.releaser.encode.bind(needs.releaser),
      finish: async (...given: Parameters<QueryNeeds['releaser']['finish']>) => {
        const rows = await needs.releaser.finish(...given)
        house.state = 'suspended'
        return rows
      },
    }
    await expect(ask({}, { ...needs, releaser } as QueryNeeds)).rejects.toMatchObject({ code: 'SUSPENDED' })
    expect(house.types()).toEqual(['query.intent', 'query.refused'])
  })

  test('of the client, and a cancellation, are recorded as such', async () => {
    const client = new AbortController()
    const first = slowVault()
    const gone = ask({ signal: client.signal }, first.needs)
    await first.reached
    client.abort()
    await expect(gone).rejects.toMatchObject({ code: 'QUERY_FAILED' })
    expect(house.entries.at(-1)?.body).toMatchObject({ type: 'query.abort', cause: 'client' })

    const id = '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0002'
    const second = slowVault()
    const asked = ask({ id }, second.needs)
    await second.reached
    expect(await cancelQuery(needs, person('bruno'), { project: 'p', id })).toBe(false)
    expect(await cancelQuery(needs, alice, { project: 'p', id })).toBe(true)
    await expect(asked).rejects.toMatchObject({ code: 'QUERY_FAILED' })
    expect(house.types().slice(-2)).toEqual(['query.cancelled', 'query.abort'])
    expect(await cancelQuery(needs, alice, { project: 'p', id })).toBe(false)
  })

  test('by a bug of ours is recorded as a failure', async () => {
    const vault = { ...needs.vault, open: async () => Promise.reject(new TypeError('a bug')) }
    await expect(ask({}, { ...needs, vault } as unknown as QueryNeeds)).rejects.toThrow('a bug')
    expect(house.entries.at(-1)?.body).toMatchObject({ type: 'query.abort', of: 0, cause: 'failed' })
  })
})

describe('a check', () => {
  test('decides without running', async () => {
    const check = await checkQuery(needs, alice, { project: 'p', sql })
    expect(check).toMatchObject({
      decision: 'allow',
      tables: ['care.persons'],
      columns: [{ name: 'sex' }, {}, {}],
    })
    expect(house.types()).toEqual(['query.checked'])
  })

  test('says the code, the place and the hint that the query would be refused with', async () => {
    const text = "SELECT count(*) FROM persons WHERE pid = 'P1'"
    const check = await checkQuery(needs, alice, { project: 'p', sql: text })
    const refused = await ask({ sql: text }).catch((error: Refusal) => error)
    expect(check).toMatchObject({
      decision: 'refuse',
      code: 'IDENTIFIER_COMPARED',
      location: (refused as Refusal).facts.location,
      hint: { key: expect.any(String) },
    })
    expect(house.entries[0]?.body).toMatchObject({
      type: 'query.checked',
      decision: 'refuse',
      code: 'IDENTIFIER_COMPARED',
    })
  })

  test('offers no form that this project would refuse: its tables are others', async () => {
    const check = await checkQuery(needs, alice, { project: 'p', sql: 'SELECT sex FROM persons' })
    expect(check).toMatchObject({ decision: 'refuse', code: 'ROW_LEVEL' })
    expect(check.accepted).toBeUndefined()
  })

  test('says a stranger no more than the query would', async () => {
    await expect(checkQuery(needs, person('bruno'), { project: 'p', sql })).rejects.toMatchObject({
      code: 'NO_HABILITATION',
    })
  })

  test('says that the permit is suspended', async () => {
    house.state = 'suspended'
    expect(await checkQuery(needs, alice, { project: 'p', sql })).toMatchObject({
      decision: 'refuse',
      code: 'SUSPENDED',
    })
  })
})

describe('the list', () => {
  test('has one’s own queries with their ends, and nobody else’s', async () => {
    const id = '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0003'
    await ask({ id })
    const mine = await listQueries(needs, alice, 'p')
    expect(mine.find((run) => run.id === id)).toMatchObject({ outcome: 'released', seq: 1 })
    expect(mine.every(({ outcome }) => outcome !== 'running')).toBe(true)
    expect(await listQueries(needs, person('bruno'), 'p')).toEqual([])
  })
})
