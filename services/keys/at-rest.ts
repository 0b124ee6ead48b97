/**
 * Folders of the home whose files are sealed, and their opened copies in the clear area. Each folder has a data key of its own; each
 * file is sealed as what it is and lies as `<file>.sealed`. Whoever opens a folder holds it; when nobody does, its copy is removed.
 *
 *     <home>/…/<folder>/<file>.sealed               on disk
 *     <clear area>/<kind>/<of>/<version>/<file>     the same while somebody reads it
 *     work/<uuid>/ beside the kinds                 what is being made and is not sealed yet
 */
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Refusal } from '../kernel/refusal.ts'
import { hasCode } from '../kernel/system-error.ts'
import { type FileContext, SealedDamaged, type Sealing } from './chunks.ts'
import type { ClearArea } from './clear-area.ts'
import { Copies, type Opened } from './copies.ts'
import type { KeyName } from './key-name.ts'
import type { Keyring } from './keyring.ts'
import { type Measured, measuring, openSealed, readSealed, writeSealed } from './sealed-file.ts'
import { openTransform, sealTransform } from './transforms.ts'

/** A folder on disk, and what it is: moved it stays the same, but what is copied to another place opens nothing there. */
export interface SealedPlace extends Omit<FileContext, 'file'> {
  readonly folder: string
}

type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export interface AtRest {
  /** Where the opened files of a place lie, whether it is open or not. */
  clearOf(place: SealedPlace): string
  /** An empty folder of the clear area; closing it removes it. UNAVAILABLE when there is no room. */
  work(): Promise<Opened>
  /** Seals bytes as they come, on disk when it resolves; a failure leaves no file. The folder is for the caller to flush. */
  seal(place: SealedPlace, file: string, bytes: Bytes): Promise<Measured>
  /** Puts a small file in the place of the one that may be there, in one step. */
  write(place: SealedPlace, file: string, bytes: Uint8Array): Promise<void>
  /** A small file. Rejects with ENOENT, SealedDamaged. */
  read(place: SealedPlace, file: string): Promise<Buffer>
  /** Removes a sealed file; nothing where there is none. */
  remove(place: SealedPlace, file: string): Promise<void>
  /** The plain bytes as they are proved; one that ends with SealedDamaged was not the file. */
  stream(place: SealedPlace, file: string): AsyncIterable<Uint8Array>
  /**
   * Opens files of a place; what is open already and lies on disk as it did is not opened again. SealedDamaged when one is gone or is
   * not what was sealed; UNAVAILABLE when the clear area has no room. Nothing half opened is left.
   */
  open(place: SealedPlace, files: readonly string[]): Promise<Opened>
  /** Removes the opened copy, whoever holds it. */
  shut(place: SealedPlace): Promise<void>
  /** The same, and destroys the key: from here on every copy of the sealed files leads to nothing. */
  destroy(place: SealedPlace): Promise<void>
  /** `destroy` of all places of one kind that something has. */
  destroyAll(what: Pick<SealedPlace, 'kind' | 'of'>): Promise<void>
}

const ending = '.sealed'
/** As what a file lies on disk. */
export const sealedName = (file: string): string => file + ending

/** The file that lies so on disk; undefined for what is not sealed. */
export function unsealedName(name: string): string | undefined {
  return name.endsWith(ending) ? name.slice(0, -ending.length) : undefined
}

function keyOf({ kind, of, version }: Omit<SealedPlace, 'folder'>): KeyName {
  return { kind, id: `${of}/${version}` }
}

const pathOf = ({ folder }: SealedPlace, file: string) => join(folder, sealedName(file))

interface AtRestNeeds {
  readonly keyring: Pick<Keyring, 'of' | 'find' | 'destroy' | 'destroyAll'>
  readonly clear: Pick<ClearArea, 'path' | 'folder' | 'remove'>
}

export function openAtRest({ keyring, clear }: AtRestNeeds): AtRest {
  const copies = new Copies(clear)
  const keys = sealingBy(keyring)
  const shut = (place: SealedPlace) => copies.shut((name) => name === copyName(place))
  return {
    shut,
    clearOf: (place) => join(clear.path, copyName(place)),
    async work() {
      const name = `work/${randomUUID()}`
      const folder = await clear.folder(name).catch(fullIsRefused)
      return { folder, close: () => clear.remove(name) }
    },
    async seal(place, file, bytes) {
      return sealInto(pathOf(place, file), bytes, await keys.toSeal(place, file))
    },
    async write(place, file, bytes) {
      await writeSealed(pathOf(place, file), bytes, await keys.toSeal(place, file))
    },
    async read(place, file) {
      return readSealed(pathOf(place, file), await keys.toOpen(place, file))
    },
    remove: (place, file) => rm(pathOf(place, file), { force: true }),
    async *stream(place, file) {
      const proved = openTransform(await keys.toOpen(place, file))
      // Whoever reads `proved` is told of the same failure.
      pipeline(createReadStream(pathOf(place, file)), proved).catch(() => undefined)
      yield* proved
    },
    open(place, files) {
      const sealed = files.map((file) => ({
        path: pathOf(place, file),
        async bring(folder: string) {
          const to = join(folder, `${file}.${randomUUID()}`)
          await openSealed({ from: pathOf(place, file), to, ...(await keys.toOpen(place, file)) })
          await rename(to, join(folder, file))
        },
      }))
      return copies.open(copyName(place), sealed).catch(goneIsDamaged)
    },
    async destroy(place) {
      await shut(place)
      await keyring.destroy(keyOf(place))
    },
    async destroyAll({ kind, of }) {
      await copies.shut((name) => name.startsWith(`${kind}/${of}/`))
      await keyring.destroyAll({ kind, id: of })
    },
  }
}

function copyName({ kind, of, version }: SealedPlace): string {
  return `${kind}/${of}/${version}`
}

/** Under which key a file is sealed and opened, and as what. */
function sealingBy(keyring: AtRestNeeds['keyring']) {
  const contextOf = ({ kind, of, version }: SealedPlace, file: string) => ({ kind, of, version, file })
  return {
    async toSeal(place: SealedPlace, file: string): Promise<Sealing> {
      return { key: await keyring.of(keyOf(place)), context: contextOf(place, file) }
    },
    async toOpen(place: SealedPlace, file: string): Promise<Sealing> {
      const key = await keyring.find(keyOf(place))
      if (key === null) throw new SealedDamaged('a sealed file whose key was destroyed')
      return { key, context: contextOf(place, file) }
    },
  }
}

async function sealInto(to: string, bytes: Bytes, sealing: Sealing): Promise<Measured> {
  const { measure, measured } = measuring()
  const file = await open(to, 'wx', 0o600)
  try {
    const target = file.createWriteStream({ flush: true })
    await pipeline([Readable.from(bytes), measure, sealTransform(sealing), target])
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(to, { force: true })
    throw error
  }
  return measured()
}

function fullIsRefused(error: unknown): never {
  throw hasCode(error, 'ENOSPC', 'EDQUOT', 'ENOMEM')
    ? new Refusal('UNAVAILABLE', { rule: 'clear.full' }, { cause: error })
    : error
}

function goneIsDamaged(error: unknown): never {
  if (hasCode(error, 'ENOENT')) throw new SealedDamaged('a sealed file that is gone', { cause: error })
  return fullIsRefused(error)
}
