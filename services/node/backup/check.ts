/** Whether a backup is still what it was when it was made: every byte, every row, and the log inside it. Needs nothing but the folder. */
import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { verifyLog } from '../../audit/verify/verify.ts'
import { type OnProgress, tablePath } from './make.ts'
import { filesFolder, type Manifest, manifestFile, readManifest, unfinishedFile } from './manifest.ts'
import { measured, nameOf } from './target.ts'

export interface Checked {
  readonly manifest: Manifest
  /** SHA-256 of the manifest: the name of this backup. */
  readonly sha256: string
  /** The first fault in one line, null when there is none. */
  readonly fault: string | null
}

/** Reads all of a backup. BackupError when it has no manifest; a fault is told, not thrown. */
export async function checkBackup(folder: string, onProgress: OnProgress = () => {}): Promise<Checked> {
  const { manifest, text } = await readManifest(folder)
  const fault =
    (await strangerIn(folder, manifest)) ??
    (await alteredIn(folder, manifest, onProgress)) ??
    (await logFault(folder, manifest))
  return { manifest, sha256: nameOf(text), fault }
}

interface Expected {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  readonly rows?: number
}

function expectedIn({ files, database }: Manifest): readonly Expected[] {
  return [
    ...files.map((file) => ({ ...file, path: `${filesFolder}/${file.path}` })),
    ...database.tables.map((table) => ({ ...table, path: tablePath(table.name) })),
  ]
}

/** What the manifest does not know was put there by somebody else. */
async function strangerIn(folder: string, manifest: Manifest): Promise<string | null> {
  const known = new Set([manifestFile, unfinishedFile, ...expectedIn(manifest).map(({ path }) => path)])
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
  const stranger = paths.find((path) => !known.has(path))
  return stranger === undefined ? null : `${stranger} : inconnu du manifeste / unknown to the manifest`
}

async function alteredIn(folder: string, manifest: Manifest, onProgress: OnProgress): Promise<string | null> {
  let done = 0
  for (const { path, bytes, sha256, rows } of expectedIn(manifest)) {
    const found = await measured(join(folder, path))
    if (found === null) return `${path} : absent / missing`
    if (found.bytes !== bytes) return `${path} : ${found.bytes} octets, ${bytes} attendus / bytes, expected`
    if (found.sha256 !== sha256) return `${path} : contenu modifié / content changed`
    if (rows !== undefined && found.lines !== rows)
      return `${path} : ${found.lines} lignes, ${rows} attendues / rows`
    done += bytes
    onProgress('bytes', done, manifest.total.bytes)
  }
  return totalFault(manifest)
}

function totalFault({ files, database: { tables }, total }: Manifest): string | null {
  const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)
  const isRight =
    total.files === files.length &&
    total.rows === sum(tables.map(({ rows }) => rows)) &&
    total.bytes === sum([...files, ...tables].map(({ bytes }) => bytes))
  return isRight ? null : `${manifestFile} : le total n’est pas la somme / the total is not the sum`
}

/** The log by its own verifier, and as the manifest says that it was. Witnesses are another matter: a copy is older than they are. */
async function logFault(folder: string, { log }: Manifest): Promise<string | null> {
  const verdict = await verifyLog({ dir: join(folder, filesFolder, 'audit') })
  if (verdict.status !== 'intact' && verdict.status !== 'stale') return `journal / log : ${verdict.message}`
  const least = log.reduce((all, { size }) => all + size, 0)
  return verdict.entries >= least
    ? null
    : 'journal / log : plus court que le manifeste / shorter than the manifest'
}
