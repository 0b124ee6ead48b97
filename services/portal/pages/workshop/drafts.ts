/** Texts of statements that are not done yet, kept in this browser from visit to visit. Their text alone: no answer is ever kept. */

/** The saved query of the project that a draft came from, as it was then. */
export interface Origin {
  readonly id: string
  readonly revision: number
}

export interface Draft {
  readonly id: string
  /** Empty while nobody has named it. */
  readonly title: string
  readonly text: string
  /** Instant of this browser. */
  readonly madeAt: number
  readonly touchedAt: number
  /** Absent of a text that is nowhere but here. */
  readonly saved?: Origin
}

export const mostDrafts = 20
/** Longer texts are still written and asked, and gone with the page. */
const longest = 100_000
const longestTitle = 60

type Store = Pick<Storage, 'length' | 'key' | 'getItem' | 'setItem' | 'removeItem'>

export interface Drafts {
  /** In the order in which they were made. */
  list(): readonly Draft[]
  get(id: string): Draft | null
  /** False where this browser did not keep it. */
  put(draft: Draft): boolean
  remove(id: string): void
}

/** Those of one person on one project; each has a key of its own, so that two windows do not undo each other. */
export function openDrafts(store: Store | null, owner: readonly string[]): Drafts {
  const prefix = `huisclos.draft:${owner.map(encodeURIComponent).join(':')}:`
  const get = (id: string) => draftOf(id, store?.getItem(prefix + id) ?? null)
  return {
    get,
    list() {
      const keys = Array.from({ length: store?.length ?? 0 }, (_, place) => store?.key(place) ?? '')
      const found = keys.flatMap((key) => (key.startsWith(prefix) ? [get(key.slice(prefix.length))] : []))
      return found.filter((one) => one !== null).toSorted((a, b) => a.madeAt - b.madeAt)
    },
    put({ id, ...kept }) {
      if (store === null || kept.text.length > longest) return false
      try {
        store.setItem(prefix + id, JSON.stringify(kept))
        return true
      } catch {
        // It is full, or the person allows no page to keep anything.
        return false
      }
    },
    remove: (id) => store?.removeItem(prefix + id),
  }
}

/** What another program may have written there is left alone. */
function draftOf(id: string, kept: string | null): Draft | null {
  try {
    const { title, text, madeAt, touchedAt, saved } = JSON.parse(kept ?? 'null') as Record<string, unknown>
    if (typeof title !== 'string' || typeof text !== 'string') return null
    if (typeof madeAt !== 'number' || typeof touchedAt !== 'number') return null
    const origin = originOf(saved)
    return { id, title: titled(title), text, madeAt, touchedAt, ...(origin && { saved: origin }) }
  } catch {
    return null
  }
}

function originOf(kept: unknown): Origin | null {
  if (typeof kept !== 'object' || kept === null) return null
  const { id, revision } = kept as Record<string, unknown>
  return typeof id === 'string' && typeof revision === 'number' ? { id, revision } : null
}

export function titled(title: string): string {
  return title.slice(0, longestTitle)
}

/** The storage of this browser; null where it allows none. */
export function browserStore(): Store | null {
  try {
    return window.localStorage
  } catch {
    return null
  }
}

/** What a page opens with: the text of its address, in the draft that has it, in an empty one or in a new one; else what was last touched. */
export function firstDraft(drafts: readonly Draft[], text: string, made: Draft): Draft {
  if (text === '') return drafts.toSorted((a, b) => b.touchedAt - a.touchedAt)[0] ?? made
  const known = drafts.find((one) => one.text === text)
  if (known) return known
  const blank = drafts.find(({ text: own, saved }) => own.trim() === '' && saved === undefined)
  return { ...(blank ?? made), text }
}
