/** A JSON document of the caller. */
import { readFile } from 'node:fs/promises'
import { CommandError, exits } from './ending.ts'

/** What the file says, of whatever form. CommandError when it cannot be read or is no JSON. */
export async function jsonFile(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CommandError(`${path}: illisible / cannot be read`, exits.failed)
  })
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandError(`${path}: pas du JSON / not JSON`, exits.failed)
  }
}
