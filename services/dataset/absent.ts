/** For `.catch`: a file or folder that is not there is this value; every other failure stays one. */
export function absentIs<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT')
      return value
    throw error
  }
}
