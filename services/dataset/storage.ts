/**
 * Files of deposits and of published versions.
 *
 *     deposits/<deposit>/<file>              a body as it was received
 *     deposits/<deposit>/<file>.part         one that is being received
 *     deposits/<deposit>/scratch/            what the checks write
 *     uploads/<upload>                       one that arrives in pieces: upload-files.ts
 *     deposits/<deposit>/look-<id>/          what a preview writes; a crash leaves it, as 1. below
 *     datasets/<dataset>/v<N>/<table>.parquet, manifest.json
 *
 * What a crash leaves at each step, and who cleans it (`recoverStorage`, at the next start):
 * 1. receiving: a `.part` file, or a whole file that no row names: removed. The former file of the table still stands.
 * 2. checking: a scratch folder: removed, the deposit is checked again from its files.
 * 3. files and manifest flushed, not renamed: still the scratch folder, as 2.
 * 4. renamed, no row yet: a folder v<N> above the last row: removed, as 2. Nobody has read it: versions are found by row.
 * 5. row written: the version stands; the quarantine folder of an ended deposit is removed.
 */
import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { canonical, sha256 } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import { absentIs } from './absent.ts'
import { freeBytesOf, insistRoom } from './disk-room.ts'
import { hashOf } from './integrity.ts'
import { refuseLack } from './lack.ts'

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
  receive(
    deposit: string,
    table: string,
    upload: { readonly body: AsyncIterable<Uint8Array>; readonly limit: number },
  ): Promise<Received>
  /** Gives a file that has arrived elsewhere under the home folder a second name in the quarantine of a deposit. */
  adopt(deposit: string, table: string, path: string): Promise<string>
  /** Removes a received file that nothing names any more. */
  forget(deposit: string, file: string | undefined): Promise<void>
  pathOf(deposit: string, file: string): string
  /** An empty folder for the checks of this deposit; whatever an interrupted check left in it is gone. */
  scratch(deposit: string): Promise<string>
  /** A folder for one look at a file that is not submitted yet; `forget` removes it. */
  lookAt(deposit: string): Promise<{ readonly file: string; readonly folder: string }>
  folderOf(dataset: string, version: number): string
  /** Adds hashes, writes manifest.json, flushes all to disk. Answers the SHA-256 of the manifest. */
  seal(folder: string, manifest: UnsealedManifest): Promise<string>
  /** Gives a sealed folder its final place by one rename. */
  publish(folder: string, version: { readonly dataset: string; readonly version: number }): Promise<void>
  /** Removes the files of a version that was withdrawn. Done again, it finds nothing to do. */
  destroy(dataset: string, version: number): Promise<void>
  /** Removes all files of a deposit that has its verdict. */
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
  /** Free bytes of the disk; for tests. */
  readonly freeBytes?: () => Promise<number>
}

export function openDepositStorage({ home, freeBytes }: DepositStorageOptions): DepositStorage {
  // Workers stand in another folder: every path is absolute.
  const deposits = join(resolve(home), 'deposits')
  const datasets = join(resolve(home), 'datasets')
  const insist = () => insistRoom(freeBytes ?? (() => freeBytesOf(deposits)))
  const pathOf = (deposit: string, file: string) => join(deposits, deposit, file)
  const folderOf = (dataset: string, version: number) => join(datasets, dataset, `v${version}`)
  return {
    pathOf,
    folderOf,
    async receive(deposit, table, upload) {
      const file = `${table}-${randomUUID()}`
      const folder = join(deposits, deposit)
      await mkdir(folder, { recursive: true, mode: 0o700 }).catch(refuseLack)
      const received = await writeBody(join(folder, `${file}.part`), upload, insist).catch(refuseLack)
      await rename(join(folder, `${file}.part`), join(folder, file))
      await syncFolder(folder)
      return { file, ...received }
    },
    async adopt(deposit, table, path) {
      const file = `${table}-${randomUUID()}`
      const folder = join(deposits, deposit)
      await mkdir(folder, { recursive: true, mode: 0o700 }).catch(refuseLack)
      await link(path, join(folder, file)).catch(refuseLack)
      await syncFolder(folder)
      return file
    },
    async forget(deposit, file) {
      if (file !== undefined) await rm(pathOf(deposit, file), { recursive: true, force: true })
    },
    async lookAt(deposit) {
      const file = `look-${randomUUID()}`
      const folder = pathOf(deposit, file)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      return { file, folder }
    },
    async scratch(deposit) {
      const folder = pathOf(deposit, 'scratch')
      await rm(folder, { recursive: true, force: true })
      await mkdir(folder, { recursive: true, mode: 0o700 })
      return folder
    },
    seal,
    async publish(folder, { dataset, version }) {
      const target = folderOf(dataset, version)
      await mkdir(dirname(target), { recursive: true, mode: 0o700 })
      await rename(folder, target)
      await syncFolder(dirname(target))
      await syncFolder(datasets)
    },
    async destroy(dataset, version) {
      const folder = folderOf(dataset, version)
      await rm(folder, { recursive: true, force: true })
      await syncFolder(dirname(folder)).catch(absentIs(undefined))
    },
    async discard(deposit) {
      await rm(join(deposits, deposit), { recursive: true, force: true })
    },
    async recover(known) {
      await recoverVersions(datasets, known)
      await recoverDeposits(deposits, known)
    },
  }
}

/** Bytes between two looks at the room that is left. */
const lookBytes = 32 * 1024 ** 2

/** Writes a body to a new file and flushes it. A body that breaks off or is too long leaves no file. */
async function writeBody(
  path: string,
  { body, limit }: { readonly body: AsyncIterable<Uint8Array>; readonly limit: number },
  insist: () => Promise<void>,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let [bytes, looked] = [0, 0]
  await insist()
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength
      if (bytes > limit) throw new Refusal('TOO_LARGE', { rule: 'deposit.size' })
      hash.update(chunk)
      await file.writeFile(chunk)
      if (bytes - looked < lookBytes) continue
      looked = bytes
      await insist()
    }
    await file.sync()
  } catch (error) {
    await file.close()
    await rm(path, { force: true })
    throw error
  }
  await file.close()
  return { bytes, sha256: hash.digest('hex') }
}

async function seal(folder: string, manifest: UnsealedManifest): Promise<string> {
  const tables: ManifestTable[] = []
  for (const table of manifest.tables) {
    tables.push({ ...table, sha256: await hashOf(join(folder, table.file)) })
    await syncFile(join(folder, table.file))
  }
  const text = canonical({ ...manifest, tables })
  const file = await open(join(folder, 'manifest.json'), 'wx', 0o600)
  await file.writeFile(text)
  await file.sync()
  await file.close()
  await syncFolder(folder)
  return sha256(text)
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  await file.sync()
  await file.close()
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

async function recoverDeposits(deposits: string, { files }: Known): Promise<void> {
  for (const deposit of await foldersIn(deposits)) {
    const kept = await files(deposit)
    if (kept === null) await rm(join(deposits, deposit), { recursive: true, force: true })
    for (const name of kept === null ? [] : await readdir(join(deposits, deposit))) {
      if (!kept?.includes(name)) await rm(join(deposits, deposit, name), { recursive: true, force: true })
    }
  }
}
