import { type ToOptions, useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { findBy } from '../finding.ts'
import { type Goal, type Group, useGoals } from '../palette.ts'
import type { Me } from '../session.ts'
import { words } from '../text.ts'
import en from '../words/palette.en.json' with { type: 'json' }
import fr from '../words/palette.fr.json' with { type: 'json' }
import { Dialog } from './dialog.tsx'
import './palette.css'

const useWords = words('palette', { fr, en })

/** Of one group while words are typed: the others are a letter away. */
const mostOfGroup = 12

interface PaletteProps {
  readonly me: Me
  readonly isOpen: boolean
  readonly onClose: () => void
}

/** The whole portal by a few letters: pages, projects, requests, datasets, queries. */
export function Palette({ me, isOpen, onClose }: PaletteProps) {
  const say = useWords()
  return (
    <Dialog title={say('title')} isOpen={isOpen} onClose={onClose}>
      <Search me={me} onClose={onClose} />
    </Dialog>
  )
}

function Search({ me, onClose }: Omit<PaletteProps, 'isOpen'>) {
  const say = useWords()
  const navigate = useNavigate()
  const id = useId()
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState(0)
  const { goals, isWaiting, isPartial } = useGoals(me, true)
  const found = inGroups(findBy(typed, goals, ({ label, detail }) => `${label} ${detail}`))
  const at = Math.min(chosen, found.length - 1)
  const go = ({ to }: Goal) => {
    onClose()
    if (typeof to === 'string') window.location.assign(to)
    else void navigate(to as ToOptions)
  }
  const steer = (event: KeyboardEvent) => {
    const next = steps[event.key]?.(at, found.length)
    const goal = found[at]
    if (event.key === 'Enter' && goal) go(goal)
    else if (next === undefined || found.length === 0) return
    else setChosen((next + found.length) % found.length)
    event.preventDefault()
  }
  return (
    <div className="palette">
      <input
        // biome-ignore lint/a11y/noAutofocus: whoever opens the palette wants to type
        autoFocus
        type="text"
        role="combobox"
        aria-label={say('field')}
        aria-expanded={found.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `${id}-${at}` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder={say('hint')}
        value={typed}
        onChange={({ target }) => {
          setTyped(target.value)
          setChosen(0)
        }}
        onKeyDown={steer}
      />
      <Found id={id} found={found} at={at} onGo={go} />
      <p role="status" className="small">
        {isWaiting
          ? say('waiting')
          : found.length === 0
            ? say('none')
            : say('found', { count: found.length })}
        {isPartial && ` ${say('partial')}`}
      </p>
      <p className="small">{say('keys')}</p>
    </div>
  )
}

/** From where one is, and of how many. */
const steps: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  PageDown: (at, count) => Math.min(at + 5, count - 1),
  PageUp: (at) => Math.max(at - 5, 0),
}

/** The group of the best answer first, and each group in one piece. */
function inGroups(found: readonly Goal[]): readonly Goal[] {
  const order = [...new Set(found.map(({ group }) => group))]
  return order.flatMap((group) => found.filter((goal) => goal.group === group).slice(0, mostOfGroup))
}

interface FoundProps {
  readonly id: string
  readonly found: readonly Goal[]
  readonly at: number
  readonly onGo: (goal: Goal) => void
}

function Found({ id, found, at, onGo }: FoundProps) {
  const say = useWords()
  const list = useRef<HTMLDivElement>(null)
  const groups = [...new Set(found.map(({ group }) => group))]
  useEffect(() => {
    list.current?.querySelector(`[id="${id}-${at}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [id, at])
  return (
    <div ref={list} id={`${id}-list`} role="listbox" aria-label={say('list')} tabIndex={-1}>
      {groups.map((group: Group) => (
        // biome-ignore lint/a11y/useSemanticElements: options are in groups, no fieldset
        <div key={group} role="group" aria-labelledby={`${id}-${group}`}>
          <div id={`${id}-${group}`} className="group" role="presentation">
            {say(`group.${group}`)}
          </div>
          {found.map((goal, place) =>
            goal.group === group ? (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keyboard
              <div
                key={goal.key}
                id={`${id}-${place}`}
                role="option"
                aria-selected={place === at}
                tabIndex={-1}
                onClick={() => onGo(goal)}
              >
                <span>{goal.label}</span> <span className="small">{goal.detail}</span>
              </div>
            ) : null,
          )}
        </div>
      ))}
    </div>
  )
}
