import { useQuery } from '@tanstack/react-query'
import { Refusal } from '../../parts/refusal.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { Problem } from '../../problem.ts'
import type { SavedQuery } from '../../saved-queries.ts'
import { words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }
import { type Asked, checkQuery } from '../../workshop.ts'
import { Journal } from './journal.tsx'
import { Leaving } from './leaving.tsx'
import { Outcome } from './outcome.tsx'
import { Plan } from './plan.tsx'
import { Accepted } from './preflight.tsx'
import { Saved } from './saved.tsx'
import type { Begun, Run } from './use-run.ts'
import { resultTabs, type Statement } from './use-statement.ts'

const useWords = words('workshop', { fr, en })

interface ResultsProps {
  readonly project: string
  readonly run: Run
  readonly statement: Statement
  readonly onWrite: (asked: Asked) => void
  /** Beside what is being written. */
  readonly onReopen: (asked: Asked) => void
  readonly onOpenSaved: (saved: SavedQuery) => void
}

/** What came of the last question, as a table or a picture; what would come of the next; and the questions before it. */
export function Results({ project, run, statement, onWrite, onReopen, onOpenSaved }: ResultsProps) {
  const say = useWords()
  const { tab, text, paused, isUnsaid } = statement
  const tabs = resultTabs.map((id) => ({ id, label: say(`tab.${id}`) }))
  return (
    <section className="results" aria-labelledby="results">
      <h2 id="results">{say('results')}</h2>
      <Tabs label={say('results')} tabs={tabs} current={tab} />
      {tab === 'journal' ? (
        <Journal project={project} onReopen={onReopen} onCancel={run.cancel} />
      ) : tab === 'saved' ? (
        <Saved project={project} statement={statement} onOpen={onOpenSaved} />
      ) : tab === 'plan' ? (
        <Plan project={project} asked={paused} isUnsaid={isUnsaid} />
      ) : (
        <Last {...{ project, run, text, onWrite }} isChart={tab === 'chart'} />
      )}
    </section>
  )
}

interface LastProps extends Pick<ResultsProps, 'project' | 'run' | 'onWrite'> {
  /** The statement as it stands now. */
  readonly text: string
  readonly isChart: boolean
}

function Last({ project, run, text, isChart, onWrite }: LastProps) {
  const say = useWords()
  const { begun, answered, error, isRunning } = run
  if (!begun) return <p className="empty">{say('results.none')}</p>
  if (isRunning) return <div className="pending" />
  if (isStopped(error)) return <p className="empty">{say('run.stopped')}</p>
  if (error) return <Refused project={project} begun={begun} error={error} onWrite={onWrite} />
  if (!answered) return null
  const { asked } = begun
  return (
    <>
      {text !== asked.sql && <p className="small">{say('results.before')}</p>}
      <Outcome {...{ project, asked, isChart }} answer={answered.answer} ms={answered.ms} />
      <Leaving project={project} asked={asked} answer={answered.answer} />
    </>
  )
}

/** It was stopped by whoever asked: no refusal. */
function isStopped(error: unknown): boolean {
  return error instanceof Problem && error.body.rule === 'query.client'
}

interface RefusedProps extends Pick<ResultsProps, 'project' | 'onWrite'> {
  readonly begun: Begun
  readonly error: unknown
}

function Refused({ project, begun, error, onWrite }: RefusedProps) {
  const { data } = useQuery(checkQuery(project, begun.asked))
  const { sql } = begun.asked
  return (
    <Refusal error={error} text={sql}>
      {data?.accepted !== undefined && (
        <Accepted sql={data.accepted} onReplace={(accepted) => onWrite({ sql: accepted })} />
      )}
    </Refusal>
  )
}
