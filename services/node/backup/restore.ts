/** Puts a backup into an empty home and an empty database. What is there already is never written over. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Log } from '../../kernel/log.ts'
import { hasCode } from '../../kernel/system-error.ts'
import { insistEmptyDatabase, loadDatabase } from '../../store/copy/load.ts'
import { openSnapshot } from '../../store/copy/snapshot.ts'
import { startEmbedded, stopLeftEmbedded } from '../../store/embedded.ts'
import { takeFolder } from '../../store/folder-lock.ts'
import { checkBackup } from './check.ts'
import { type OnProgress, tablePath } from './make.ts'
import { BackupError, filesFolder, type Manifest } from './manifest.ts'
import { piecesOf, writeFlushed } from './target.ts'
import { restoringFolder } from './unfinished.ts'

export interface RestoreAsked {
  readonly home: string
  readonly from: string
  /** Where the rows go; our own PostgreSQL under the home when it is left out. */
  readonly databaseUrl?: string | undefined
  readonly log: Log
  /** False where the result may be lost, as in a drill. */
  readonly durable?: boolean
  readonly onProgress?: OnProgress
}

/**
 * Restores a whole and unaltered backup. The files come together in a folder of the home that no node starts on; they take their places
 * when the database is filled and has been compared. BackupError, before anything is written, when the backup has a fault, or the home
 * or the database is not empty.
 */
export async function restoreBackup(asked: RestoreAsked): Promise<Manifest> {
  const [home, folder] = [resolve(asked.home), resolve(asked.from)]
  const { manifest, fault } = await checkBackup(folder, asked.onProgress)
  if (fault !== null) throw new BackupError(`${folder} : ${fault}`)
  await insistEmptyHome(home)
  if (asked.databaseUrl !== undefined) await insistEmptyDatabase(asked.databaseUrl)
  await mkdir(home, { recursive: true, mode: 0o700 })
  const lock = await takeFolder(home)
  try {
    const work = join(home, restoringFolder)
    await stopLeftEmbedded({ home: work, log: asked.log })
    await clear(home)
    await mkdir(work, { mode: 0o700 })
    await copyFiles({ ...asked, folder, manifest }, work)
    await fillDatabase({ ...asked, folder, manifest }, work)
    await takePlaces(home, work)
  } finally {
    await lock.close()
  }
  return manifest
}

/** A home that a restoration left half done has nothing but what that restoration put there. */
async function insistEmptyHome(home: string): Promise<void> {
  const names = await readdir(home).catch((error: unknown): string[] => {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  })
  const others = names.filter((name) => !isLock(name))
  if (others.length > 0 && !others.includes(restoringFolder))
    throw new BackupError(`${home} : ce dossier n’est pas vide / this folder is not empty`)
}

/** The file that says which process works in a home, and what becomes of it. */
const isLock = (name: string): boolean => /^owner(\.|$)/.test(name)

async function clear(home: string): Promise<void> {
  const names = (await readdir(home)).filter((name) => !isLock(name))
  // The mark goes last: until then a cut leaves a home that is still known to be unfinished.
  names.sort((a, b) => Number(a === restoringFolder) - Number(b === restoringFolder))
  for (const name of names) await rm(join(home, name), { recursive: true, force: true })
}

interface Restoring extends RestoreAsked {
  readonly folder: string
  readonly manifest: Manifest
}

async function copyFiles(
  { folder, manifest, durable = true, onProgress = () => {} }: Restoring,
  work: string,
): Promise<void> {
  let done = 0
  for (const { path, sha256: expected, bytes } of manifest.files) {
    const pieces = await piecesOf(join(folder, filesFolder, path))
    await mkdir(join(work, dirname(path)), { recursive: true, mode: 0o700 })
    const written = pieces && (await writeFlushed(join(work, path), pieces, durable))
    if (written?.sha256 !== expected)
      throw new BackupError(`${path} : changé pendant la copie / changed meanwhile`)
    done += bytes
    onProgress('bytes', done, manifest.total.bytes)
  }
}

async function fillDatabase(asked: Restoring, work: string): Promise<void> {
  const { databaseUrl, log, durable = true } = asked
  const own = databaseUrl === undefined ? await startEmbedded({ home: work, log, durable }) : null
  try {
    const url = own?.url ?? databaseUrl ?? ''
    await load(asked, url)
    await compare(asked.manifest, url)
  } finally {
    await own?.close()
  }
}

async function load({ folder, manifest, log, onProgress = () => {} }: Restoring, url: string): Promise<void> {
  let done = 0
  const known = new Set(manifest.database.tables.map(({ name }) => name))
  await loadDatabase(
    {
      url,
      log,
      onRows: (rows) => {
        done += rows
        onProgress('rows', done, manifest.total.rows)
      },
    },
    {
      ...manifest.database,
      lines: (table) => (known.has(table) ? linesOf(join(folder, tablePath(table))) : undefined),
    },
  )
}

function linesOf(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
}

/** Every table read back: the same rows to the byte. */
async function compare(manifest: Manifest, url: string): Promise<void> {
  const snapshot = await openSnapshot(url)
  try {
    for (const { name, rows, sha256: expected } of manifest.database.tables) {
      const table = snapshot.tables.find((one) => one.name === name)
      const hash = createHash('sha256')
      let found = 0
      if (table !== undefined)
        for await (const piece of snapshot.lines(table)) {
          hash.update(piece.bytes)
          found += piece.rows
        }
      if (found !== rows || hash.digest('hex') !== expected)
        throw new BackupError(`table ${name} : ce qui est restauré diffère / what was restored differs`)
    }
  } finally {
    await snapshot.close()
  }
}

/** The mark goes last: a home that has it is not started on. */
async function takePlaces(home: string, work: string): Promise<void> {
  for (const name of await readdir(work)) await rename(join(work, name), join(home, name))
  await rmdir(work)
}
