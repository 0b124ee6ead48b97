/** The folder of a backup while it is being written: every file hashed as it passes and on the disk before it counts. */
import { createHash } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sha256 } from '../../kernel/hash.ts'
import { hasCode } from '../../kernel/system-error.ts'
import { BackupError, filesFolder, manifestFile, tablesFolder, unfinishedFile } from './manifest.ts'

export interface Written {
  readonly bytes: number
  readonly sha256: string
}

export interface Target {
  /** Writes one file, below the folder; one that is there already is replaced. */
  put(path: string, bytes: Uint8Array): Promise<Written>
  /** The same from pieces. */
  write(path: string, pieces: AsyncIterable<Uint8Array>): Promise<Written>
  /** Makes the folder a backup: the manifest appears under its name, whole, after everything else is on the disk. */
  finish(manifest: string): Promise<void>
}

interface TargetOptions {
  readonly folder: string
  /** False where the copy may be lost, as in tests: nothing is flushed. */
  readonly durable?: boolean
}

/**
 * Takes a folder that is absent, empty, or left behind by a backup that was interrupted, which is done again from its beginning.
 * BackupError for any other.
 */
export async function openTarget({ folder, durable = true }: TargetOptions): Promise<Target> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const names = await readdir(folder)
  if (names.includes(manifestFile))
    throw new BackupError(`${folder} : une sauvegarde complète est déjà là / a whole backup is there already`)
  if (names.length > 0 && !names.includes(unfinishedFile))
    throw new BackupError(`${folder} : ce dossier n’est pas vide / this folder is not empty`)
  await writeFile(join(folder, unfinishedFile), '', { mode: 0o600 })
  for (const name of [filesFolder, tablesFolder])
    await rm(join(folder, name), { recursive: true, force: true })
  return targetAt(folder, durable)
}

function targetAt(folder: string, durable: boolean): Target {
  const folders = new Set<string>([folder])
  const makeFolder = async (path: string): Promise<void> => {
    if (folders.has(path)) return
    await makeFolder(dirname(path))
    await mkdir(path, { recursive: true, mode: 0o700 })
    folders.add(path)
  }
  const write = async (path: string, pieces: AsyncIterable<Uint8Array>) => {
    const full = join(folder, path)
    await makeFolder(dirname(full))
    return writeFlushed(full, pieces, durable)
  }
  return {
    write,
    put: (path, bytes) => write(path, once(bytes)),
    async finish(manifest) {
      const draft = join(folder, `${manifestFile}.tmp`)
      await writeFlushed(draft, once(Buffer.from(manifest)), durable)
      if (durable) for (const path of folders) await flushFolder(path)
      await rename(draft, join(folder, manifestFile))
      await rm(join(folder, unfinishedFile), { force: true })
      if (durable) for (const path of [folder, dirname(folder)]) await flushFolder(path)
    },
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Writes pieces to a file, readable by its owner only. */
export async function writeFlushed(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  durable: boolean,
): Promise<Written> {
  const hash = createHash('sha256')
  let bytes = 0
  const file = await open(path, 'w', 0o600)
  try {
    for await (const piece of pieces) {
      hash.update(piece)
      bytes += piece.byteLength
      await file.writeFile(piece)
    }
    if (durable) await file.datasync()
  } finally {
    await file.close()
  }
  return { bytes, sha256: hash.digest('hex') }
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  await folder.sync().finally(() => folder.close())
}

/** Bytes and SHA-256 of a file as it is; null when there is none. */
export async function measured(path: string): Promise<(Written & { readonly lines: number }) | null> {
  const pieces = await piecesOf(path)
  if (pieces === null) return null
  const hash = createHash('sha256')
  let [bytes, lines] = [0, 0]
  for await (const piece of pieces) {
    hash.update(piece)
    bytes += piece.byteLength
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) lines += 1
  }
  return { bytes, lines, sha256: hash.digest('hex') }
}

/** The bytes of a file from its beginning; null when it is gone. It stays whole for its reader, whoever removes it meanwhile. */
export async function piecesOf(path: string): Promise<AsyncIterable<Buffer> | null> {
  try {
    const file = await open(path, 'r')
    return file.createReadStream()
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null
    throw error
  }
}

/** SHA-256 of a manifest, as the log and the operator name a backup. */
export const nameOf = (manifest: string): string => sha256(manifest)

/** Bytes of files that are there, for showing progress. */
export async function bytesOf(home: string, paths: readonly string[]): Promise<number> {
  let total = 0
  for (const path of paths) total += (await stat(join(home, path)).catch(() => null))?.size ?? 0
  return total
}
