/** What `backup.ts` asks for. */
import { resolve } from 'node:path'
import { readSettings } from '../config.ts'
import { silentLog } from '../kernel/log.ts'
import { checkBackup } from '../node/backup/check.ts'
import { drill } from '../node/backup/drill.ts'
import { makeBackup, type OnProgress, type Step } from '../node/backup/make.ts'
import type { Manifest } from '../node/backup/manifest.ts'
import { readLastBackup, writeLastBackup } from '../node/backup/record.ts'
import { restoreBackup } from '../node/backup/restore.ts'
import { CommandError, exits } from './ending.ts'
import type { Out } from './query.ts'

interface Around {
  readonly home: string
  readonly isTerminal: boolean
  readonly out: Out
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Writes the backup, `backups.json` of the home, and one line; the entry of the log is written by the node. */
export async function backup(
  around: Around,
  { to, withKey = false }: { to: string; withKey?: boolean },
): Promise<void> {
  const { home, out } = around
  const progress = openTelling(around)
  const made = await makeBackup({
    ...{ home, to, withKey, now: Date.now(), log: silentLog, onProgress: progress.tell },
    databaseUrl: around.environment.DATABASE_URL || undefined,
  }).catch(clearly(to))
  progress.end()
  const { manifest, sha256 } = made
  const entries = entriesOf(manifest)
  const { total, created } = manifest
  await writeLastBackup(home, {
    ...{ at: created, to: resolve(to), entries, bytes: total.bytes, sha256, isRecorded: false },
  })
  out.stdout.write(`${resolve(to)}\n${summary(manifest)}\nmanifeste / manifest: sha256 ${sha256}\n`)
  out.stderr.write(`\n⚠ ${manifest.notice}\n`)
}

/** Status 0, or 5 with the first fault on standard error. */
export async function verifyBackup(
  around: Around,
  folder: string,
  { restoreDrill = false }: { restoreDrill?: boolean },
): Promise<number> {
  const { out, home } = around
  const progress = openTelling(around)
  const { manifest, sha256, fault } = await checkBackup(resolve(folder), progress.tell).catch(faulty)
  progress.end()
  if (fault !== null) throw new CommandError(fault, exits.checkFailed)
  out.stdout.write(`intacte / intact: ${summary(manifest)}\nmanifeste / manifest: sha256 ${sha256}\n`)
  if (!restoreDrill) return exits.done
  await restoreAside(around, folder)
  // What counts as verified has been restored once.
  const last = await readLastBackup(home)
  if (last?.sha256 === sha256) await writeLastBackup(home, { ...last, verifiedAt: new Date().toISOString() })
  return exits.done
}

async function restoreAside(around: Around, folder: string): Promise<void> {
  const { environment, out } = around
  const progress = openTelling(around)
  const settings = readSettings(environment)
  const from = resolve(folder)
  const drilled = await drill({
    from,
    settings,
    environment,
    log: silentLog,
    onProgress: progress.tell,
  }).catch(faulty)
  progress.end()
  if (drilled.fault !== null) throw new CommandError(drilled.fault, exits.checkFailed)
  out.stdout.write(
    `restaurée à part, nœud ouvert, journal vérifié (${drilled.entries} entrées), puis jetée / restored aside, node opened, log verified, thrown away\n`,
  )
}

/** Fills the home and the database of the environment; neither is touched when anything is wrong. */
export async function restore(around: Around, { from }: { from: string }): Promise<void> {
  const { home, out, environment } = around
  const progress = openTelling(around)
  const manifest = await restoreBackup({
    ...{ home, from, log: silentLog, onProgress: progress.tell },
    databaseUrl: environment.DATABASE_URL || undefined,
  }).catch(clearly(home))
  progress.end()
  out.stdout.write(`${home}\n${summary(manifest)}\n`)
  if (!manifest.withKey)
    out.stderr.write(
      '⚠ la clé des clés n’était pas dans la sauvegarde : remettez-la avant npm start / the key-encryption key was not in it: put it back before npm start\n',
    )
}

const entriesOf = ({ log }: Manifest) => log.reduce((all, { size }) => all + size, 0)

function summary(manifest: Manifest): string {
  const { files, rows, bytes } = manifest.total
  return `${files} fichiers / files · ${rows} lignes / rows · ${entriesOf(manifest)} entrées / entries · ${bytes} octets / bytes`
}

/** Names that stand for one line that the operator can act on. */
const told = new Set([
  ...['BackupError', 'NotEmptyError', 'MigrationError', 'EmbeddedError', 'FolderTakenError', 'StartError'],
  ...['ConfigurationError', 'LogDamaged'],
])

function clearly(place: string) {
  return (error: unknown): never => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new CommandError(
        `${place} : disque plein ; rien n’est terminé / disk full; nothing is finished`,
        exits.failed,
      )
    if (error instanceof Error && told.has(error.name)) throw new CommandError(error.message, exits.failed)
    throw error
  }
}

/** Whatever keeps a backup from being whole is a fault of it. */
function faulty(error: unknown): never {
  if (error instanceof Error && told.has(error.name)) throw new CommandError(error.message, exits.checkFailed)
  throw error
}

const words = {
  rows: 'lignes / rows',
  entries: 'fichiers du journal / files of the log',
  bytes: 'octets / bytes',
} as const
/** What is over sooner says nothing. */
const quietMs = 2_000
const everyMs = 5_000

function openTelling({ out, isTerminal }: Around): { readonly tell: OnProgress; readonly end: () => void } {
  const begun = new Map<string, number>()
  let next = performance.now() + quietMs
  const tell: OnProgress = (step, done, total) => {
    if (out.signal.aborted) throw new CommandError('interrompu / interrupted', exits.interrupted)
    const now = performance.now()
    const since = begun.get(step) ?? now
    begun.set(step, since)
    if (now < next) return
    next = now + (isTerminal ? 200 : everyMs)
    const text = progressText(step, { done, total, ms: now - since })
    out.stderr.write(isTerminal ? `\r\u001B[K${text}` : `${text}\n`)
  }
  return { tell, end: () => void (isTerminal && out.stderr.write('\r\u001B[K')) }
}

function progressText(step: Step, { done, total, ms }: { done: number; total: number; ms: number }): string {
  if (total === 0) return `${done} ${words[step]}`
  const left = done > 0 ? ` · reste / left ${Math.ceil(((ms / done) * (total - done)) / 1000)} s` : ''
  return `${done}/${total} ${words[step]}${left}`
}
