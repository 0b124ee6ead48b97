/** Counts as the public reads them: never the number, the band it lies in (governance.md 14). */

const edges = [10, 100, 1_000] as const

/** Every band, the lowest first. */
export const bands = ['0', '1-10', '11-100', '101-1000', '1001+'] as const
export type Band = (typeof bands)[number]

export function bandOf(count: number): Band {
  if (count <= 0) return '0'
  return bands[1 + edges.filter((edge) => count > edge).length] ?? '1001+'
}
