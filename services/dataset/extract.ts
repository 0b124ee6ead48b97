/** Extracts on disk, sealed: one folder per line of a project, found by what the line grants. Each has a data key of its own. */
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { PermitLine } from '../habilitation/permit.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type AtRest, type SealedPlace, unsealedName } from '../keys/at-rest.ts'
import { SealedDamaged } from '../keys/chunks.ts'
import type { Opened } from '../keys/copies.ts'
import { absentIs } from './absent.ts'
import { fieldRoles } from './descriptor.ts'
import {
  folderIn,
  type Generation,
  isLeftList,
  publishGeneration,
  readGeneration,
  supersededIn,
  syncPath,
} from './generation.ts'
import { placesIn } from './places.ts'
import { personsFile } from './seal-order.ts'

const role = z.enum(fieldRoles)
const tableSchema = z.strictObject({
  name: z.string(),
  class: z.enum(['personal', 'public']),
  file: z.string(),
  sha256: z.string(),
  rows: z.number().int().nonnegative(),
  unique: z.boolean(),
  /** Public tables: columns that name one row, where all of them were granted. */
  primaryKey: z.array(z.string()).optional(),
  columns: z.array(
    z.strictObject({
      name: z.string(),
      type: z.string(),
      role: role.optional(),
      key: z.string().optional(),
      restrict: z.array(z.enum(['filter', 'group-by', 'output'])).optional(),
      bounds: z.tuple([z.number(), z.number()]).optional(),
    }),
  ),
})

/** manifest.json of one sealed line. */
const extractSchema = z.strictObject({
  format: z.literal(1),
  project: z.string(),
  line: z.string(),
  dataset: z.string(),
  version: z.number().int(),
  holder: z.string(),
  domain: z.string(),
  tables: z.array(tableSchema),
  /** Persons of the domain that the project has numbered up to this line. */
  persons: z.number().int().nonnegative(),
  sealedAt: z.number(),
  /** Versions of the list of opt-outs: the first that the project rests on, and the one applied here. */
  optOuts: z.strictObject({ since: z.number().int(), version: z.number().int() }).optional(),
})
export type Extract = z.infer<typeof extractSchema>
export type ExtractTable = Extract['tables'][number]

export interface SealedExtract {
  /** Name of its line, see `lineKey`. */
  readonly key: string
  readonly extract: Extract
  readonly sha256: string
  /** Where its sealed files lie. */
  readonly folder: string
}

/** What is being made for a project: plain files come to `clear`, and lie sealed in `folder` until they have their place. */
export interface Begun {
  readonly clear: string
  readonly folder: string
}

/** One finished extract in it. */
interface Finished extends Begun {
  /** Of the folder that it will have. */
  readonly name: string
}

/** Names what a line grants: a line of a later version of the permit that grants the same is not sealed again. */
export function lineKey({ dataset, population, tables }: PermitLine): string {
  return sha256(canonical({ dataset, population, tables })).slice(0, 24)
}

/** Names the extracts of a project together: another set of them has another name. */
export function bulleId(project: string, sealed: readonly SealedExtract[]): string {
  return `${project}-${sha256(canonical(sealed.map((one) => one.sha256).sort())).slice(0, 16)}`
}

export interface Extracts {
  /** UNAVAILABLE when the manifest cannot be read. */
  find(project: string, key: string): Promise<SealedExtract | null>
  /** All of one generation, never some of one and some of the next. */
  list(project: string): Promise<readonly SealedExtract[]>
  generation(project: string): Promise<Generation>
  /** Where the opened files of an extract lie. */
  clearOf(sealed: SealedExtract): string
  /** Opens the tables of an extract. UNAVAILABLE unless all of them are those that were sealed, and when there is no room. */
  open(sealed: SealedExtract): Promise<Opened>
  /** Opens its list of persons. */
  openPersons(sealed: SealedExtract): Promise<Opened>
  /** Opens a list of those who left. UNAVAILABLE as `open`. */
  openLeft(project: string, name: string): Promise<Opened>
  begin(project: string): Promise<Begun>
  /** Seals the files, writes the manifest, flushes. Answers the hash of the manifest. */
  finish(made: Finished, extract: Unhashed): Promise<string>
  /** Seals a list of those who left. */
  finishLeft(made: Finished, project: string): Promise<void>
  /** The name of the folder that a line has now. */
  nameOf(project: string, key: string): Promise<string>
  /** Makes a finished folder the extract of a line, by one rename. */
  publish({ folder, name }: Finished, project: string): Promise<void>
  /**
   * Makes the folders in `folder` those of a new generation, all at once. The folders of the one before stay until they are
   * removed.
   */
  renew({ folder }: Begun, project: string, generation: Generation): Promise<void>
  /** Names of folders and files that belong to a generation before. */
  superseded(project: string): Promise<readonly string[]>
  /** Destroys the key of one of them, and removes it. */
  discard(project: string, name: string): Promise<void>
  /** What is sealed under a name; null for what is no extract. */
  read(project: string, name: string): Promise<SealedExtract | null>
  /** Removes what interrupted sealings left. */
  clean(project: string): Promise<void>
  /** Destroys the key of one sealed line, and removes its files. */
  shred(sealed: SealedExtract): Promise<void>
  /** Destroys all keys of a project that is closed, and removes its files; what remains says that it is. */
  remove(project: string): Promise<void>
  /** Writes down that a project is closed, and what was there. From then on nothing is sealed for it. */
  close(project: string, closure: Closure): Promise<void>
  /** What was written when the project was closed; null before. */
  closure(project: string): Promise<Closure | null>
  isClosed(project: string): Promise<boolean>
}

