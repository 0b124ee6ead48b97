import { copyFile, link, mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../kernel/hash.ts'
import { filesOf, type Mount } from './engine.ts'

/**
 * A folder that a warm process can read, in which each call finds the public files that it needs and no others: its box was
 * closed before anybody knew which. They are links, so that nothing is copied where one disk holds both.
 */
export interface Window {
  readonly folder: string
  readonly scratch: string
  /** The same relations, over files of the folder. */
  show(mounts: readonly Mount[]): Promise<readonly Mount[]>
  close(): Promise<void>
}

/** Opens one below an existing folder; `close` removes it. */
export async function openWindow(parent: string): Promise<Window> {
  const own = await mkdtemp(join(parent, 'process-'))
  const folder = join(own, 'public')
  const scratch = join(own, 'answers')
  for (const path of [folder, scratch]) await mkdir(path, { mode: 0o700 })
  let shown = new Map<string, string>()
  return {
    folder,
    scratch,
    async show(mounts) {
      const wanted = new Map<string, string>()
      for (const file of filesOf(mounts)) wanted.set(file, join(folder, await nameOf(file)))
      const names = new Set(wanted.values())
      for (const path of shown.values()) if (!names.has(path)) await rm(path, { force: true })
      const kept = new Set(shown.values())
      shown = new Map()
      for (const [file, path] of wanted) {
        if (!kept.has(path)) await linkOrCopy(file, path)
        shown.set(file, path)
      }
      return mounts.map((mount) => ({ ...mount, file: wanted.get(mount.file) ?? '' }))
    },
    close: () => rm(own, { recursive: true, force: true }),
  }
}

/** Another file under the same path is another name. */
async function nameOf(file: string): Promise<string> {
  const { ino, size, mtimeMs } = await stat(file)
  return `${sha256(JSON.stringify([file, ino, size, mtimeMs]))}.parquet`
}

async function linkOrCopy(file: string, path: string): Promise<void> {
  try {
    await link(file, path)
  } catch {
    // Another disk, or one without links.
    await copyFile(file, path)
  }
}
