/** The clear area that is full, late, or holds what somebody left: no extract opens without room, and none of another's making is read. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { ClearArea } from '../../services/keys/clear-area.ts'
import { openDatabase, type TestDatabase } from '../house.ts'
import type { Observed } from './cell.ts'
import { cellOf } from './table.ts'
import { openWorld, type World } from './world.ts'

/** What stands before the clear area of the node. */
const flaky = { isFull: false, lateMs: 0, path: '' }
const before = (area: ClearArea): ClearArea => {
  flaky.path = area.path
  return {
    ...area,
    async folder(name) {
      if (flaky.lateMs > 0) await pause(flaky.lateMs)
      // What is there needs no more room.
      const isThere = existsSync(join(area.path, name))
      if (flaky.isFull && !isThere) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
      return area.folder(name)
    },
  }
}

let database: TestDatabase
let world: World
beforeAll(async () => {
  database = await openDatabase()
  world = await openWorld({ databaseUrl: database.url, clearArea: before })
}, 120_000)
afterAll(async () => {
  await world?.close()
  await database?.close()
})

/** The plain extract is put away, as after half an hour without a question. */
async function putAway(): Promise<void> {
  world.node.house.bulles.shut(String(world.node.project))
  while ((await filesIn(flaky.path)).some((name) => name.startsWith('bulle/'))) await pause(5)
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found
    .filter((one) => one.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
}

async function observed(): Promise<Observed & { readonly rule: unknown }> {
  await putAway()
  const { status, json } = await world.ask()
  Object.assign(flaky, { isFull: false, lateMs: 0 })
  const isBack = (await world.ask()).status === 200
  const [rule, code] = status === 200 ? [null, null] : [json.rule, json.code]
  return { status, code, exit: world.exits.at(-1) ?? null, isBack, rule }
}

describe('a clear area', () => {
  test('that is full opens nothing and says so, and what is open goes on', async () => {
    await world.ask()
    flaky.isFull = true
    expect((await world.ask()).status).toBe(200)
    const { rule, ...seen } = await observed()
    expect(seen).toEqual(cellOf('clear', 'down').expected)
    expect(rule).toBe('clear.full')
  })

  test('that takes its time is waited for', async () => {
    flaky.lateMs = 2000
    const { rule: _, ...seen } = await observed()
    expect(seen).toEqual(cellOf('clear', 'slow').expected)
  })

  test('that holds what a node that was killed left, spoiled since, is emptied before anything is read', async () => {
    const { json } = await world.ask()
    const left = await filesIn(flaky.path)
    expect(left.length).toBeGreaterThan(0)
    await world.node.close()
    for (const name of left) {
      const path = join(flaky.path, name)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      await writeFile(path, 'spoiled')
    }
    await world.restart()
    const again = await world.ask()
    const isBack = JSON.stringify(again.json.rows) === JSON.stringify(json.rows)
    const seen = { status: again.status, code: null, exit: world.exits.at(-1) ?? null, isBack }
    expect(seen).toEqual(cellOf('clear', 'garbage').expected)
    const files = (await filesIn(flaky.path)).map((name) => readFile(join(flaky.path, name), 'latin1'))
    expect(await Promise.all(files)).not.toContain('spoiled')
  })

  test('that is well turns the cell of a full one red', async () => {
    const { rule: _, ...seen } = await observed()
    expect(seen).not.toEqual(cellOf('clear', 'down').expected)
  })
})