/** The file `closed`: what a project had, and, once it is gone, how that was recorded. */
const closureSchema = z.strictObject({
  extracts: z.array(z.strictObject({ dataset: z.string(), version: z.number().int(), sha256: z.string() })),
  key: z.string().nullable(),
  destroyed: z
    .strictObject({
      at: z.number(),
      log: z.string(),
      closed: z.number().int(),
      shredded: z.number().int(),
    })
    .optional(),
})
export type Closure = z.infer<typeof closureSchema>

export type Unhashed = Omit<Extract, 'tables'> & { readonly tables: readonly Omit<ExtractTable, 'sha256'>[] }

interface ExtractsNeeds {
  readonly home: string
  readonly atRest: AtRest
}

export function openExtracts({ home, atRest }: ExtractsNeeds): Extracts {
  const places = placesIn(home)
  const folderOf = (project: string) => join(home, 'bulles', project)
  const namesIn = (project: string) => readdir(folderOf(project)).catch(absentIs([]))
  const pathOf = (project: string, name: string) => join(folderOf(project), name)
  const working = new Map<string, Opened[]>()
  const clean = async (project: string) => {
    for (const opened of working.get(project) ?? []) await opened.close()
    working.delete(project)
    for (const one of (await namesIn(project)).filter((each) => each.startsWith('sealing-')))
      await rm(pathOf(project, one), { recursive: true, force: true })
  }
  const remove = async (project: string, name: string) => {
    await atRest.destroy(places.extract(project, name))
    await rm(pathOf(project, name), { recursive: true, force: true })
    await syncPath(folderOf(project))
  }
  const removeLeft = async (project: string, name: string) => {
    const place = places.left(project, name)
    await atRest.destroy(place)
    await atRest.remove(place, name)
    await syncPath(folderOf(project))
  }
  return {
    ...readingOf({ home, atRest }),
    ...closingIn(folderOf),
    clean,
    async begin(project) {
      const folder = pathOf(project, `sealing-${randomUUID()}`)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const opened = await atRest.work()
      working.set(project, [...(working.get(project) ?? []), opened])
      return { clear: opened.folder, folder }
    },
    finish(made, extract) {
      const place = places.extract(extract.project, made.name, made.folder)
      return finish({ atRest, place, clear: made.clear }, extract)
    },
    async finishLeft({ clear, folder, name }, project) {
      const plain = createReadStream(join(clear, name))
      await atRest.seal(places.left(project, name, folder), name, plain)
    },
    async nameOf(project, key) {
      return folderIn(await readGeneration(folderOf(project)), key)
    },
    async publish({ folder, name }, project) {
      const target = pathOf(project, name)
      await rm(target, { recursive: true, force: true })
      await rename(folder, target)
      await syncPath(folderOf(project))
      await clean(project)
    },
    async renew({ folder }, project, generation) {
      for (const name of await readdir(folder)) {
        const target = pathOf(project, name)
        await rm(target, { recursive: true, force: true })
        await rename(join(folder, name), target)
      }
      await syncPath(folderOf(project))
      await publishGeneration(folderOf(project), generation)
      await rm(folder, { recursive: true, force: true })
    },
    discard: (project, name) => (isLeftList(name) ? removeLeft(project, name) : remove(project, name)),
    shred: ({ folder, extract: { project } }) => remove(project, basename(folder)),
    async remove(project) {
      await atRest.destroyAll({ kind: 'bulle', of: project })
      await atRest.destroyAll({ kind: 'workspace', of: project })
      for (const one of await namesIn(project)) {
        if (one !== 'closed') await rm(pathOf(project, one), { recursive: true, force: true })
      }
      await syncPath(folderOf(project))
    },
  }
}

