/** Drops the entries that were set longest ago, beyond `most`: what a map keeps so can be found again, and has a bound. */
export function keepNewest<K>(kept: Map<K, unknown> | Set<K>, most: number): void {
  for (const key of kept.keys()) {
    if (kept.size <= most) return
    kept.delete(key)
  }
}
