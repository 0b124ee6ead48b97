import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { lazy, type RefObject, Suspense } from 'react'
import type { components } from '../../api.ts'
import { Field } from '../../parts/field.tsx'
import { LongWork } from '../../parts/long-work.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }
import { type Asked, checkQuery, followedRuns, type GrantedTable, runsQuery } from '../../workshop.ts'
import { DraftTabs, tabOf } from './draft-tabs.tsx'
import type { Editor } from './editor-view.ts'
import { examplesOf } from './examples.ts'
import { Preflight } from './preflight.tsx'
import { Progress } from './progress.tsx'
import { SaveDraft } from './save-draft.tsx'
import type { Run } from './use-run.ts'
import type { Statement } from './use-statement.ts'

const useWords = words('workshop', { fr, en })

const SqlEditor = lazy(() => import('./editor.tsx').then((part) => ({ default: part.SqlEditor })))

interface PaneProps {
  readonly project: components['schemas']['Project']
  readonly tables: readonly GrantedTable[]
  readonly statement: Statement
  readonly run: Run
  readonly editor: RefObject<Editor | null>
  readonly onRun: (sql: string) => void
  readonly onWrite: (asked: Asked) => void
}

export function StatementPane(props: PaneProps) {
  const { project, tables, statement, run, editor, onRun, onWrite } = props
  const say = useWords()
  const check = useQuery({
    ...checkQuery(project.id, statement.paused),
    enabled: statement.paused.sql.trim() !== '' && !statement.isUnsaid,
    placeholderData: keepPreviousData,
  })
  const { open, takesFocus } = statement.drafts
  const isEmpty = statement.text.trim() === ''
  const decided = isEmpty ? undefined : check.data
  const isAsking = !isEmpty && (!statement.isPaused || check.isFetching)
  return (
    <section className="statement" aria-labelledby="statement">
      <h2 id="statement">{say('statement')}</h2>
      <Aims project={project} statement={statement} />
      <DraftTabs drafts={statement.drafts} panel="draft-text" />
      <SaveDraft project={project.id} statement={statement} />
      <div className="editor-frame" role="tabpanel" id="draft-text" aria-labelledby={tabOf(open)}>
        <Suspense fallback={<Waiting />}>
          <SqlEditor
            // A text of its own has a history of its own: undoing never brings back another.
            key={open.id}
            {...{ tables, onRun, takesFocus }}
            label={say('editor')}
            hint={say('editor.hint')}
            text={statement.text}
            fault={isAsking ? undefined : (decided?.location ?? null)}
            onText={statement.setText}
            handle={editor}
          />
        </Suspense>
      </div>
      <p className="small">
        {say('editor.keys')} {say('drafts.kept')}
      </p>
      {isEmpty && <Examples tables={tables} onWrite={onWrite} />}
      {check.error && !isEmpty ? (
        <Refusal error={check.error} takesFocus={false} />
      ) : (
        <Preflight check={decided} isAsking={isAsking} onReplace={(sql) => onWrite({ sql })} />
      )}
      <div className="actions">
        <button
          type="button"
          className="main"
          disabled={isEmpty || run.isRunning || statement.isUnsaid}
          onClick={() => onRun(statement.text)}
        >
          {say('run')}
        </button>
        <RunCard project={project.id} run={run} />
      </div>
      {statement.isUnsaid && <p className="small">{say('aims.unsaid')}</p>}
    </section>
  )
}

function RunCard({ project, run }: { readonly project: string; readonly run: Run }) {
  const say = useWords()
  const { data } = useQuery({ ...runsQuery(project), enabled: run.isRunning })
  const { begun, isRunning, isCancelling, cancel } = run
  const isWaiting = data?.some(({ id, waiting }) => id === begun?.id && waiting) === true
  const isAnyRunning = isRunning || data?.some(({ outcome }) => outcome === 'running') === true
  return (
    <>
      {isRunning && begun && (
        <Progress
          since={begun.at}
          isWaiting={isWaiting}
          isCancelling={isCancelling}
          onCancel={() => cancel(begun.id)}
        />
      )}
      <LongWork name={say('run.name')} isRunning={isAnyRunning} followed={followedRuns(project)} />
    </>
  )
}

/** Chosen only where the permit leaves a choice. */
function Aims({ project, statement }: Pick<PaneProps, 'project' | 'statement'>) {
  const say = useWords()
  const { paused, objectives, choose } = statement
  if (project.purposes.length < 2 && objectives.length < 2) return null
  return (
    <div className="aims">
      {project.purposes.length > 1 && (
        <Field label={say('aims.purpose')}>
          {(tied) => (
            <select
              {...tied}
              value={paused.purpose ?? ''}
              onChange={({ target }) => choose({ purpose: target.value })}
            >
              <option value="" disabled>
                {say('aims.choose')}
              </option>
              {project.purposes.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          )}
        </Field>
      )}
      {objectives.length > 1 && (
        <Field label={say('aims.objective')}>
          {(tied) => (
            <select
              {...tied}
              value={paused.objective ?? ''}
              onChange={({ target }) => choose({ objective: target.value })}
            >
              <option value="" disabled>
                {say('aims.choose')}
              </option>
              {objectives.map(({ id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
    </div>
  )
}

function Examples({ tables, onWrite }: Pick<PaneProps, 'tables' | 'onWrite'>) {
  const say = useWords()
  const examples = examplesOf(tables)
  if (examples.length === 0) return null
  return (
    <section className="examples" aria-labelledby="examples">
      <h3 id="examples">{say('examples')}</h3>
      <ul>
        {examples.map(({ word, table, column, sql }) => (
          <li key={word}>
            <button type="button" onClick={() => onWrite({ sql })}>
              {say(word, { table, column })}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
