/** What is left of sealed versions and bulles when nobody asks for them, and when they are destroyed (security.md 6.1, 11). */
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Bulles } from '../../services/dataset/bulles.ts'
import { placesIn, versionPlace } from '../../services/dataset/places.ts'
import { openWorkspace } from '../../services/dataset/workspace.ts'
import { sha256 } from '../../services/kernel/hash.ts'
import { openAtRest, type SealedPlace, unsealedName } from '../../services/keys/at-rest.ts'
import { filesIn } from '../canaries/canaries.ts'
import { column, fileOf, openWorld, permitOf, sealed, type World } from './objectors.ts'
import { fixedClock } from './room.ts'

let world: World
let bulles: Bulles
const evicted: string[] = []
beforeAll(async () => {
  world = await openWorld({ vault: { evict: async (bulle) => void evicted.push(bulle) } })
  bulles = world.bulles
  await world.publish('rest')
})
afterAll(() => world.close())

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

async function makeTable(project: string): Promise<void> {
  await openWorkspace(world.room).change(project, async ({ begin, publish }) => {
    const made = await begin()
    await writeFile(join(made, 'rows.parquet'), 'rows of canary-3')
    await publish(made, {
      ...{ format: 1, name: 'mine', class: 'personal', columns: [], unique: true, magnitude: 1, k: 11 },
      ...{ seals: [], reads: [], definition: '', madeAt: 0 },
    })
  })
}

describe('a bulle', () => {
  test('is open from the first question until nobody has asked for half an hour, and opens again', async () => {
    const current = permitOf('P-IDLE', { datasets: ['rest'] })
    const bulle = await sealed(bulles, current)
    await makeTable('P-IDLE')
    const tables = (await bulles.of(current)).tables.map(({ mount }) => mount.file)
    expect(tables).toHaveLength(3)
    world.clock.set(fixedClock.now() + 29 * 60_000)
    await bulles.of(current)
    world.clock.set(fixedClock.now() + 58 * 60_000)
    await bulles.shutIdle()
    expect(await Promise.all(tables.map(isThere))).toEqual([true, true, true])
    expect(evicted).not.toContain(bulle.id)
    world.clock.set(fixedClock.now() + 59 * 60_000)
    await bulles.shutIdle()
    expect(await Promise.all(tables.map(isThere))).toEqual([false, false, false])
    expect(evicted).toContain(bulle.id)
    expect(await column(await bulles.of(current), 'people', 'label')).toHaveLength(40)
  })

  test('is put away when its project is stopped, and when the house is', async () => {
    const current = permitOf('P-STOPPED', { datasets: ['rest'] })
    const file = fileOf(await sealed(bulles, current), 'people')
    bulles.shut('P-STOPPED')
    while (await isThere(file)) await new Promise((resolve) => setTimeout(resolve, 5))
    const other = world.again()
    expect(fileOf(await other.of(current), 'people')).toBe(file)
    await other.close()
    expect(await isThere(file)).toBe(false)
  })

  test('does not open without room in the clear area, says so, and opens when there is some', async () => {
    const current = permitOf('P-FULL', { datasets: ['rest'] })
    const bulle = await sealed(bulles, current)
    bulles.shut('P-FULL')
    const { keyring, clear } = world.room
    let isFull = true
    const folder = (name: string) =>
      isFull ? Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })) : clear.folder(name)
    const cramped = world.again({ atRest: openAtRest({ keyring, clear: { ...clear, folder } }) })
    const refused = { code: 'UNAVAILABLE', facts: { rule: 'clear.full' } }
    await expect(cramped.of(current)).rejects.toMatchObject(refused)
    isFull = false
    expect(await cramped.of(current)).toEqual(bulle)
  })
})

