/** Extracts on disk: one folder per line of a project, found by what the line grants. */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { PermitLine } from '../habilitation/permit.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import { absentIs } from './absent.ts'
import { fieldRoles } from './descriptor.ts'
import {
  folderIn,
  type Generation,
  publishGeneration,
  readGeneration,
  supersededIn,
  syncPath,
} from './generation.ts'
import { hashOf, Integrity } from './integrity.ts'

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
  readonly folder: string
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
  /** UNAVAILABLE unless the files of an extract are those that were sealed. */
  insistIntact(sealed: SealedExtract): Promise<void>
  /** An empty folder to seal into. */
  begin(project: string): Promise<string>
  /** Adds hashes, writes the manifest, flushes. Answers the hash of the manifest. */
  finish(folder: string, extract: Unhashed): Promise<string>
  /** Makes a finished folder the extract of a line, by one rename. */
  publish(folder: string, project: string, key: string): Promise<void>
  /**
   * Makes the folders in `folder` those of a new generation, all at once. The folders of the one before stay until they are
   * removed.
   */
  renew(folder: string, project: string, generation: Generation): Promise<void>
  /** Names of folders and files that belong to a generation before. */
  superseded(project: string): Promise<readonly string[]>
  /** Removes one of them. */
  discard(project: string, name: string): Promise<void>
  pathOf(project: string, name: string): string
  /** Removes what interrupted sealings left. */
  clean(project: string): Promise<void>
  /** Removes the files of one sealed line. */
  shred(sealed: SealedExtract): Promise<void>
  /** Removes all files of a project that is closed; what remains says that it is. */
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

export function openExtracts({ home }: { readonly home: string }): Extracts {
  const folderOf = (project: string) => join(home, 'bulles', project)
  const namesIn = (project: string) => readdir(folderOf(project)).catch(absentIs([]))
  const integrity = new Integrity()
  return {
    async find(project, key) {
      return (await listIn(folderOf(project))).find((one) => one.key === key) ?? null
    },
    list: (project) => listIn(folderOf(project)),
    generation: (project) => readGeneration(folderOf(project)),
    async renew(folder, project, generation) {
      for (const name of await readdir(folder)) {
        const target = join(folderOf(project), name)
        await rm(target, { recursive: true, force: true })
        await rename(join(folder, name), target)
      }
      await syncPath(folderOf(project))
      await publishGeneration(folderOf(project), generation)
      await rm(folder, { recursive: true, force: true })
    },
    async superseded(project) {
      return supersededIn(await readGeneration(folderOf(project)), await namesIn(project))
    },
    async discard(project, name) {
      await rm(join(folderOf(project), name), { recursive: true, force: true })
      await syncPath(folderOf(project))
    },
    pathOf: (project, name) => join(folderOf(project), name),
    async insistIntact({ folder, extract }) {
      if (!(await integrity.holds(folder, extract.tables))) throw damaged()
    },
    async begin(project) {
      const folder = join(folderOf(project), `sealing-${randomUUID()}`)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      return folder
    },
    finish,
    async publish(folder, project, key) {
      const target = join(folderOf(project), folderIn(await readGeneration(folderOf(project)), key))
      await rm(target, { recursive: true, force: true })
      await rename(folder, target)
      await syncPath(folderOf(project))
    },
    async clean(project) {
      const names = await namesIn(project)
      for (const one of names.filter((each) => each.startsWith('sealing-'))) {
        await rm(join(folderOf(project), one), { recursive: true, force: true })
      }
    },
    async shred({ folder }) {
      await rm(folder, { recursive: true, force: true })
      await syncPath(dirname(folder))
    },
    async remove(project) {
      for (const one of await readdir(folderOf(project))) {
        if (one !== 'closed') await rm(join(folderOf(project), one), { recursive: true, force: true })
      }
      await syncPath(folderOf(project))
    },
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

/** What is sealed in a folder; UNAVAILABLE when its manifest cannot be read, null when there is none. */
export async function readExtract(folder: string, key: string): Promise<SealedExtract | null> {
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

async function finish(folder: string, extract: Unhashed): Promise<string> {
  const tables: ExtractTable[] = []
  for (const table of extract.tables) {
    tables.push({ ...table, sha256: await hashOf(join(folder, table.file)) })
  }
  for (const file of await readdir(folder)) await syncPath(join(folder, file))
  const text = canonical({ ...extract, tables })
  await writeFile(join(folder, 'manifest.json'), text, { mode: 0o600 })
  await syncPath(join(folder, 'manifest.json'))
  await syncPath(folder)
  return sha256(text)
}
