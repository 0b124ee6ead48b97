/** The statement of the page, and what it is asked for. A short text is kept in the address, behind its #, which no server is sent. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import type { components } from '../../api.ts'
import type { SavedQuery } from '../../saved-queries.ts'
import type { WorkshopSearch } from '../../searches.ts'
import type { Asked } from '../../workshop.ts'
import { useDrafts } from './use-drafts.ts'

export const resultTabs = ['table', 'chart', 'plan', 'journal', 'saved'] as const

const mark = '#sql='
/** Longer addresses are cut by some tools through which people pass them on. */
const longest = 1500
const settlingMs = 400

export function useStatement(project: components['schemas']['Project']) {
  const search = useSearch({ strict: false }) as WorkshopSearch
  const navigate = useNavigate()
  const drafts = useDrafts(project.id, textOfAddress())
  const { text } = drafts.open
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(text)
      keepInAddress(text)
    }, settlingMs)
    return () => clearTimeout(timer)
  }, [text])
  const { purpose, objective } = search
  const about = useMemo(
    () => ({ ...(purpose !== undefined && { purpose }), ...(objective !== undefined && { objective }) }),
    [purpose, objective],
  )
  const objectives = objectivesOf(project)
  const takeAim = ({ purpose: named, objective: aimed }: Aim) => {
    if (named === undefined && aimed === undefined) return
    const aim = {
      ...(named !== undefined && { purpose: named }),
      ...(aimed !== undefined && { objective: aimed }),
    }
    void navigate({ to: '.', search: (before) => ({ ...before, ...aim }), hash: true, replace: true })
  }
  return {
    text,
    /** The texts that are being written; `text` is that of the open one. */
    drafts,
    setText: drafts.write,
    tab: resultTabs.find((one) => one === search.tab) ?? 'table',
    /** As it stands now. */
    asked: { sql: text, ...about } satisfies Asked,
    /** As it stood when the writer last paused. */
    paused: { sql: settled, ...about } satisfies Asked,
    isPaused: settled === text,
    objectives,
    /** The permit has several, and none has been chosen. */
    isUnsaid:
      (project.purposes.length > 1 && purpose === undefined) ||
      (objectives.length > 1 && objective === undefined),
    choose: (chosen: Aim) =>
      void navigate({
        to: '.',
        search: (before) => ({ ...before, ...chosen }),
        hash: true,
        replace: true,
        resetScroll: false,
      }),
    write(sql: string, aim: Aim = {}) {
      drafts.write(sql)
      setSettled(sql)
      keepInAddress(sql)
      takeAim(aim)
    },
    /** Beside what is being written, which stays. */
    writeElsewhere(sql: string, aim: Aim = {}) {
      drafts.add(sql)
      takeAim(aim)
    },
    /** In a tab of its own, with what it is asked for. */
    openSaved(saved: SavedQuery) {
      drafts.openSaved(saved)
      takeAim(saved)
    },
  }
}

export type Statement = ReturnType<typeof useStatement>

type Aim = Pick<WorkshopSearch, 'purpose' | 'objective'>

interface Objective {
  readonly id: string
  readonly label: string
}

function objectivesOf({ objectives }: components['schemas']['Project']): readonly Objective[] {
  return Array.isArray(objectives) ? (objectives as readonly Objective[]) : []
}

function textOfAddress(): string {
  const { hash } = window.location
  if (!hash.startsWith(mark)) return ''
  try {
    return decodeURIComponent(hash.slice(mark.length))
  } catch {
    return ''
  }
}

function keepInAddress(text: string): void {
  const { pathname, search, hash } = window.location
  const kept = text === '' || text.length > longest ? '' : mark + encodeURIComponent(text)
  if (kept !== hash) window.history.replaceState(window.history.state, '', pathname + search + kept)
}
