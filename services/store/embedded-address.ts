/** Where the embedded PostgreSQL of a home listens now, for who looks at it from another process. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Holds the password: never to be shown. Null when it does not run, or has never run. */
export async function embeddedAddress(home: string): Promise<string | null> {
  const folder = join(home, 'postgres')
  try {
    const [password, lines] = await Promise.all([
      readFile(join(folder, 'password'), 'utf8'),
      readFile(join(folder, 'data', 'postmaster.pid'), 'utf8'),
    ])
    // Line 1 is the number of the process, line 4 the port (PostgreSQL, miscadmin.h).
    const [pid, , , port] = lines.split('\n')
    if (!isAlive(Number(pid))) return null
    return `postgresql://huisclos:${password.trim()}@127.0.0.1:${Number(port)}/postgres`
  } catch {
    return null
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
