/** The control database of a home, whether a node runs on it or not. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Closable } from '../../kernel/id.ts'
import type { Log } from '../../kernel/log.ts'
import { startEmbedded } from '../../store/embedded.ts'
import { embeddedAddress } from '../../store/embedded-address.ts'
import { takeFolder } from '../../store/folder-lock.ts'
import { BackupError } from './manifest.ts'

export interface Reached extends Closable {
  /** Holds the password: never to be logged. */
  readonly url: string
  /** Whether a node runs on the home meanwhile. */
  readonly isRunning: boolean
}

interface Reaching {
  readonly home: string
  readonly databaseUrl?: string | undefined
  readonly log: Log
}

/**
 * The database that the node of this home uses. Where none runs, none can start until `close`, and our own PostgreSQL is started for
 * as long. BackupError when there is no home, or no database to be found for it.
 */
export async function reachDatabase({ home, databaseUrl, log }: Reaching): Promise<Reached> {
  const found = await stat(join(home, 'audit')).catch(() => null)
  if (found === null)
    throw new BackupError(`${home} : ce n’est pas le dossier d’un nœud / not the home of a node`)
  // What another user leaves in the home, the node could not read or write at its next start.
  if (process.getuid !== undefined && found.uid !== process.getuid())
    throw new BackupError(`${home} : à faire sous le compte du nœud / to be done as the user of the node`)
  const taken = await takeFolder(home).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'FolderTakenError') return null
    throw error
  })
  if (taken === null) {
    const url = databaseUrl ?? (await embeddedAddress(home))
    if (url === null) throw new BackupError(noDatabase)
    return { url, isRunning: true, close: async () => {} }
  }
  try {
    const opened = databaseUrl === undefined ? await ownDatabase(home, log) : null
    const close = async () => {
      await opened?.close()
      await taken.close()
    }
    return { url: opened?.url ?? databaseUrl ?? '', isRunning: false, close }
  } catch (error) {
    await taken.close()
    throw error
  }
}

const noDatabase =
  'la base de ce nœud n’est pas sous son dossier : donnez DATABASE_URL comme à npm start / its database is elsewhere: give DATABASE_URL as to npm start'

async function ownDatabase(home: string, log: Log) {
  if ((await stat(join(home, 'postgres', 'data')).catch(() => null)) === null)
    throw new BackupError(noDatabase)
  return startEmbedded({ home, log })
}
