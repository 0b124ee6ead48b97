import { type KeyboardEvent, useEffect, useRef } from 'react'
import { words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }
import type { Draft } from './drafts.ts'
import type { Statement } from './use-statement.ts'

const useWords = words('workshop', { fr, en })

interface DraftTabsProps {
  readonly drafts: Statement['drafts']
  /** Of what the tabs open. */
  readonly panel: string
}

export const tabOf = ({ id }: Pick<Draft, 'id'>) => `draft-${id}`

/** The texts that are being written: arrows go from one to the next, Delete closes one. */
export function DraftTabs({ drafts, panel }: DraftTabsProps) {
  const say = useWords()
  const { all, open, closed } = drafts
  const named = (draft: Draft) => draft.title || say('draft', { number: all.indexOf(draft) + 1 })
  const shown = all.find(({ id }) => id === open.id) ?? open
  // What is opened by a key of the list is where the keyboard goes on.
  const isByKey = useRef(false)
  useEffect(() => {
    if (isByKey.current) document.getElementById(tabOf(open))?.focus()
    isByKey.current = false
  }, [open])
  const press = (event: KeyboardEvent) => {
    const place = all.indexOf(shown)
    const next: Readonly<Record<string, Draft | undefined>> = {
      ArrowLeft: all.at(place - 1),
      ArrowRight: all[(place + 1) % all.length],
      Home: all[0],
      End: all.at(-1),
    }
    const chosen = next[event.key]
    if (event.key !== 'Delete' && !chosen) return
    event.preventDefault()
    isByKey.current = true
    if (chosen) drafts.select(chosen.id)
    else drafts.close(open.id)
  }
  return (
    <>
      <div className="draft-bar">
        <div role="tablist" aria-label={say('drafts')} className="drafts" onKeyDown={press}>
          {all.map((draft) => (
            <button
              key={draft.id}
              type="button"
              role="tab"
              id={tabOf(draft)}
              aria-selected={draft.id === open.id}
              aria-controls={panel}
              tabIndex={draft.id === open.id ? 0 : -1}
              onClick={() => drafts.select(draft.id)}
            >
              {named(draft)}
            </button>
          ))}
        </div>
        <button type="button" className="slight" disabled={!drafts.canAdd} onClick={() => drafts.add()}>
          {say('draft.add')}
        </button>
      </div>
      <div className="draft-name">
        <label>
          {say('draft.title')}{' '}
          <input
            value={open.title}
            placeholder={say('draft', { number: all.indexOf(shown) + 1 })}
            maxLength={60}
            autoComplete="off"
            onChange={({ target }) => drafts.rename(target.value)}
          />
        </label>
        <button type="button" className="slight" onClick={() => drafts.close(open.id)}>
          {say('draft.close', { title: named(shown) })}
        </button>
        {closed && (
          <button type="button" className="slight" onClick={() => drafts.reopen()}>
            {say('draft.reopen', { title: closed.title || say('draft.untitled') })}
          </button>
        )}
        <span className="small" role="status">
          {drafts.isKept ? '' : say('draft.unkept')}
        </span>
      </div>
    </>
  )
}
