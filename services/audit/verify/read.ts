import { readFile } from 'node:fs/promises'

/** The code of an error of the system, such as EACCES. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined
}

export function isGone(error: unknown): boolean {
  return errorCode(error) === 'ENOENT'
}

/** The bytes of a file, null when there is none. */
export async function readMaybe(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path)
  } catch (error) {
    if (isGone(error)) return null
    throw error
  }
}
