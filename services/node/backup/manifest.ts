/** `manifest.json` of a backup: what it holds, to the byte. A folder without one is no backup. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { hasCode } from '../../kernel/system-error.ts'

export const backupFormat = 'huisclos-backup-1'
export const manifestFile = 'manifest.json'
/** There while a backup is being made, and in one that was interrupted. */
export const unfinishedFile = '.unfinished'
/** The files of the home folder, as they were. */
export const filesFolder = 'home'
/** One file of lines per table. */
export const tablesFolder = 'database'

const count = z.number().int().nonnegative()
const hash = z.string().regex(/^[0-9a-f]{64}$/)
/** Below the home folder, never out of it. */
const path = z
  .string()
  .max(1000)
  .refine((text) => text.split('/').every((part) => !['', '.', '..'].includes(part)))
const tableName = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/)

const schema = z.strictObject({
  format: z.literal(backupFormat),
  huisclos: z.string(),
  created: z.iso.datetime(),
  /** What whoever finds the folder must know first. */
  notice: z.string(),
  /** Whether the key-encryption key is inside: then whoever has the folder has the data. */
  withKey: z.boolean(),
  log: z.array(
    z.strictObject({ shard: z.string(), origin: z.string(), size: count, checkpoint: z.string() }),
  ),
  database: z.strictObject({
    migrations: z.array(z.strictObject({ name: z.string(), sha256: hash })),
    tables: z.array(z.strictObject({ name: tableName, rows: count, bytes: count, sha256: hash })),
    sequences: z.array(z.strictObject({ name: tableName, value: z.string(), isCalled: z.boolean() })),
  }),
  files: z.array(z.strictObject({ path, bytes: count, sha256: hash })),
  leftOut: z.array(z.strictObject({ path: z.string(), why: z.string() })),
  total: z.strictObject({ files: count, rows: count, bytes: count }),
})
export type Manifest = z.infer<typeof schema>
export type KeptFile = Manifest['files'][number]
export type KeptTable = Manifest['database']['tables'][number]

/** What is wrong with a backup, a home or a database; the message is one line for the operator. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
}

export function writeManifest(manifest: Manifest): string {
  return `${JSON.stringify(schema.parse(manifest), null, 1)}\n`
}

/** The manifest of a folder, and its bytes. BackupError when there is none, or none of this format. */
export async function readManifest(folder: string): Promise<{ manifest: Manifest; text: string }> {
  const text = await readFile(join(folder, manifestFile), 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT', 'ENOTDIR'))
      throw new BackupError(
        `${folder} : pas une sauvegarde, ou une sauvegarde interrompue (pas de ${manifestFile}) / no backup, or an unfinished one`,
      )
    throw error
  })
  const parsed = schema.safeParse(jsonOf(text))
  if (parsed.success) return { manifest: parsed.data, text }
  throw new BackupError(`${join(folder, manifestFile)} : illisible ou d’un autre format / not of this format`)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
