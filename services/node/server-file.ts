/** `server.json` of the home folder: where the command line finds the running node. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Closable } from '../kernel/id.ts'
import { hasCode } from '../kernel/system-error.ts'

const schema = z.object({ url: z.url(), pid: z.number().int().positive() })
export type ServerFile = z.infer<typeof schema>

const pathOf = (home: string) => join(home, 'server.json')

/** Says where this node listens, until `close`. A reader sees the whole file or none. */
export async function writeServerFile(home: string, server: ServerFile): Promise<Closable> {
  const path = pathOf(home)
  await writeFile(`${path}.new`, `${JSON.stringify(server)}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
  return { close: () => rm(path, { force: true }) }
}

/** Null when no node has said so, or when the process that did is gone. */
export async function readServerFile(home: string): Promise<ServerFile | null> {
  const text = await readFile(pathOf(home), 'utf8').catch(() => null)
  if (text === null) return null
  const parsed = schema.safeParse(jsonOf(text))
  return parsed.success && isAlive(parsed.data.pid) ? parsed.data : null
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Alive, but somebody else's.
    return hasCode(error, 'EPERM')
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
