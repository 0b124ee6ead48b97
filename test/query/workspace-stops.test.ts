/** Derived tables on the real engines: what a crash or a stop leaves of one that is being built. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { openWorkspace } from '../../services/dataset/workspace.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import type { Question } from '../../services/query/question.ts'
import { cancelQuery, runQuery } from '../../services/query/run.ts'
import { person, QueryHouse } from './house.ts'

const house = new QueryHouse()
let needs: Awaited<ReturnType<QueryHouse['open']>>
const alice = person('alice')
const ask = (sql: string, more: Partial<Question> = {}) =>
  runQuery(needs, alice, { project: 'p', sql, ...more })
const names = async () => (await needs.workspace.list('p')).map(({ table }) => table.name)
/** Folders of rows that there are. */
const folders = async () => {
  const entries = await readdir(join(needs.folder, 'bulles', 'p', 'workspace'), { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).length
}

beforeAll(async () => {
  needs = await house.open()
})
afterAll(() => house.close())
beforeEach(() => {
  house.entries.length = 0
  house.state = 'active'
})
afterEach(async () => {
  house.onEntry = () => {}
  await needs.workspace.change('p', async ({ tables, drop }) => {
    for (const { table } of tables) await drop(table.name)
  })
})

describe('a stop', () => {
  /** The builder of the house that acts once rows are built. */
  const builderThat = (act: () => void) => ({
    build: async (...given: Parameters<typeof needs.builder.build>) => {
      const built = await needs.builder.build(...given)
      act()
      return built
    },
  })

  test('between the build and the release leaves the old table', async () => {
    await ask('CREATE TABLE t AS SELECT pid FROM stays')
    house.onEntry = ({ type }) => {
      if (type === 'query.release') throw new Refusal('UNAVAILABLE')
    }
    await expect(ask('CREATE OR REPLACE TABLE t AS SELECT pid, ward FROM stays')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    house.onEntry = () => {}
    expect((await needs.workspace.list('p')).map(({ table }) => table.columns.length)).toEqual([1])
    expect(await folders()).toBe(1)
    expect((await ask('SELECT count(*) AS n FROM t')).rows).toHaveLength(1)
  })

  test('of the process between build and publish leaves nothing on the disk', async () => {
    await ask('CREATE TABLE t AS SELECT pid FROM stays')
    // The house of before never comes back from its build.
    const dead = openWorkspace({ home: needs.folder, atRest: needs.atRest })
    await new Promise<void>((reached) => {
      void dead.change('p', async ({ begin }) => {
        await begin()
        reached()
        await new Promise(() => {})
      })
    })
    expect(await folders()).toBe(1)
    const next = openWorkspace({ home: needs.folder, atRest: needs.atRest })
    expect((await next.list('p')).map(({ table }) => table.name)).toEqual(['t'])
    await next.clean('p')
    expect(await folders()).toBe(1)
  })

  test('of the permit while it is built publishes nothing', async () => {
    const builder = builderThat(() => {
      house.state = 'suspended'
    })
    const sql = 'CREATE TABLE t AS SELECT pid FROM stays'
    await expect(runQuery({ ...needs, builder }, alice, { project: 'p', sql })).rejects.toMatchObject({
      code: 'SUSPENDED',
    })
    expect(await names()).toEqual([])
    expect(await folders()).toBe(0)
  })

  test('of the query while its permit is read for the last time publishes nothing', async () => {
    const id = '5b1c1f0e-0000-4000-8000-000000000001'
    let isBuilt = false
    const builder = builderThat(() => {
      isBuilt = true
    })
    const permits = {
      current: async (project: string) => {
        if (isBuilt) await cancelQuery(needs, alice, { project: 'p', id })
        return needs.permits.current(project)
      },
    }
    const asked = { project: 'p', sql: 'CREATE TABLE t AS SELECT pid FROM stays', id }
    await expect(runQuery({ ...needs, builder, permits }, alice, asked)).rejects.toMatchObject({
      code: 'QUERY_FAILED',
    })
    expect(await names()).toEqual([])
    expect(await folders()).toBe(0)
  })
})
