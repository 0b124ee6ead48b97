/** A home that an earlier release made: everything in the clear. Its first start seals it, and nothing else changes. */
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Bulle } from '../../services/dataset/bulle.ts'
import { openDeposit, receiveTable } from '../../services/dataset/deposit.ts'
import { placesIn, versionPlace } from '../../services/dataset/places.ts'
import { openWorkspace } from '../../services/dataset/workspace.ts'
import { attachmentPlace } from '../../services/habilitation/documents.ts'
import { silentLog } from '../../services/kernel/log.ts'
import { type SealedPlace, unsealedName } from '../../services/keys/at-rest.ts'
import { sealHome } from '../../services/node/seal-home.ts'
import { openStore, type Store } from '../../services/store/store.ts'
import { filesIn, filesWith } from '../canaries/canaries.ts'
import { column, filesOf, openWorld, permitOf, sealed, type World } from '../dataset/objectors.ts'
import { chunks, fixedClock, rouen } from '../dataset/room.ts'
import { openDatabase, type TestDatabase } from '../house.ts'

const project = 'P-OLD'
const attachment = '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0001'
const current = permitOf(project, { datasets: ['old'] })

let world: World
let database: TestDatabase
let store: Store
let before: Bulle
let deposit: string
let received: string
beforeAll(async () => {
  database = await openDatabase()
  world = await openWorld({}, database)
  store = await openStore({ url: database.url, log: silentLog, connections: 1 })
  await world.publish('old')
  before = await sealed(world.bulles, current)
  await openWorkspace(world.room).change(project, async ({ begin, publish }) => {
    const made = await begin()
    await writeFile(join(made, 'rows.parquet'), 'rows of canary-3')
    await publish(made, {
      ...{ format: 1, name: 'mine', class: 'personal', columns: [], unique: true, magnitude: 1, k: 11 },
      ...{ seals: [], reads: [], definition: '', madeAt: 0 },
    })
  })
  deposit = (await openDeposit(world.room.needs, rouen, { dataset: 'old' })).id
  const body = chunks(Buffer.from(filesOf().people))
  await receiveTable(world.room.needs, rouen, { deposit, table: 'people', contentType: 'text/csv', body })
  const [file] = await world.room.needs.register.files(deposit)
  received = file?.file ?? ''
  await mkdir(join(world.room.home, 'attachments'))
  const place = attachmentPlace(world.room.home, attachment)
  await world.room.atRest.write(place, attachment, Buffer.from('%PDF of canary-1'))
  await world.bulles.close()
  await unseal()
})
afterAll(async () => {
  await store.close()
  await world.close()
})

const home = () => world.room.home
const seal = () =>
  sealHome({ ...world.room, files: world.room.atRest, store, clock: fixedClock, log: silentLog })

/** What the files below a folder are sealed as. */
function placeOf(folder: string): SealedPlace {
  const [kind = '', of = '', name = '', more] = folder.slice(home().length + 1).split('/')
  const places = placesIn(home())
  if (kind === 'datasets') return versionPlace({ dataset: of, version: Number(name.slice(1)) }, folder)
  if (kind === 'deposits') return places.deposit(of)
  if (kind === 'attachments') return attachmentPlace(home(), attachment)
  if (name === 'workspace') return more === undefined ? places.tables(of) : places.rows(of, more)
  return places.extract(of, name)
}

/** As the release before would have left it. */
async function unseal(): Promise<void> {
  const { atRest, keyring } = world.room
  for (const path of await filesIn(home())) {
    const file = unsealedName(basename(path))
    if (file === undefined) continue
    const folder = dirname(join(home(), path))
    await writeFile(join(folder, file), await atRest.read(placeOf(folder), file))
    await rm(join(home(), path))
  }
  const key = await keyring.find({ kind: 'pseudonym', id: project })
  await mkdir(join(home(), 'keys', 'projects'), { recursive: true })
  await writeFile(join(home(), 'keys', 'projects', project), key ?? '')
  for (const kind of ['bulle', 'workspace', 'pseudonym'] as const)
    await keyring.destroyAll({ kind, id: project })
  await keyring.destroyAll({ kind: 'version', id: 'old' })
  await keyring.destroyAll({ kind: 'deposit', id: deposit })
  await keyring.destroyAll({ kind: 'attachment', id: attachment })
  // An upload that was half there, the folder of a check and of a profile.
  await mkdir(join(home(), 'uploads'))
  await writeFile(join(home(), 'uploads', '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0002'), 'half of canary-2')
  await mkdir(join(home(), 'deposits', deposit, 'scratch'))
  await writeFile(join(home(), 'deposits', deposit, 'scratch', 'x'), 'canary-4')
  await mkdir(join(home(), 'profiles', 'work'), { recursive: true })
  await writeFile(join(home(), 'profiles', 'work', 'x'), 'canary-5')
}

const parquet = Buffer.from('PAR1')

/** By what was planted, or by what a Parquet file begins and ends with: in sealed bytes four letters stand anywhere by chance. */
async function plain(): Promise<readonly string[]> {
  const planted = new Set(await filesWith(home(), ['canary-', '%PDF of']))
  const found: string[] = []
  for (const path of await filesIn(home())) {
    const bytes = await readFile(join(home(), path)).catch(() => Buffer.alloc(0))
    if (planted.has(path) || [bytes.subarray(0, 4), bytes.subarray(-4)].some((four) => four.equals(parquet)))
      found.push(path)
  }
  return found
}

describe('a home in the clear', () => {
  test('is sealed to the last file, and again after a crash in the middle', async () => {
    expect((await plain()).length).toBeGreaterThan(8)
    // The crash: one file is sealed by half, and its plain form stands.
    const [line = ''] = (await readdir(join(home(), 'bulles', project))).filter((one) => one !== 'workspace')
    await writeFile(join(home(), 'bulles', project, line, 'people.parquet.sealed'), 'half')
    await seal()
    expect(await plain()).toEqual([])
    expect(await readdir(join(home(), 'keys', 'projects'))).toEqual([])
  })

  test('is then what it was: the same bulle, tables, received files and documents', async () => {
    const again = world.again()
    const bulle = await again.of(current)
    expect(bulle.id).toBe(before.id)
    expect(bulle.tables.map(({ name }) => name)).toEqual(['people', 'stays', 'mine'])
    expect(await column(bulle, 'people', 'label')).toHaveLength(40)
    const opened = await world.room.needs.storage.open(deposit, [received])
    expect((await stat(join(opened.folder, received))).size).toBe(filesOf().people.length)
    await opened.close()
    const place = attachmentPlace(home(), attachment)
    expect(String(await world.room.atRest.read(place, attachment))).toBe('%PDF of canary-1')
  })

  test('keeps its pseudonyms, on its versions, and is left alone by the next start', async () => {
    const more = permitOf(project, { datasets: ['old'], columns: ['id', 'wing'] })
    const again = world.again()
    const ids = await column(await again.of(current), 'people', 'id')
    expect(await column(await sealed(again, more), 'people', 'id')).toEqual(ids)
    const files = await filesIn(home())
    await seal()
    expect(await filesIn(home())).toEqual(files)
  })
})
