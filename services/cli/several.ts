/** An option that may be repeated: each value is kept, in order. */
export function several(value: string, before: readonly string[]): string[] {
  return [...before, value]
}
