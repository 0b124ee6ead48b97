/**
 * Makes a backup of a home, while its node runs or not. First an instant of the database, then the log, then the files: each is newer
 * than the one before, which a start reconciles; the other way round a row would know of an entry or a file that is not there.
 */
import { join, relative, resolve } from 'node:path'
import { copyLog } from '../../audit/copy.ts'
import type { Log } from '../../kernel/log.ts'
import { openSnapshot, type Snapshot } from '../../store/copy/snapshot.ts'
import { versionOf } from '../version.ts'
import { filesOf, keyFile, leftOut } from './contents.ts'
import {
  BackupError,
  backupFormat,
  filesFolder,
  type KeptFile,
  type KeptTable,
  type Manifest,
  tablesFolder,
  writeManifest,
} from './manifest.ts'
import { type Reached, reachDatabase } from './reach.ts'
import { bytesOf, nameOf, openTarget, piecesOf, type Target } from './target.ts'

export interface BackupAsked {
  readonly home: string
  readonly to: string
  readonly databaseUrl?: string | undefined
  /** Whether the key-encryption key goes with it. */
  readonly withKey: boolean
  /** POSIX milliseconds. */
  readonly now: number
  readonly log: Log
  /** False where the copy may be lost, as in tests. */
  readonly durable?: boolean
  readonly onProgress?: OnProgress
}

export type Step = 'rows' | 'entries' | 'bytes'
/** `total` is 0 where nobody knows it before. */
export type OnProgress = (step: Step, done: number, total: number) => void

export interface BackupMade {
  readonly manifest: Manifest
  /** SHA-256 of the manifest: the name of this backup. */
  readonly sha256: string
  readonly isRunning: boolean
}

const notices = {
  without: `Ni cette sauvegarde ni son disque n’ouvrent les données : la clé des clés (${keyFile}, ou celle de votre fournisseur) n’y est pas. Gardez-la AILLEURS ; sans elle, cette sauvegarde n’ouvre rien. / The key-encryption key (${keyFile}, or that of your provider) is NOT in this backup. Keep it ELSEWHERE: without it this backup opens nothing.`,
  with: `La clé des clés (${keyFile}) EST dans cette sauvegarde : qui a ce dossier a les données. / The key-encryption key (${keyFile}) IS in this backup: whoever has this folder has the data.`,
} as const

/**
 * Copies everything into the folder; it is a backup once its manifest is there, and nothing before. BackupError for a home, a folder or
 * a database that is not what it must be; errors of the system, such as ENOSPC, as they are.
 */
export async function makeBackup(asked: BackupAsked): Promise<BackupMade> {
  const [home, folder] = [resolve(asked.home), resolve(asked.to)]
  if (isInside(folder, home))
    throw new BackupError(`${folder} : pas dans le dossier du nœud / not inside the home of the node`)
  const reached = await reachDatabase({ ...asked, home })
  try {
    const { durable = true } = asked
    const target = await openTarget({ folder, durable })
    return await copyAll({ ...asked, home }, target, reached)
  } finally {
    await reached.close()
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || !(way.startsWith('..') || resolve(way) === way)
}

async function copyAll(asked: BackupAsked, target: Target, reached: Reached): Promise<BackupMade> {
  const { onProgress = () => {} } = asked
  const snapshot = await openSnapshot(reached.url)
  const database = await copyTables(snapshot, target, onProgress).finally(() => snapshot.close())
  const files = new Map<string, KeptFile>()
  let entries = 0
  const log = await copyLog(asked.home, async (path, bytes) => {
    files.set(path, { path, ...(await target.put(`${filesFolder}/${path}`, bytes)) })
    entries += 1
    onProgress('entries', entries, 0)
  })
  await copyFiles(asked, target, files)
  const kept = [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
  const manifest: Manifest = {
    format: backupFormat,
    huisclos: versionOf(),
    created: new Date(asked.now).toISOString(),
    notice: asked.withKey ? notices.with : notices.without,
    withKey: asked.withKey,
    log: [...log],
    database,
    files: kept,
    leftOut: [...leftOut.map((one) => ({ ...one })), ...(asked.withKey ? [] : [keyLeftOut])],
    total: {
      files: kept.length,
      rows: sum(database.tables.map(({ rows }) => rows)),
      bytes: sum([...kept, ...database.tables].map(({ bytes }) => bytes)),
    },
  }
  const text = writeManifest(manifest)
  await target.finish(text)
  return { manifest, sha256: nameOf(text), isRunning: reached.isRunning }
}

const keyLeftOut = {
  path: keyFile,
  why: 'a backup that holds its own key protects nothing; --with-key takes it',
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)

async function copyTables(
  snapshot: Snapshot,
  target: Target,
  onProgress: OnProgress,
): Promise<Manifest['database']> {
  const tables: KeptTable[] = []
  let done = 0
  for (const table of snapshot.tables) {
    let rows = 0
    async function* pieces() {
      for await (const piece of snapshot.lines(table)) {
        rows += piece.rows
        done += piece.rows
        onProgress('rows', done, Math.max(done, snapshot.expectedRows))
        yield piece.bytes
      }
    }
    const written = await target.write(tablePath(table.name), pieces())
    tables.push({ name: table.name, rows, ...written })
  }
  return { migrations: [...snapshot.migrations], tables, sequences: [...snapshot.sequences] }
}

/** Where the rows of a table lie in a backup. */
export const tablePath = (table: string): string => `${tablesFolder}/${table}.jsonl`

/** Listed twice: what was renamed under our eyes the first time is found under its new name. */
async function copyFiles(
  { home, withKey, onProgress = () => {} }: BackupAsked,
  target: Target,
  files: Map<string, KeptFile>,
): Promise<void> {
  let done = 0
  for (const round of ['first', 'again'] as const) {
    const paths = (await filesOf(home, { withKey })).filter((path) => !files.has(path))
    const total = done + (await bytesOf(home, paths))
    for (const path of paths) {
      const pieces = await piecesOf(join(home, path))
      if (pieces === null) continue
      const written = await target.write(`${filesFolder}/${path}`, pieces)
      files.set(path, { path, ...written })
      done += written.bytes
      if (round === 'first') onProgress('bytes', done, Math.max(done, total))
    }
  }
}
