/**
 * Durable files. What these resolve for survives a power cut; what they reject for may or may not be there. No error is tried
 * again: libuv repeats a call that a signal interrupted, so an EINTR that comes this far is as final as an EIO.
 */
import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import { type Disk, type DiskFile, systemDisk } from './disk.ts'

/** Where files that are not finished live: on the same disk as the log, never mistaken for part of it. */
export const unfinished = 'tmp'

export class Files {
  readonly disk: Disk

  constructor(disk: Disk) {
    this.disk = disk
  }

  /** Flushes the names in a folder. */
  async syncFolder(path: string): Promise<void> {
    await this.#with(path, { flags: 'r' }, (folder) => folder.sync())
  }

  /** Makes a folder and its parents; the names of new ones are flushed up to the first that existed. */
  async makeFolder(path: string, mode = 0o755): Promise<void> {
    const first = await this.disk.mkdir(path, { recursive: true, mode })
    if (first === undefined) return
    for (let folder = path; folder.length >= first.length; folder = dirname(folder)) {
      await this.syncFolder(dirname(folder))
    }
  }

  /** Replaces one file: temporary, flush, rename, flush of the folder. Readers see the old bytes or the new, never a mixture. */
  async replace(
    path: string,
    bytes: string | Uint8Array,
    { temp = dirname(path), mode = 0o644 }: { temp?: string; mode?: number } = {},
  ): Promise<void> {
    const draft = join(temp, `${randomUUID()}.tmp`)
    await this.#writeNew(draft, bytes, mode)
    await this.disk.rename(draft, path)
    await this.syncFolder(dirname(path))
  }

  /** Replaces many files of a shard, flushing each folder once. No order is promised among them. */
  async replaceAll(root: string, files: readonly { path: string; bytes: Uint8Array }[]): Promise<void> {
    const folders = new Set(files.map(({ path }) => dirname(join(root, path))))
    for (const folder of folders) await this.makeFolder(folder)
    // One after the other: side by side they would hold every thread that the journal needs for its next flush.
    for (const { path, bytes } of files) {
      const draft = join(root, unfinished, `${randomUUID()}.tmp`)
      await this.#writeNew(draft, bytes, 0o644)
      await this.disk.rename(draft, join(root, path))
    }
    for (const folder of folders) await this.syncFolder(folder)
  }

  /** Appends to a file, made when there is none; its folder exists when this resolves, and its name is flushed. */
  async append(path: string, bytes: Uint8Array): Promise<void> {
    await this.makeFolder(dirname(path))
    await this.#with(path, { flags: 'a' }, (file) => writeThrough(file, bytes))
    await this.syncFolder(dirname(path))
  }

  /** The bytes of a file, null when there is none. Any other error is thrown. */
  async readIfPresent(path: string): Promise<Buffer | null> {
    try {
      return await this.disk.readFile(path)
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }

  #writeNew(path: string, bytes: string | Uint8Array, mode: number): Promise<void> {
    const whole = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
    return this.#with(path, { flags: 'wx', mode }, (file) => writeThrough(file, whole))
  }

  async #with(
    path: string,
    { flags, mode = 0o600 }: { flags: 'r' | 'a' | 'wx'; mode?: number },
    use: (file: DiskFile) => Promise<void>,
  ): Promise<void> {
    const file = await this.disk.open(path, flags, mode)
    try {
      await use(file)
    } finally {
      await file.close()
    }
  }
}

export const systemFiles = new Files(systemDisk)

/** A folder and the disk that it is on. */
export interface Folder {
  readonly folder: string
  readonly files: Files
}

/** Writes all of it: a short write goes on where it stopped, one that takes nothing is an error. */
export async function writeAll(file: DiskFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at)
    if (bytesWritten === 0) throw Object.assign(new Error('the disk takes nothing'), { code: 'ENOSPC' })
    at += bytesWritten
  }
}

async function writeThrough(file: DiskFile, bytes: Uint8Array): Promise<void> {
  await writeAll(file, bytes)
  await file.sync()
}

/** Whether there is no file of that name. */
export function isMissing(error: unknown): boolean {
  return errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR'
}

/** The code of an error of the system, such as ENOSPC. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined
}
