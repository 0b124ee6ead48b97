/** The address of an embedded PostgreSQL that another process of this home runs. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Null when there is none, or none that is ready. Holds the password: never to be logged. */
export async function embeddedAddress(home: string): Promise<string | null> {
  const folder = join(home, 'postgres')
  const [lines, password] = await Promise.all(
    [join(folder, 'data', 'postmaster.pid'), join(folder, 'password')].map((path) =>
      readFile(path, 'utf8').catch(() => ''),
    ),
  )
  // Fourth line the port, eighth the state (PostgreSQL, miscadmin.h: LOCK_FILE_LINE_…).
  const [port, state] = [lines?.split('\n')[3], lines?.split('\n')[7]?.trim()]
  if (!port || state !== 'ready' || !password?.trim()) return null
  return `postgresql://huisclos:${password.trim()}@127.0.0.1:${Number(port)}/postgres`
}
