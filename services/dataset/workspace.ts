/**
 * Derived tables of projects on disk, inside the folder of the bulle: they die with it.
 *
 *     bulles/<project>/workspace/<hash of its name>.json.sealed     what a table is, and which folder has its rows
 *     bulles/<project>/workspace/<uuid>/rows.parquet.sealed         its rows, under a key of their own
 *
 * A table is the folder that its .json names, and the .json takes its place by one rename: whoever reads finds the old table or
 * the new one. What a crash leaves is a folder that no .json names; it is removed before the next change and at the next start.
 * A table is plain in the clear area alone, while it is made and while its bulle is open.
 * A query that has not opened a table yet when it is dropped or replaced fails; one that has goes on with the old rows.
 */
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { rowsFile } from '../engine/engine.ts'
import { canonical, sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type AtRest, type SealedPlace, sealedName, unsealedName } from '../keys/at-rest.ts'
import { SealedDamaged } from '../keys/chunks.ts'
import type { Opened } from '../keys/copies.ts'
import { absentIs } from './absent.ts'
import { placesIn } from './places.ts'

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
  /** Its Parquet file, while it is open. */
  readonly file: string
  readonly place: SealedPlace
}

/** One change of the tables of a project, while no other is made. */
export interface Change {
  /** Tables that there are, stale ones too. */
  readonly tables: readonly WorkspaceTable[]
  /** An empty folder of the clear area for the rows. */
  begin(): Promise<string>
  /** The folder becomes the table, in the place of one of the same name. */
  publish(folder: string, table: NewTable): Promise<void>
  drop(name: string): Promise<void>
}

export interface Workspace {
  list(project: string): Promise<readonly WorkspaceTable[]>
  /** Opens the rows of a table. UNAVAILABLE when they are not those that were sealed, and when there is no room. */
  open(table: WorkspaceTable): Promise<Opened>
  /** Changes of one project are made one after the other. What was begun and not published is removed. */
  change<T>(project: string, work: (change: Change) => Promise<T>): Promise<T>
  /** Removes what a crash left. */
  clean(project: string): Promise<void>
}

interface WorkspaceNeeds {
  readonly home: string
  readonly atRest: AtRest
}

/** The tables of one project. */
interface Desk {
  readonly atRest: AtRest
  /** What is said of them. */
  readonly said: SealedPlace
  readonly rowsOf: (name: string) => SealedPlace
}

export function openWorkspace({ home, atRest }: WorkspaceNeeds): Workspace {
  const places = placesIn(home)
  const deskOf = (project: string): Desk => ({
    atRest,
    said: places.tables(project),
    rowsOf: (name) => places.rows(project, name),
  })
  const changing = new Map<string, Promise<unknown>>()
  const change: Workspace['change'] = (project, work) => {
    const before = changing.get(project) ?? Promise.resolve()
    const done = before.then(() => changeIn(deskOf(project), work))
    const settled = done
      .catch(() => undefined)
      .then(() => {
        if (changing.get(project) === settled) changing.delete(project)
      })
    changing.set(project, settled)
    return done
  }
  return {
    list: (project) => listIn(deskOf(project)),
    open: ({ place }) => atRest.open(place, [rowsFile]).catch(damagedIsRefused),
    change,
    clean: (project) => change(project, async () => undefined),
  }
}

async function changeIn<T>(desk: Desk, work: (change: Change) => Promise<T>): Promise<T> {
  const { atRest, said } = desk
  const { folder } = said
  await clean(desk)
  const tables = await listIn(desk)
  const begun: Opened[] = []
  try {
    return await work({
      tables,
      async begin() {
        if (await isClosed(folder)) throw new Error('a project that is closed')
        const made = await atRest.work()
        begun.push(made)
        return made.folder
      },
      publish: (made, table) => publish(desk, made, table),
      async drop(name) {
        await rm(join(folder, sealedName(fileOf(name))), { force: true })
        await sync(folder)
      },
    })
  } finally {
    for (const made of begun) await made.close()
    await clean(desk)
  }
}

async function publish({ atRest, said, rowsOf }: Desk, made: string, table: NewTable): Promise<void> {
  const name = randomUUID()
  const place = rowsOf(name)
  await mkdir(place.folder, { recursive: true, mode: 0o700 })
  const rows = createReadStream(join(made, rowsFile))
  const { sha256: hash } = await atRest.seal(place, rowsFile, rows)
  await sync(place.folder)
  const stored = { ...table, folder: name, sha256: hash }
  await atRest.write(said, fileOf(table.name), Buffer.from(canonical(stored)))
}

/** Names are told apart whatever the case. A researcher may name a table after anything, so no file is named after it. */
function fileOf(name: string): string {
  return `${sha256(name.toLowerCase()).slice(0, 32)}.json`
}

function isClosed(folder: string): Promise<boolean> {
  return stat(join(folder, '..', 'closed')).then(() => true, absentIs(false))
}

async function listIn({ atRest, said, rowsOf }: Desk): Promise<readonly WorkspaceTable[]> {
  const names = (await readdir(said.folder).catch(absentIs([]))).flatMap((name) => unsealedName(name) ?? [])
  const texts = await Promise.all(
    names.map((name) => atRest.read(said, name).catch(absentIs(null)).catch(damagedIsRefused)),
  )
  const tables = texts.flatMap((text) => {
    if (text === null) return []
    const { folder: name, sha256: _sha256, ...table } = storedSchema.parse(JSON.parse(text.toString()))
    const place = rowsOf(name)
    return [{ table, place, file: join(atRest.clearOf(place), rowsFile) }]
  })
  return tables.sort((one, other) => (one.table.name < other.table.name ? -1 : 1))
}

/** Folders that no table names, with their keys, and what a stop left of a file that was taking its place. */
async function clean(desk: Desk): Promise<void> {
  const { atRest, rowsOf } = desk
  const { folder } = desk.said
  const named = new Set((await listIn(desk)).map(({ place }) => place.folder))
  const entries = await readdir(folder, { withFileTypes: true }).catch(absentIs([]))
  for (const entry of entries) {
    const found = join(folder, entry.name)
    const isRows = entry.isDirectory()
    if (isRows ? named.has(found) : unsealedName(entry.name) !== undefined) continue
    if (isRows) await atRest.destroy(rowsOf(entry.name))
    await rm(found, { recursive: true, force: true })
  }
}

function damagedIsRefused(error: unknown): never {
  throw error instanceof SealedDamaged
    ? new Refusal('UNAVAILABLE', { rule: 'bulle.damaged' }, { cause: error })
    : error
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r').catch(absentIs(null))
  await file?.sync()
  await file?.close()
}
