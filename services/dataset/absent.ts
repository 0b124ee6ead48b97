import { hasCode } from '../kernel/system-error.ts'

/** For `.catch`: a file or folder that is not there is this value; every other failure stays one. */
export function absentIs<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (hasCode(error, 'ENOENT')) return value
    throw error
  }
}
