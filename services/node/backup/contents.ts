/** Which files of a home a backup has. What nobody named is in it: a file too many costs room, a file too few the data. */
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../../kernel/system-error.ts'

interface LeftOut {
  readonly path: string
  readonly why: string
}

/** The key-encryption key of a node whose provider is a file of its home. */
export const keyFile = 'keys/kek'

/** What a backup does without, and why. A path with an ending slash is a folder. */
export const leftOut: readonly LeftOut[] = [
  { path: 'postgres/', why: 'its rows are in database/' },
  { path: 'scratch/', why: 'work that was in hand' },
  { path: 'clear/', why: 'what the engine reads, in memory only' },
  { path: 'twins/', why: 'synthetic data, made again when asked for' },
  { path: 'profiles/', why: 'measured again from the versions' },
  { path: 'uploads/', why: 'files that had not arrived whole: their sender begins again' },
  { path: 'server.json', why: 'where the node listened' },
  { path: 'owner', why: 'which process had the home' },
  { path: 'backups.json', why: 'what is known of backups here' },
  { path: 'reconciliation.json', why: 'what the last start found' },
]

/** Copied by the rules of the log, which goes on meanwhile. */
const logFolder = 'audit/'

/** The signed sizes in `keys/` come with the log they belong to. */
const signedSize = /^keys\/audit-\d{4}\.signed$/

/** Files of a home that a backup copies as they are, below the home. Links are not followed. */
export async function filesOf(home: string, { withKey }: { withKey: boolean }): Promise<string[]> {
  const found: string[] = []
  const walk = async (folder: string): Promise<void> => {
    const entries = await entriesOf(join(home, folder))
    const below = (entry: Dirent) => (folder === '' ? entry.name : `${folder}/${entry.name}`)
    const [files, folders] = [
      entries.filter((one) => one.isFile()),
      entries.filter((one) => one.isDirectory()),
    ]
    found.push(...files.map(below).filter((path) => isKept(path, withKey)))
    for (const path of folders.map(below).filter((one) => !isLeftOut(`${one}/`))) await walk(path)
  }
  await walk('')
  return found.sort()
}

function isKept(path: string, withKey: boolean): boolean {
  if (path === keyFile || path.startsWith(`${keyFile}.`)) return withKey
  return !isLeftOut(path) && !signedSize.test(path) && !path.endsWith('.tmp')
}

function isLeftOut(path: string): boolean {
  return path === logFolder || leftOut.some((one) => one.path === path) || path.startsWith('owner.')
}

/** A folder that is gone by now has nothing in it. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}
