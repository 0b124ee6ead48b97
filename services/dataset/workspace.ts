/**
 * Derived tables of projects on disk, inside the folder of the bulle: they die with it.
 *
 *     bulles/<project>/workspace/<hash of its name>.json     what a table is, and which folder has its rows
 *     bulles/<project>/workspace/<uuid>/                     its rows
 *
 * A table is the folder that its .json names, and the .json takes its place by one rename: whoever reads finds the old table or
 * the new one. What a crash leaves is a folder that no .json names; it is removed before the next change and at the next start.
 * A query that has not opened a table yet when it is dropped or replaced fails; one that has goes on with the old rows.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { rowsFile } from '../engine/engine.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import { absentIs } from './absent.ts'

const classes = z.enum(['personal', 'public'])
const manifestSchema = z.strictObject({
  format: z.literal(1),
  name: z.string(),
  class: classes,
  columns: z.array(
    z.strictObject({
      name: z.string(),
      type: z.string(),
      role: z.enum(['unit', 'key', 'unit-reference']).optional(),
      key: z.string().optional(),
      restrict: z.array(z.enum(['filter', 'group-by', 'output'])).optional(),
    }),
  ),
  /** At most one row per person. */
  unique: z.boolean(),
  /** Rows of persons: one may be there several times, so that groups may share it. */
  repeats: z.boolean().optional(),
  domain: z.string().optional(),
  /** Upper bound that the text gives. */
  rows: z.number().optional(),
  magnitude: z.number(),
  reads: z.array(
    z.strictObject({
      dataset: z.string(),
      table: z.string(),
      class: classes,
      columns: z.array(z.string()),
    }),
  ),
  /** The extracts that it was made from. */
  seals: z.array(z.strictObject({ dataset: z.string(), seal: z.string() })),
  k: z.number().int(),
  withheld: z
    .strictObject({ cells: z.boolean(), groups: z.boolean(), rules: z.array(z.string()) })
    .optional(),
  /** SHA-256 of the tree of the statement. */
  definition: z.string(),
  madeAt: z.number(),
})

/** What is said of a table when it is made. */
export type NewTable = z.infer<typeof manifestSchema>

const storedSchema = manifestSchema.extend({ folder: z.uuid(), sha256: z.string() })

export interface WorkspaceTable {
  readonly table: NewTable
  /** Its Parquet file. */
  readonly file: string
}

/** One change of the tables of a project, while no other is made. */
export interface Change {
  /** Tables that there are, stale ones too. */
  readonly tables: readonly WorkspaceTable[]
  /** An empty folder for the rows. */
  begin(): Promise<string>
  /** The folder becomes the table, in the place of one of the same name. */
  publish(folder: string, table: NewTable): Promise<void>
  drop(name: string): Promise<void>
}

export interface Workspace {
  list(project: string): Promise<readonly WorkspaceTable[]>
  /** Changes of one project are made one after the other. What was begun and not published is removed. */
  change<T>(project: string, work: (change: Change) => Promise<T>): Promise<T>
  /** Removes what a crash left. */
  clean(project: string): Promise<void>
}

export function openWorkspace({ home }: { readonly home: string }): Workspace {
  const folderOf = (project: string) => join(home, 'bulles', project, 'workspace')
  const changing = new Map<string, Promise<unknown>>()
  const change: Workspace['change'] = (project, work) => {
    const before = changing.get(project) ?? Promise.resolve()
    const done = before.then(() => changeIn(folderOf(project), work))
    const settled = done
      .catch(() => undefined)
      .then(() => {
        if (changing.get(project) === settled) changing.delete(project)
      })
    changing.set(project, settled)
    return done
  }
  return {
    list: (project) => listIn(folderOf(project)),
    change,
    clean: (project) => change(project, async () => undefined),
  }
}

async function changeIn<T>(folder: string, work: (change: Change) => Promise<T>): Promise<T> {
  await clean(folder)
  const tables = await listIn(folder)
  try {
    return await work({
      tables,
      async begin() {
        if (await isClosed(folder)) throw new Error('a project that is closed')
        const made = join(folder, randomUUID())
        await mkdir(made, { recursive: true, mode: 0o700 })
        return made
      },
      publish: (made, table) => publish(folder, made, table),
      async drop(name) {
        await rm(join(folder, fileOf(name)), { force: true })
        await sync(folder)
      },
    })
  } finally {
    await clean(folder)
  }
}

async function publish(folder: string, made: string, table: NewTable): Promise<void> {
  const rows = join(made, rowsFile)
  await sync(rows)
  await sync(made)
  const stored = { ...table, folder: made.slice(folder.length + 1), sha256: await hashOf(rows) }
  const part = join(made, 'table.json')
  await writeFile(part, canonical(stored), { mode: 0o600 })
  await sync(part)
  await rename(part, join(folder, fileOf(table.name)))
  await sync(folder)
}

/** Names are told apart whatever the case. A researcher may name a table after anything, so no file is named after it. */
function fileOf(name: string): string {
  return `${sha256(name.toLowerCase()).slice(0, 32)}.json`
}

function isClosed(folder: string): Promise<boolean> {
  return stat(join(folder, '..', 'closed')).then(() => true, absentIs(false))
}

async function listIn(folder: string): Promise<readonly WorkspaceTable[]> {
  const names = (await readdir(folder).catch(absentIs([]))).filter((name) => name.endsWith('.json'))
  const texts = await Promise.all(
    names.map((name) => readFile(join(folder, name), 'utf8').catch(absentIs(null))),
  )
  const tables = texts.flatMap((text) => {
    if (text === null) return []
    const { folder: rows, sha256: _sha256, ...table } = storedSchema.parse(JSON.parse(text))
    return [{ table, file: join(folder, rows, rowsFile) }]
  })
  return tables.sort((one, other) => (one.table.name < other.table.name ? -1 : 1))
}

/** Folders that no table names. */
async function clean(folder: string): Promise<void> {
  const named = new Set((await listIn(folder)).map(({ file }) => file))
  const entries = await readdir(folder, { withFileTypes: true }).catch(absentIs([]))
  for (const entry of entries) {
    const made = join(folder, entry.name)
    if (entry.isDirectory() && !named.has(join(made, rowsFile)))
      await rm(made, { recursive: true, force: true })
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r').catch(absentIs(null))
  await file?.sync()
  await file?.close()
}