/** What every key of the table still opens of a copy of sealed files, as whatever it may have been. */
async function openable(copy: string, places: readonly SealedPlace[]): Promise<readonly string[]> {
  const open: string[] = []
  for (const path of await filesIn(copy)) {
    const file = unsealedName(basename(path))
    for (const place of file === undefined ? [] : places) {
      const at = { ...place, folder: join(copy, path, '..') }
      const isOpen = await world.room.atRest.read(at, file ?? '').then(
        () => true,
        () => false,
      )
      if (isOpen) open.push(path)
    }
  }
  return open
}

describe('after its destruction, with the KEK at hand, a copy of the sealed files leads to nothing', () => {
  let copy: string
  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'huisclos-copy-'))
  })
  afterAll(() => rm(copy, { recursive: true }))

  test('of a project that was closed: lines, persons, derived tables and pseudonyms', async () => {
    const project = 'P-END'
    await sealed(bulles, permitOf(project, { datasets: ['rest'] }))
    await makeTable(project)
    const folder = join(world.room.home, 'bulles', project)
    await cp(folder, join(copy, project), { recursive: true })
    const places = placesIn(world.room.home)
    const names = await readdir(folder)
    const [table = ''] = (await readdir(join(folder, 'workspace'))).filter((one) => !unsealedName(one))
    const all = [
      ...names.map((name) => places.extract(project, name)),
      places.tables(project),
      places.rows(project, table),
    ]
    // Two tables and the persons of the line; the rows of the derived table and what is said of it.
    expect(await openable(join(copy, project), all)).toHaveLength(5)
    await bulles.closeProject(project)
    expect(await openable(join(copy, project), all)).toEqual([])
    expect(await world.room.keyring.find({ kind: 'pseudonym', id: project })).toBeNull()
    const { body } = world.room.audit.entries.at(-1) ?? {}
    expect(body).toEqual({ type: 'bulle.shredded', bulle: project })
  })

  test('of a version that was withdrawn', async () => {
    await world.publish('gone')
    const { storage } = world.room.needs
    const folder = storage.folderOf('gone', 1)
    await cp(folder, join(copy, 'gone'), { recursive: true })
    const place = versionPlace({ dataset: 'gone', version: 1 }, folder)
    expect(await openable(join(copy, 'gone'), [place])).toHaveLength(2)
    await storage.destroy('gone', 1)
    expect(await openable(join(copy, 'gone'), [place])).toEqual([])
  })

  test('of a line that its holder took back, while the others stay', async () => {
    await world.publish('left')
    const both = permitOf('P-LINE', { datasets: ['rest', 'left'] })
    const before = await sealed(bulles, both)
    const folder = join(world.room.home, 'bulles', 'P-LINE')
    await cp(folder, join(copy, 'P-LINE'), { recursive: true })
    const places = (await readdir(folder)).map((name) => placesIn(world.room.home).extract('P-LINE', name))
    expect(await openable(join(copy, 'P-LINE'), places)).toHaveLength(6)
    await bulles.shredLine(both, 'left')
    expect(await openable(join(copy, 'P-LINE'), places)).toHaveLength(3)
    expect(await isThere(fileOf(before, 'people', 'left'))).toBe(false)
  })
})

test('keys are wrapped anew without a sealed file being touched', async () => {
  const { home } = world.room
  const looks = async () => {
    const files = (await filesIn(home)).filter((path) => unsealedName(path) !== undefined)
    return Promise.all(
      files.sort().map(async (path) => {
        const { mtimeNs, ctimeNs } = await stat(join(home, path), { bigint: true })
        return [path, mtimeNs, ctimeNs, sha256(await readFile(join(home, path)))].join(' ')
      }),
    )
  }
  const before = await looks()
  expect(before.length).toBeGreaterThan(10)
  const { count, atRest } = await world.room.rotate()
  expect(count).toBeGreaterThan(5)
  expect(await looks()).toEqual(before)
  // With the new KEK alone.
  const folder = world.room.needs.storage.folderOf('rest', 1)
  const place = versionPlace({ dataset: 'rest', version: 1 }, folder)
  expect((await atRest.read(place, 'people.parquet')).subarray(0, 4).toString()).toBe('PAR1')
})
