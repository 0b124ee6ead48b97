/** The drafts of a project as tabs of its editor: one is open, the others wait in this browser. */
import { useMemo, useState } from 'react'
import { useMe } from '../../session.ts'
import {
  browserStore,
  type Draft,
  firstDraft,
  mostDrafts,
  type Origin,
  openDrafts,
  titled,
} from './drafts.ts'

function madeNow(text = ''): Draft {
  const now = Date.now()
  return { id: crypto.randomUUID(), title: '', text, madeAt: now, touchedAt: now }
}

/** Nobody has written or named anything in it. */
const isBlank = ({ text, title }: Draft) => text.trim() === '' && title === ''

interface Shown {
  readonly all: readonly Draft[]
  readonly open: Draft
  /** What was closed last, for whoever did not mean it. */
  readonly closed: Draft | null
  readonly isKept: boolean
  /** The editor takes the keyboard: somebody asked for a text to write in. */
  readonly takesFocus: boolean
}

/** `first` is the text of the address, where it has one. */
export function useDrafts(project: string, first: string) {
  const { issuer, subject } = useMe()
  const drafts = useMemo(
    () => openDrafts(browserStore(), [issuer, subject, project]),
    [issuer, subject, project],
  )
  const [shown, setShown] = useState<Shown>(() => {
    const kept = drafts.list()
    const open = firstDraft(kept, first, madeNow())
    return { all: withDraft(kept, open), open, closed: null, isKept: true, takesFocus: false }
  })
  const keep = (open: Draft, more: Partial<Shown> = {}) => {
    // An empty text that nobody named is worth no place in the browser.
    const isKept = open.text === '' && open.title === '' ? true : drafts.put(open)
    if (open.text === '' && open.title === '') drafts.remove(open.id)
    setShown((before) => ({ ...before, ...more, open, isKept, all: withDraft(before.all, open) }))
  }
  const change = (id: string, made: (draft: Draft) => Draft) => {
    const draft = shown.all.find((one) => one.id === id)
    if (!draft) return
    const changed = made(latest(draft))
    drafts.put(changed)
    setShown((before) => ({
      ...before,
      all: withDraft(before.all, changed),
      open: before.open.id === id ? made(before.open) : before.open,
    }))
  }
  const draftFrom = ({ id, revision }: Origin) =>
    shown.all.find(({ saved }) => saved?.id === id && saved.revision === revision)
  /** Another window may have gone on with it. */
  const latest = (draft: Draft) => drafts.get(draft.id) ?? draft
  return {
    ...shown,
    canAdd: shown.all.length < mostDrafts,
    write: (text: string) => keep({ ...shown.open, text, touchedAt: Date.now() }),
    rename: (title: string) => keep({ ...shown.open, title: titled(title) }),
    select(id: string) {
      const draft = shown.all.find((one) => one.id === id)
      if (draft && id !== shown.open.id)
        keep({ ...latest(draft), touchedAt: Date.now() }, { takesFocus: false })
    },
    add: (text = '') => keep(madeNow(text), { takesFocus: true }),
    close(id: string) {
      drafts.remove(id)
      setShown((before) => without(before, id))
    },
    /** Whether a saved query has a tab, or there is room for one. */
    canOpen: (saved: Origin) =>
      shown.all.length < mostDrafts || isBlank(shown.open) || draftFrom(saved) !== undefined,
    /** The draft that came from it as it stands, as it was left; else a new one, in the place of an empty one. */
    openSaved({ id, revision, title, sql }: Origin & { readonly title: string; readonly sql: string }) {
      const known = draftFrom({ id, revision })
      if (known) return keep({ ...latest(known), touchedAt: Date.now() }, { takesFocus: true })
      if (isBlank(shown.open)) drafts.remove(shown.open.id)
      const all = shown.all.filter((one) => one.id !== shown.open.id || !isBlank(one))
      const open = { ...madeNow(sql), title: titled(title), saved: { id, revision } }
      const isKept = drafts.put(open)
      setShown((before) => ({ ...before, open, isKept, all: withDraft(all, open), takesFocus: true }))
    },
    /** It is kept in the project from now on, under this title. */
    tie: (id: string, saved: Origin, title: string) =>
      change(id, (draft) => ({ ...draft, saved, title: draft.title || titled(title) })),
    /** A saved query went on without a change of its text. */
    follow(before: Origin, saved: Origin) {
      const draft = draftFrom(before)
      if (draft) change(draft.id, (one) => ({ ...one, saved }))
    },
    reopen: () => shown.closed && keep(shown.closed, { closed: null, takesFocus: true }),
  }
}

/** The tab after it is opened, or the one before, or an empty one. */
function without(shown: Shown, id: string): Shown {
  const place = shown.all.findIndex((one) => one.id === id)
  const draft = shown.all[place]
  if (!draft) return shown
  const all = shown.all.filter((one) => one.id !== id)
  const open = id === shown.open.id ? (all[place] ?? all[place - 1] ?? madeNow()) : shown.open
  const closed = draft.text.trim() === '' ? null : draft
  return { ...shown, all: withDraft(all, open), open, closed, takesFocus: false }
}

function withDraft(all: readonly Draft[], draft: Draft): readonly Draft[] {
  const others = all.filter((one) => one.id !== draft.id)
  return [...others, draft].toSorted((a, b) => a.madeAt - b.madeAt)
}
