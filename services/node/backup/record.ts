/** `backups.json` of a home: the last backup that was made of it, told to the log by the node that runs on it. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { AuditLog } from '../../audit/writer.ts'
import { hasCode } from '../../kernel/system-error.ts'

const last = z.strictObject({
  at: z.iso.datetime(),
  /** The folder, as it was named. */
  to: z.string(),
  /** Entries under the signed checkpoints of the log inside. */
  entries: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  /** Of the manifest. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  verifiedAt: z.iso.datetime().optional(),
  /** Whether the log has an entry of it. */
  isRecorded: z.boolean(),
})
const schema = z.strictObject({ last })
export type LastBackup = z.infer<typeof last>

const pathOf = (home: string) => join(home, 'backups.json')

/** Null when none is known: none was made, or the file says something else. */
export async function readLastBackup(home: string): Promise<LastBackup | null> {
  const text = await readFile(pathOf(home), 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return 'null'
    throw error
  })
  return schema.safeParse(jsonOf(text)).data?.last ?? null
}

/** Of the last backup, in ms: when it was made, and when it was last restored to see that it can be. */
export interface BackupTimes {
  readonly at: number
  readonly verifiedAt?: number
}

/** Null when none is known. */
export async function backupTimes(home: string): Promise<BackupTimes | null> {
  const made = await readLastBackup(home)
  if (made === null) return null
  const { at, verifiedAt } = made
  return { at: Date.parse(at), ...(verifiedAt !== undefined && { verifiedAt: Date.parse(verifiedAt) }) }
}

/** A reader sees the whole file or the former one. */
export async function writeLastBackup(home: string, made: LastBackup): Promise<void> {
  const draft = `${pathOf(home)}.${process.pid}.tmp`
  await writeFile(draft, `${JSON.stringify({ last: made })}\n`, { mode: 0o600, flush: true })
  await rename(draft, pathOf(home))
}

/** Tells the log of a backup that was made since; each minute of a node. A cut in between tells it twice. */
export async function recordBackup(home: string, audit: Pick<AuditLog, 'append'>): Promise<void> {
  const made = await readLastBackup(home)
  if (made === null || made.isRecorded) return
  const { entries, bytes, sha256 } = made
  await audit.append({ type: 'backup.made', entries, bytes, sha256 }, {})
  await writeLastBackup(home, { ...made, isRecorded: true })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
