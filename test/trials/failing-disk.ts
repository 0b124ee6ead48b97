/**
 * A disk that fails once, at a call that is chosen by its number, and that forgets what was not flushed: after a failed flush
 * the bytes since the last good one are gone, after a power cut also the names that no flush of their folder has kept.
 */
import { readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Disk, type DiskFile, systemDisk } from '../../services/audit/disk.ts'

export const faults = ['EIO', 'ENOSPC', 'EINTR', 'short', 'cut'] as const
/**
 * An error of the system, a write that takes half of its bytes and no power once a caller has been answered after it, or no power
 * from this call on.
 */
export type Fault = (typeof faults)[number]

export interface Failure {
  /** Number of the call, from 0. */
  readonly at: number
  readonly fault: Fault
}

interface Unflushed {
  path: string
  written: number
  flushed: number
}

interface Name {
  readonly folder: string
  readonly undo: () => Promise<void>
}

function failed(code: string): Error {
  return Object.assign(new Error(`injected: ${code}`), { code })
}

export class FailingDisk implements Disk {
  readonly #failure: Failure | undefined
  readonly #contents: Unflushed[] = []
  #names: Name[] = []
  #isCut = false
  /** What was asked for, call after call, such as `datasync`. */
  readonly calls: string[] = []
  /** What was asked for when it failed; undefined while it has not. */
  hit: string | undefined
  /** Whether a call was rejected: a short write is none. */
  isFailed = false

  constructor(failure?: Failure) {
    this.#failure = failure
  }

  /**
   * Is told that a caller was answered. After a short write the power goes at once: later the tree would hold the entry as well,
   * and nobody would miss what the journal lacks.
   */
  answered(): void {
    if (this.hit !== undefined && this.#failure?.fault === 'short') this.#isCut = true
  }

  /** What a power cut leaves: contents and names as they were flushed. Nothing may use the disk any more. */
  async lose(): Promise<void> {
    this.#isCut = true
    for (const { undo } of this.#names.reverse()) await undo().catch(() => undefined)
    for (const content of this.#contents) await this.#drop(content)
  }

  readFile = (path: string) => this.#call('readFile', () => systemDisk.readFile(path))
  readdir = (path: string) => this.#call('readdir', () => systemDisk.readdir(path))
  stat = (path: string) => this.#call('stat', () => systemDisk.stat(path))
  truncate = (path: string, length: number) => this.#call('truncate', () => systemDisk.truncate(path, length))
  mkdir: Disk['mkdir'] = (path, options) => this.#call('mkdir', () => systemDisk.mkdir(path, options))

  rm: Disk['rm'] = (path, options) =>
    this.#call('rm', async () => {
      const before = options?.recursive ? null : await readFile(path).catch(() => null)
      await systemDisk.rm(path, options)
      if (before) this.#named(path, () => writeFile(path, before))
    })

  rename = (from: string, to: string) =>
    this.#call('rename', async () => {
      const before = await readFile(to).catch(() => null)
      await systemDisk.rename(from, to)
      const here = this.#contents.filter(({ path }) => path === from)
      for (const content of here) content.path = to
      this.#named(to, async () => {
        await rename(to, from)
        for (const content of here) content.path = from
        if (before) await writeFile(to, before)
      })
    })

  open: Disk['open'] = (path, flags, mode) =>
    this.#call('open', async () => {
      const file = await systemDisk.open(path, flags, mode)
      if (flags === 'r') return this.#folder(file, path)
      if (flags === 'wx') this.#named(path, () => rm(path))
      const size = flags === 'wx' ? 0 : (await readFile(path)).length
      const content = { path, written: size, flushed: size }
      this.#contents.push(content)
      return this.#file(file, content)
    })

  #file(file: DiskFile, content: Unflushed): DiskFile {
    const write = async (bytes: Uint8Array, at: number, length: number) => {
      const { bytesWritten } = await file.write(bytes, at, length)
      content.written += bytesWritten
      return { bytesWritten }
    }
    const flush = async (how: () => Promise<void>) => {
      const { written } = content
      await how()
      content.flushed = Math.max(content.flushed, written)
    }
    const drop = () => this.#drop(content)
    return {
      write: (bytes, at, length) => {
        const half = () => write(bytes, at, Math.ceil(length / 2))
        return this.#call('write', () => write(bytes, at, length), half)
      },
      sync: () => this.#call('sync', () => flush(() => file.sync()), drop),
      datasync: () => this.#call('datasync', () => flush(() => file.datasync()), drop),
      stat: () => this.#call('fstat', () => file.stat()),
      close: () => file.close(),
    }
  }

  #folder(folder: DiskFile, path: string): DiskFile {
    const sync = async () => {
      await folder.sync()
      this.#names = this.#names.filter((name) => name.folder !== path)
    }
    return { ...this.#file(folder, { path, written: 0, flushed: 0 }), sync: () => this.#call('sync', sync) }
  }

  #named(path: string, undo: () => Promise<void>): void {
    this.#names.push({ folder: dirname(path), undo })
  }

  async #drop(content: Unflushed): Promise<void> {
    if (content.written > content.flushed)
      await truncate(content.path, content.flushed).catch(() => undefined)
    content.written = content.flushed
  }

  /** `broken` is what a failing call still does: half a write, or the loss of what was to be flushed. */
  async #call<T>(name: string, run: () => Promise<T>, broken?: () => Promise<T>): Promise<T> {
    const number = this.calls.push(name) - 1
    if (this.#isCut) return this.#reject('EIO')
    if (this.#failure?.at !== number) return run()
    this.hit = name
    const { fault } = this.#failure
    if (fault === 'short') return name === 'write' && broken ? broken() : run()
    if (fault === 'cut') this.#isCut = true
    else await broken?.()
    return this.#reject(fault === 'cut' ? 'EIO' : fault)
  }

  #reject(code: string): never {
    this.isFailed = true
    throw failed(code)
  }
}
