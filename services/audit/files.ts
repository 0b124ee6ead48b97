/** Durable files. What these resolve for survives a power cut; what they reject for may or may not be there. */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Flushes the names in a folder. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Makes a folder and its parents; the names of new ones are flushed up to the first that existed. */
export async function makeFolder(path: string, mode = 0o755): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode })
  if (first === undefined) return
  for (let folder = path; folder.length >= first.length; folder = dirname(folder)) {
    await syncFolder(dirname(folder))
  }
}

async function writeNew(path: string, bytes: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Where files that are not finished live: on the same disk as `folder`, never mistaken for part of the log. */
export const unfinished = 'tmp'

/** Replaces one file: temporary, flush, rename, flush of the folder. Readers see the old bytes or the new, never a mixture. */
export async function replaceFile(
  path: string,
  bytes: string | Uint8Array,
  { temp = dirname(path), mode = 0o644 }: { temp?: string; mode?: number } = {},
): Promise<void> {
  const draft = join(temp, `${randomUUID()}.tmp`)
  await writeNew(draft, bytes, mode)
  await rename(draft, path)
  await syncFolder(dirname(path))
}

/** Replaces many files of a shard, flushing each folder once. No order is promised among them. */
export async function replaceFiles(
  root: string,
  files: readonly { path: string; bytes: Uint8Array }[],
): Promise<void> {
  const folders = new Set(files.map(({ path }) => dirname(join(root, path))))
  for (const folder of folders) await makeFolder(folder)
  // One after the other: side by side they would hold every thread that the journal needs for its next flush.
  for (const { path, bytes } of files) {
    const draft = join(root, unfinished, `${randomUUID()}.tmp`)
    await writeNew(draft, bytes, 0o644)
    await rename(draft, join(root, path))
  }
  for (const folder of folders) await syncFolder(folder)
}

/** The bytes of a file, null when there is none. Any other error is thrown. */
export async function readIfPresent(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR'
}

/** The code of an error of the system, such as ENOSPC. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined
}
