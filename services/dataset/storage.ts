/**
 * Files of deposits and of published versions, all of them sealed (keys/at-rest.ts); a file is plain in the clear area alone, while
 * its checks run.
 *
 *     deposits/<deposit>/<file>.sealed       a body as it was received, or as far as it has come
 *     deposits/<deposit>/scratch/            a version on its way: sealed tables, manifest.json
 *     uploads/<upload>/                      one that arrives in pieces: upload-files.ts
 *     datasets/<dataset>/v<N>/<table>.parquet.sealed, manifest.json
 *
 * What a crash leaves at each step, and who cleans it (`recoverStorage`, at the next start; the clear area is emptied before):
 * 1. receiving: a file that no row names, whole or not: removed. The former file of the table still stands.
 * 2. checking, or looking at a file: nothing on the disk; the deposit is checked again from its files.
 * 3. tables sealed and manifest flushed, not renamed: still the scratch folder: removed, and checked again as 2.
 * 4. renamed, no row yet: a folder v<N> above the last row: removed, as 2. Nobody has read it: versions are found by row.
 * 5. row written: the version stands; the quarantine folder of an ended deposit is removed.
 * The data key of a version that was not reached stands until the next attempt, which seals under it; it has sealed nothing else.
 */
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { canonical, sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type AtRest, type SealedPlace, unsealedName } from '../keys/at-rest.ts'
import type { Opened } from '../keys/copies.ts'
import { absentIs } from './absent.ts'
import type { VersionRow } from './deposit-register.ts'
import { freeBytesOf, insistRoom } from './disk-room.ts'
import { openVersion } from './integrity.ts'
import { refuseLack } from './lack.ts'
import { placesIn, versionPlace } from './places.ts'

export interface Received {
  readonly file: string
  readonly bytes: number
  readonly sha256: string
}

/** One table of a version, as manifest.json says it. */
interface ManifestTable {
  readonly name: string
  readonly file: string
  readonly rows: number
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly sha256: string
}

export interface Manifest {
  readonly format: 1
  readonly dataset: string
  readonly version: number
  readonly deposit: string
  readonly descriptor: string
  readonly tables: readonly ManifestTable[]
  /** The list of opt-outs whose persons were left out; absent where nobody of the domain has objected. */
  readonly optOuts?: { readonly version: number }
  /** SHA-256 of the deposit contract under which it came. */
  readonly contract?: string
  /** What the holder signed over this deposit, and the SHA-256 of it. */
  readonly signed?: { readonly sha256: string; readonly jws: string }
  /** The files as received: hash of the body and how it was understood. */
  readonly sources: readonly {
    readonly table: string
    readonly sha256: string
    readonly bytes: number
    readonly reading: unknown
  }[]
}

export interface DepositStorage {
  /** Seals a body as it comes. UNAVAILABLE, TOO_LARGE: then, as after one that breaks off, there is no file. */
  receive(
    deposit: string,
    table: string,
    upload: { readonly body: AsyncIterable<Uint8Array>; readonly limit: number },
  ): Promise<Received>
  /** Removes a received file that nothing names any more. */
  forget(deposit: string, file: string | undefined): Promise<void>
  /** Opens received files of a deposit, until what it answers is closed. */
  open(deposit: string, files: readonly string[]): Promise<Opened>
  /** An empty folder of the clear area for the checks of this deposit; what a check before has left is gone. */
  scratch(deposit: string): Promise<string>
  /** Removes it, and what was sealed from it and not published. */
  clean(deposit: string): Promise<void>
  /** A folder of the clear area for one look at a file that is not submitted yet. */
  lookAt(): Promise<Opened>
  folderOf(dataset: string, version: number): string
  /** Opens the tables of a version. UNAVAILABLE when they are not those that were published. */
  openVersion(version: VersionRow): Promise<Opened>
  /** Seals the tables of a folder of the clear area, writes manifest.json, flushes all to disk. Answers the SHA-256 of the manifest. */
  seal(folder: string, manifest: UnsealedManifest): Promise<string>
  /** Gives what was sealed of a deposit its final place by one rename. */
  publish(deposit: string, version: { readonly dataset: string; readonly version: number }): Promise<void>
  /** Destroys the key of a version that was withdrawn, and removes its files. Done again, it finds nothing to do. */
  destroy(dataset: string, version: number): Promise<void>
  /** The same for all files of a deposit that has its verdict. */
  discard(deposit: string): Promise<void>
  /** Removes what a crash left; see the head of this file. */
  recover(known: Known): Promise<void>
}

export type UnsealedManifest = Omit<Manifest, 'tables'> & {
  readonly tables: readonly Omit<ManifestTable, 'sha256'>[]
}

/** What the register says, against which the folders are compared. */
interface Known {
  /** Last version of each dataset; a dataset without one is absent. */
  readonly versions: ReadonlyMap<string, number>
  /** Files of the deposits that have no verdict yet, by deposit. */
  readonly files: (deposit: string) => Promise<readonly string[] | null>
}

interface DepositStorageOptions {
  readonly home: string
  readonly atRest: AtRest
  /** Free bytes of the disk; for tests. */
  readonly freeBytes?: () => Promise<number>
}

