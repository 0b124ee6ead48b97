/** Where the command line keeps the tokens that nodes gave it: one file of its user, by address of the node. */
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { CommandError, exits } from './ending.ts'

type Kept = Readonly<Record<string, string>>

export function loginPath(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const folder = environment.XDG_CONFIG_HOME || join(homedir(), '.config')
  return join(folder, 'huisclos', 'logins.json')
}

/** None where there is no file; CommandError for one that is no such file, which is left as it is. */
export async function readLogins(path: string): Promise<Kept> {
  const text = await readFile(path, 'utf8').catch(() => '{}')
  const read = parsed(text)
  if (isKept(read)) return read
  throw new CommandError(`${path} : illisible / cannot be read`, exits.usage)
}

/** Whole or not at all, and readable by its user alone. */
export async function writeLogins(path: string, logins: Kept): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(`${path}.new`, `${JSON.stringify(logins, null, 2)}\n`, { mode: 0o600 })
  await chmod(`${path}.new`, 0o600)
  await rename(`${path}.new`, path)
}

function isKept(value: unknown): value is Kept {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject && Object.values(value).every((one) => typeof one === 'string')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
