/** The drafts of a project as tabs of its editor: one is open, the others wait in this browser. */
import { useMemo, useState } from 'react'
import { useMe } from '../../session.ts'
import { browserStore, type Draft, firstDraft, mostDrafts, openDrafts, titled } from './drafts.ts'

function madeNow(text = ''): Draft {
  const now = Date.now()
  return { id: crypto.randomUUID(), title: '', text, madeAt: now, touchedAt: now }
}

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
      const place = shown.all.findIndex((one) => one.id === id)
      const draft = shown.all[place]
      if (!draft) return
      drafts.remove(id)
      const all = shown.all.filter((one) => one.id !== id)
      const next = id === shown.open.id ? (all[place] ?? all[place - 1] ?? madeNow()) : shown.open
      const closed = draft.text.trim() === '' ? null : draft
      setShown((before) => ({ ...before, all: withDraft(all, next), open: next, closed, takesFocus: false }))
    },
    reopen: () => shown.closed && keep(shown.closed, { closed: null, takesFocus: true }),
  }
}

function withDraft(all: readonly Draft[], draft: Draft): readonly Draft[] {
  const others = all.filter((one) => one.id !== draft.id)
  return [...others, draft].toSorted((a, b) => a.madeAt - b.madeAt)
}
