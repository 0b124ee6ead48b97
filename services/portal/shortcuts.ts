/** The shortcuts of the page that is open: each part says its own while it is there. And whether single keys are taken at all. */
import { useEffect, useSyncExternalStore } from 'react'

export interface Shortcut {
  /** `Mod+Enter` pressed together, `Escape Tab` one after the other; `Mod` is ⌘ on a Mac and Ctrl elsewhere. */
  readonly keys: string
  readonly what: string
}

let known: readonly Shortcut[] = []
const listeners = new Set<() => void>()

function change(next: readonly Shortcut[]): void {
  known = next
  for (const listener of listeners) listener()
}

function watch(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Tells of a shortcut as long as the part that has it is on the page; the part itself takes the keys. */
export function useShortcut(keys: string, what: string): void {
  useEffect(() => {
    const one = { keys, what }
    change([...known, one])
    return () => change(known.filter((other) => other !== one))
  }, [keys, what])
}

export function useKnownShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(watch, () => known)
}

export const isMac = /^(Mac|iP)/.test(navigator.platform)

const place = 'huisclos.single-keys'

/** Whoever speaks to the machine, or whose hand slips, can have no single key do anything (WCAG 2.1.4). Kept in this browser. */
export function hasSingleKeys(): boolean {
  try {
    return window.localStorage.getItem(place) !== 'off'
  } catch {
    return true
  }
}

export function setSingleKeys(are: boolean): void {
  try {
    if (are) window.localStorage.removeItem(place)
    else window.localStorage.setItem(place, 'off')
  } catch {
    // A browser that keeps nothing takes them again with the next page.
  }
}
