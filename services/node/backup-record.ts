/** `backups.json` of the home: when the last backup was made, and when one was last restored to see that it can be. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const instant = z.union([z.number(), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))])
const schema = z.object({
  last: z.object({
    at: instant,
    to: z.string().optional(),
    entries: z.number().optional(),
    verifiedAt: instant.optional(),
  }),
})

/** Instants in ms. */
export interface BackupRecord {
  readonly at: number
  readonly verifiedAt?: number
}

/** Null when no backup was ever made, or when the file is not one of ours. */
export async function readBackupRecord(home: string): Promise<BackupRecord | null> {
  const text = await readFile(join(home, 'backups.json'), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    const { at, verifiedAt } = schema.parse(JSON.parse(text)).last
    return { at, ...(verifiedAt !== undefined && { verifiedAt }) }
  } catch {
    return null
  }
}