export function openDepositStorage({ home, atRest, freeBytes }: DepositStorageOptions): DepositStorage {
  // Workers stand in another folder: every path is absolute.
  const deposits = join(resolve(home), 'deposits')
  const datasets = join(resolve(home), 'datasets')
  const insist = () => insistRoom(freeBytes ?? (() => freeBytesOf(deposits)))
  const folderOf = (dataset: string, version: number) => join(datasets, dataset, `v${version}`)
  const { deposit: placeOf } = placesIn(home)
  const sealedOf = (deposit: string) => join(deposits, deposit, 'scratch')
  const scratches = new Map<string, Opened>()
  const clean = async (deposit: string) => {
    await scratches.get(deposit)?.close()
    scratches.delete(deposit)
    await rm(sealedOf(deposit), { recursive: true, force: true })
  }
  return {
    folderOf,
    clean,
    openVersion: (row) => openVersion(atRest, { ...row, folder: folderOf(row.dataset, row.version) }),
    async receive(deposit, table, upload) {
      const file = `${table}-${randomUUID()}`
      const place = placeOf(deposit)
      await mkdir(place.folder, { recursive: true, mode: 0o700 }).catch(refuseLack)
      await insist()
      const received = await atRest.seal(place, file, watched(upload, insist)).catch(refuseLack)
      await syncFolder(place.folder)
      return { file, ...received }
    },
    async forget(deposit, file) {
      if (file !== undefined) await atRest.remove(placeOf(deposit), file)
    },
    open: (deposit, files) => atRest.open(placeOf(deposit), files),
    async scratch(deposit) {
      await clean(deposit)
      const opened = await atRest.work()
      scratches.set(deposit, opened)
      return opened.folder
    },
    lookAt: () => atRest.work(),
    async seal(folder, manifest) {
      const place = versionPlace(manifest, sealedOf(manifest.deposit))
      await rm(place.folder, { recursive: true, force: true })
      await mkdir(place.folder, { mode: 0o700 })
      return sealVersion(atRest, place, { folder, manifest })
    },
    async publish(deposit, { dataset, version }) {
      const target = folderOf(dataset, version)
      await mkdir(dirname(target), { recursive: true, mode: 0o700 })
      await rename(sealedOf(deposit), target)
      await syncFolder(dirname(target))
      await syncFolder(datasets)
    },
    async destroy(dataset, version) {
      const folder = folderOf(dataset, version)
      await atRest.destroy(versionPlace({ dataset, version }, folder))
      await rm(folder, { recursive: true, force: true })
      await syncFolder(dirname(folder)).catch(absentIs(undefined))
    },
    async discard(deposit) {
      await clean(deposit)
      await atRest.destroy(placeOf(deposit))
      await rm(join(deposits, deposit), { recursive: true, force: true })
    },
    async recover(known) {
      await recoverVersions(datasets, known)
      await recoverDeposits(deposits, { known, destroy: (deposit) => atRest.destroy(placeOf(deposit)) })
    },
  }
}

/** Bytes between two looks at the room that is left. */
const lookBytes = 32 * 1024 ** 2

/** A body that is not too long, while there is room for it. */
async function* watched(
  { body, limit }: { readonly body: AsyncIterable<Uint8Array>; readonly limit: number },
  insist: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let [bytes, looked] = [0, 0]
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > limit) throw new Refusal('TOO_LARGE', { rule: 'deposit.size' })
    yield chunk
    if (bytes - looked < lookBytes) continue
    looked = bytes
    await insist()
  }
}

interface ToSeal {
  readonly folder: string
  readonly manifest: UnsealedManifest
}

async function sealVersion(
  atRest: AtRest,
  place: SealedPlace,
  { folder, manifest }: ToSeal,
): Promise<string> {
  const tables: ManifestTable[] = []
  for (const table of manifest.tables) {
    const plain = createReadStream(join(folder, table.file))
    const { sha256: hash } = await atRest.seal(place, table.file, plain)
    tables.push({ ...table, sha256: hash })
  }
  const text = canonical({ ...manifest, tables })
  const file = await open(join(place.folder, 'manifest.json'), 'wx', 0o600)
  await file.writeFile(text)
  await file.sync()
  await file.close()
  await syncFolder(place.folder)
  return sha256(text)
}

/** A rename is on disk when the folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  await folder.sync()
  await folder.close()
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(absentIs([]))
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
}

async function recoverVersions(datasets: string, { versions }: Known): Promise<void> {
  for (const dataset of await foldersIn(datasets)) {
    const last = versions.get(dataset) ?? 0
    for (const folder of await foldersIn(join(datasets, dataset))) {
      const version = Number(/^v(\d+)$/.exec(folder)?.[1] ?? Number.POSITIVE_INFINITY)
      if (version > last) await rm(join(datasets, dataset, folder), { recursive: true, force: true })
    }
  }
}

interface Recovering {
  readonly known: Known
  readonly destroy: (deposit: string) => Promise<void>
}

async function recoverDeposits(deposits: string, { known, destroy }: Recovering): Promise<void> {
  for (const deposit of await foldersIn(deposits)) {
    const folder = join(deposits, deposit)
    const kept = await known.files(deposit)
    for (const name of kept === null ? [] : await readdir(folder)) {
      const file = unsealedName(name)
      if (file === undefined || !kept?.includes(file))
        await rm(join(folder, name), { recursive: true, force: true })
    }
    if (kept !== null) continue
    await destroy(deposit)
    await rm(folder, { recursive: true, force: true })
  }
}
