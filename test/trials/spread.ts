/** In ms, by nearest rank. */
export interface Spread {
  readonly p50: number
  readonly p95: number
  readonly max: number
}

export function spread(times: readonly number[]): Spread {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0)
  return { p50: at(0.5), p95: at(0.95), max: at(1) }
}
