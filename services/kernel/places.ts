/** Places of which each may hold a few at the same time. In memory: who holds none is forgotten. */
export interface Places {
  /** Takes one; what comes back gives it back, once. Null when as many are held as may be. */
  take(who: string): (() => void) | null
}

export function openPlaces(most: number): Places {
  const held = new Map<string, number>()
  return {
    take(who) {
      const count = held.get(who) ?? 0
      if (count >= most) return null
      held.set(who, count + 1)
      return () => {
        const left = (held.get(who) ?? 1) - 1
        if (left === 0) held.delete(who)
        else held.set(who, left)
      }
    },
  }
}
