import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRef } from 'react'
import type { components } from '../../api.ts'
import { Refusal } from '../../parts/refusal.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import type { SavedQuery } from '../../saved-queries.ts'
import { useShortcut } from '../../shortcuts.ts'
import { words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }
import { type Asked, tablesQuery } from '../../workshop.ts'
import type { Editor } from './editor-view.ts'
import { OtherTables } from './others.tsx'
import { Results } from './results.tsx'
import { StatementPane } from './statement.tsx'
import { Tables } from './tables.tsx'
import { useRun } from './use-run.ts'
import { useStatement } from './use-statement.ts'

const useWords = words('workshop', { fr, en })

/** The three panes. */
export function Bench({ project }: { readonly project: components['schemas']['Project'] }) {
  const say = useWords()
  const navigate = useNavigate()
  const tables = useQuery(tablesQuery(project.id))
  const statement = useStatement(project)
  const run = useRun(project.id)
  const editor = useRef<Editor | null>(null)
  useShortcut('Mod+Enter', say('key.run'))
  useShortcut('Ctrl+Space', say('key.names'))
  useShortcut('Escape Tab', say('key.leave'))
  const begin = (sql: string) => {
    if (run.isRunning || statement.isUnsaid || sql.trim() === '') return
    if (statement.tab !== 'table' && statement.tab !== 'chart')
      void navigate({ to: '.', search: (before) => ({ ...before, tab: 'table' }), resetScroll: false })
    run.begin({ ...statement.asked, sql })
  }
  const write = ({ sql, ...about }: Asked) => {
    statement.write(sql, about)
    editor.current?.replace(sql)
    editor.current?.focus()
  }
  const reopen = (asked: Asked) => {
    const { sql, ...about } = asked
    const isInPlace = statement.text.trim() === '' || statement.text === sql || !statement.drafts.canAdd
    if (isInPlace) write(asked)
    else statement.writeElsewhere(sql, about)
  }
  const openSaved = (saved: SavedQuery) => {
    statement.openSaved(saved)
    editor.current?.focus()
  }
  const known = tables.data ?? []
  return (
    <div className="bench">
      <section className="side" aria-labelledby="tables">
        <h2 id="tables">{say('tables')}</h2>
        {tables.error && <Refusal error={tables.error} takesFocus={false} />}
        {!tables.data && !tables.error && <Waiting />}
        {tables.data?.length === 0 && <p className="empty">{say('tables.none')}</p>}
        <Tables tables={known} onInsert={(name) => editor.current?.insert(name)} />
        {tables.data && <OtherTables project={project} granted={known} />}
      </section>
      <div className="work">
        <StatementPane
          project={project}
          tables={known}
          statement={statement}
          run={run}
          editor={editor}
          onRun={begin}
          onWrite={write}
        />
        <Results
          {...{ run, statement }}
          project={project.id}
          onWrite={write}
          onReopen={reopen}
          onOpenSaved={openSaved}
        />
      </div>
    </div>
  )
}