/** What there is, and how it is opened. */
function readingOf({ home, atRest }: ExtractsNeeds) {
  const places = placesIn(home)
  const folderOf = (project: string) => join(home, 'bulles', project)
  const placeOf = ({ folder, extract: { project } }: SealedExtract) =>
    places.extract(project, basename(folder))
  const tables = ({ extract }: SealedExtract) => extract.tables.map(({ file }) => file)
  const opening = (place: SealedPlace, files: readonly string[]) =>
    atRest.open(place, files).catch((error: unknown) => {
      throw error instanceof SealedDamaged ? damaged(error) : error
    })
  return {
    find: async (project: string, key: string) =>
      (await listIn(folderOf(project))).find((one) => one.key === key) ?? null,
    list: (project: string) => listIn(folderOf(project)),
    generation: (project: string) => readGeneration(folderOf(project)),
    read: (project: string, name: string) => readExtract(join(folderOf(project), name), name),
    async superseded(project: string) {
      const names = await readdir(folderOf(project)).catch(absentIs([]))
      const files = names.map((name) => unsealedName(name) ?? name)
      return supersededIn(await readGeneration(folderOf(project)), files)
    },
    clearOf: (sealed: SealedExtract) => atRest.clearOf(placeOf(sealed)),
    open: (sealed: SealedExtract) => opening(placeOf(sealed), tables(sealed)),
    openPersons: (sealed: SealedExtract) => opening(placeOf(sealed), [personsFile]),
    openLeft: (project: string, name: string) => opening(places.left(project, name), [name]),
  }
}

/** Begun again when another generation took its place meanwhile. */
async function listIn(folder: string): Promise<readonly SealedExtract[]> {
  const generation = await readGeneration(folder)
  const names = await readdir(folder).catch(absentIs([]))
  const keys = new Set(names.flatMap((one) => /^([0-9a-f]{24})(?:-\d+)?$/.exec(one)?.[1] ?? []))
  const all = await Promise.all(
    [...keys].map((key) => readExtract(join(folder, folderIn(generation, key)), key)),
  )
  const { number } = await readGeneration(folder)
  return number === generation.number ? all.flatMap((one) => (one === null ? [] : [one])) : listIn(folder)
}

/** The file that says of a project that it is closed. */
function closingIn(folderOf: (project: string) => string): Pick<Extracts, 'close' | 'closure' | 'isClosed'> {
  return {
    async close(project, closure) {
      const folder = folderOf(project)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFile(join(folder, 'closed.new'), canonical(closure), { mode: 0o600 })
      await syncPath(join(folder, 'closed.new'))
      await rename(join(folder, 'closed.new'), join(folder, 'closed'))
      await syncPath(folder)
    },
    async closure(project) {
      const text = await readFile(join(folderOf(project), 'closed'), 'utf8').catch(absentIs(null))
      return text === null ? null : closureSchema.parse(JSON.parse(text))
    },
    isClosed: (project) => stat(join(folderOf(project), 'closed')).then(() => true, absentIs(false)),
  }
}

/** What is sealed in a folder; UNAVAILABLE when its manifest cannot be read, null when there is none. */
async function readExtract(folder: string, key: string): Promise<SealedExtract | null> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(absentIs(null))
  if (text === null) return null
  return { key, extract: parsed(text), sha256: sha256(text), folder }
}

function parsed(text: string): Extract {
  try {
    return extractSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw damaged(cause)
  }
}

function damaged(cause?: unknown): Refusal {
  return new Refusal('UNAVAILABLE', { rule: 'bulle.damaged' }, { cause })
}

interface ToSeal {
  readonly atRest: AtRest
  readonly place: SealedPlace
  readonly clear: string
}

async function finish({ atRest, place, clear }: ToSeal, extract: Unhashed): Promise<string> {
  const { folder } = place
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const hashes = new Map<string, string>()
  for (const file of await readdir(clear)) {
    const { sha256: hash } = await atRest.seal(place, file, createReadStream(join(clear, file)))
    hashes.set(file, hash)
  }
  const tables = extract.tables.map((table) => ({ ...table, sha256: sealedHash(hashes, table.file) }))
  const text = canonical({ ...extract, tables })
  await writeFile(join(folder, 'manifest.json'), text, { mode: 0o600 })
  await syncPath(join(folder, 'manifest.json'))
  await syncPath(folder)
  return sha256(text)
}

function sealedHash(hashes: ReadonlyMap<string, string>, file: string): string {
  const hash = hashes.get(file)
  if (hash === undefined) throw new Error('a table that the sealing process did not write')
  return hash
}
