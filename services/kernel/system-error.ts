/**
 * Whether an error is one of the system (or of pg) with one of these codes. Looks at the code only: `instanceof Error` is
 * false for errors of Node itself where modules run in a context of their own, as in tests.
 */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    codes.some((code) => code === error.code)
  )
}
