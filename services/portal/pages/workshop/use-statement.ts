/** The statement of the page, and what it is asked for. A short text is kept in the address, behind its #, which no server is sent. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import type { components } from '../../api.ts'
import type { WorkshopSearch } from '../../searches.ts'
import type { Asked } from '../../workshop.ts'

export const resultTabs = ['table', 'chart', 'journal'] as const
export type ResultTab = (typeof resultTabs)[number]

const mark = '#sql='
/** Longer addresses are cut by some tools through which people pass them on. */
const longest = 1500
const settlingMs = 400

export function useStatement(project: components['schemas']['Project']) {
  const search = useSearch({ strict: false }) as WorkshopSearch
  const navigate = useNavigate()
  const [text, setText] = useState(textOfAddress)
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
  return {
    text,
    setText,
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
    choose: (chosen: Pick<WorkshopSearch, 'purpose' | 'objective'>) =>
      void navigate({
        to: '.',
        search: (before) => ({ ...before, ...chosen }),
        hash: true,
        replace: true,
        resetScroll: false,
      }),
    write(sql: string, aim: Pick<WorkshopSearch, 'purpose' | 'objective'> = {}) {
      setText(sql)
      setSettled(sql)
      keepInAddress(sql)
      if (aim.purpose !== undefined || aim.objective !== undefined)
        void navigate({ to: '.', search: (before) => ({ ...before, ...aim }), hash: true, replace: true })
    },
  }
}

export type Statement = ReturnType<typeof useStatement>

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
