/** Shares and sizes as bands, so that no figure of a label stands on one person. Pure. */
export const shareBands = ['0-1', '1-5', '5-20', '20-50', '50-80', '80-95', '95-99', '99-100'] as const
export type ShareBand = (typeof shareBands)[number]
const edges = [0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99] as const

/** In percent. The lowest and the highest do not say whether there is anybody at all. */
export function shareBand(share: number): ShareBand {
  return shareBands[edges.filter((edge) => share >= edge).length] ?? '99-100'
}

/** Persons for whom something holds at least once, and persons for whom it fails at least once. */
export interface Sides {
  readonly share: number
  readonly holds: number
  readonly fails: number
}

/**
 * The band of a share for everybody. A side of fewer than k persons counts as nobody; null when both are that small, so that
 * nothing is said of a table of few persons.
 */
export function publicBand({ share, holds, fails }: Sides, k: number): ShareBand | null {
  if (holds < k && fails < k) return null
  if (fails < k) return '99-100'
  return holds < k ? '0-1' : shareBand(share)
}

export const countBands = ['0', '1-9', '10-99', '100+'] as const
export type CountBand = (typeof countBands)[number]

export function countBand(count: number): CountBand {
  return countBands[[1, 10, 100].filter((edge) => count >= edge).length] ?? '100+'
}

/** Persons by power of ten: `< k`, then `11+`, `100+`, `1000+`, … */
export function sizeBand(persons: number, k: number): string {
  if (persons < k) return `<${k}`
  return persons < 100 ? `${k}+` : `${10 ** Math.floor(Math.log10(persons))}+`
}
