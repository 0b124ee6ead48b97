/**
 * Where plain files lie while an engine reads them: folders in memory (tmpfs), never on the disk that holds the sealed ones. See
 * docs/decisions/0019-clear-area.md.
 */
import { lstat, mkdir, readdir, rm, statfs } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { sha256 } from '../kernel/hash.ts'
import type { Closable } from '../kernel/id.ts'
import { hasCode } from '../kernel/system-error.ts'

export interface ClearArea extends Closable {
  /** In memory, on the encrypted volume that the operator declared, or, in a demo that has neither, in the home. */
  readonly kind: 'memory' | 'volume' | 'home'
  /** Absolute. */
  readonly path: string
  /** An own folder of mode 0700, made if absent. A name is one or more short words with slashes between. */
  folder(name: string): Promise<string>
  /** Removes such a folder and all in it; nothing where there is none. */
  remove(name: string): Promise<void>
  /** Bytes that are free. */
  room(): Promise<number>
  /** Removes everything, as after a crash. */
  sweep(): Promise<void>
}

export interface ClearPlace {
  readonly home: string
  /** A folder on an encrypted volume, by the word of the operator. */
  readonly volume?: string
  /** Where memory is mounted; for tests. */
  readonly memory?: string
}

/** Of a demo: below this, memory is left to the rest of the machine. */
const leastMemory = 256 * 1024 ** 2

const tmpfs = 0x01021994

/** Why memory cannot be used, or null when it can. */
export async function memoryLack(memory = '/dev/shm'): Promise<'absent' | 'not-memory' | 'small' | null> {
  const found = await statfs(memory).catch(() => null)
  if (found === null) return 'absent'
  if (found.type !== tmpfs) return 'not-memory'
  return found.bavail * found.bsize < leastMemory ? 'small' : null
}

/** Takes its folder, empty. The house of this home must be taken already: nobody else has files in it. */
export async function openClearArea(kind: ClearArea['kind'], place: ClearPlace): Promise<ClearArea> {
  const path = pathOf(kind, place)
  await takeOwn(path)
  const sweep = () => removeAllIn(path)
  await sweep()
  const within = (name: string) => {
    if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}(\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}){0,7}$/.test(name))
      throw new TypeError('not the name of a folder of the clear area')
    return join(path, name)
  }
  return {
    kind,
    path,
    sweep,
    async folder(name) {
      const folder = within(name)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      return folder
    },
    remove: (name) => rm(within(name), { recursive: true, force: true }),
    async room() {
      const { bavail, bsize } = await statfs(path)
      return bavail * bsize
    },
    close: () => rm(path, { recursive: true, force: true }),
  }
}

/** One name for one home of one user, so that a start finds what a crash left. */
function pathOf(kind: ClearArea['kind'], { home, volume, memory = '/dev/shm' }: ClearPlace): string {
  if (kind === 'home') return join(resolve(home), 'clear')
  const parent = kind === 'volume' && volume !== undefined ? resolve(volume) : memory
  return join(parent, `huisclos-${process.getuid?.() ?? 0}-${sha256(resolve(home)).slice(0, 16)}`)
}

/** /dev/shm is everybody's: what another user put there under our name is not used. */
async function takeOwn(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error
  })
  const found = await lstat(path)
  const isOwn =
    found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid) && (found.mode & 0o077) === 0
  if (!isOwn) throw new Error(`${path} is not a folder of this user alone`)
}

async function removeAllIn(path: string): Promise<void> {
  for (const name of await readdir(path)) await rm(join(path, name), { recursive: true, force: true })
}
