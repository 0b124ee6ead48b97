/**
 * A home that an earlier release made has its files in the clear: they are sealed at the first start, before anybody reads them. A
 * file is removed once it is sealed and on disk; a crash between the two leaves both, and the next start seals it again. What lies
 * in the blocks of a disk where a file was is the operator's to erase (docs/operation.md).
 */
import { createReadStream } from 'node:fs'
import { open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { absentIs } from '../dataset/absent.ts'
import { isLeftList } from '../dataset/generation.ts'
import { placesIn, versionPlace } from '../dataset/places.ts'
import { attachmentPlace } from '../habilitation/documents.ts'
import type { Log } from '../kernel/log.ts'
import { type AtRest, type SealedPlace, unsealedName } from '../keys/at-rest.ts'
import { type TakeNeeds, takeKey } from '../keys/take.ts'

interface SealHomeNeeds extends TakeNeeds {
  readonly home: string
  readonly files: AtRest
  readonly log: Log
}

/** Does nothing in a home that is sealed already. */
export async function sealHome({ home, files, log, ...taking }: SealHomeNeeds): Promise<void> {
  let count = 0
  for await (const { place, file } of plainFiles(home)) {
    await sealPlain(files, place, file)
    count += 1
    if (count % told === 0) log.info('files of an earlier release are being sealed', { files: count })
  }
  for (const project of await namesIn(join(home, 'keys', 'projects'))) {
    const path = join(home, 'keys', 'projects', project)
    const key = await readFile(path)
    if (key.length === 32) await takeKey(taking, { kind: 'pseudonym', id: project }, key)
    await rm(path)
    count += 1
  }
  await removeRest(home)
  if (count > 0) log.warn('files of an earlier release were sealed', { files: count })
}

/** Files between two lines of the log. */
const told = 100

interface PlainFile {
  readonly place: SealedPlace
  readonly file: string
}

async function* plainFiles(home: string): AsyncGenerator<PlainFile> {
  for (const [dataset, version] of await pairsIn(join(home, 'datasets'))) {
    const number = Number(/^v(\d+)$/.exec(version)?.[1] ?? Number.NaN)
    const place = versionPlace({ dataset, version: number }, join(home, 'datasets', dataset, version))
    if (!Number.isNaN(number)) yield* plainIn(place, isParquet)
  }
  for (const [project, name] of await pairsIn(join(home, 'bulles'))) yield* plainOf(home, project, name)
  for (const deposit of await namesIn(join(home, 'deposits')))
    yield* plainIn(placesIn(home).deposit(deposit), isReceived)
  for (const name of (await namesIn(join(home, 'attachments'))).filter(isUuid))
    yield { place: attachmentPlace(home, name), file: name }
}

/** What a project has under one name. */
async function* plainOf(home: string, project: string, name: string): AsyncGenerator<PlainFile> {
  const places = placesIn(home)
  if (isLeftList(name)) yield { place: places.left(project, name), file: name }
  else if (/^[0-9a-f]{24}(-\d+)?$/.test(name)) yield* plainIn(places.extract(project, name), isParquet)
  else if (name === 'workspace') yield* plainTables(home, project)
}

async function* plainTables(home: string, project: string): AsyncGenerator<PlainFile> {
  const places = placesIn(home)
  const place = places.tables(project)
  yield* plainIn(place, (name) => name.endsWith('.json'))
  for (const name of await namesIn(place.folder)) {
    if (isUuid(name)) yield* plainIn(places.rows(project, name), isParquet)
  }
}

async function* plainIn(place: SealedPlace, isOne: (name: string) => boolean): AsyncGenerator<PlainFile> {
  for (const file of await namesIn(place.folder)) if (isOne(file)) yield { place, file }
}

const isParquet = (name: string) => name.endsWith('.parquet')
const isUuid = (name: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name)
/** A received file is called after its table and a number. */
const isReceived = (name: string) =>
  /-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name) && !/^look-/.test(name)

async function sealPlain(atRest: AtRest, place: SealedPlace, file: string): Promise<void> {
  const plain = join(place.folder, file)
  await atRest.remove(place, file)
  await atRest.seal(place, file, createReadStream(plain))
  await sync(place.folder)
  await rm(plain)
}

/** What was on its way is sent, read or made again: uploads begin anew, checks and profiles start over. */
async function removeRest(home: string): Promise<void> {
  for (const name of await namesIn(join(home, 'uploads'))) {
    const path = join(home, 'uploads', name)
    const isPlain = await readdir(path).then(
      () => false,
      () => true,
    )
    if (isPlain) await rm(path)
  }
  for (const deposit of await namesIn(join(home, 'deposits'))) {
    for (const name of await namesIn(join(home, 'deposits', deposit))) {
      if (unsealedName(name) === undefined)
        await rm(join(home, 'deposits', deposit, name), { recursive: true, force: true })
    }
  }
  await rm(join(home, 'profiles', 'work'), { recursive: true, force: true })
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(absentIs([]))
}

async function pairsIn(folder: string): Promise<[string, string][]> {
  const pairs: [string, string][] = []
  for (const one of await namesIn(folder))
    for (const other of await namesIn(join(folder, one))) pairs.push([one, other])
  return pairs
}

async function sync(path: string): Promise<void> {
  const folder = await open(path, 'r')
  await folder.sync().finally(() => folder.close())
}
