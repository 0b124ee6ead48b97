import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { momentOf, numberOf } from '../../format.ts'
import { Mark, type Tone } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }
import { type Asked, type QueryRun, runsQuery } from '../../workshop.ts'
import { Comparison } from './comparison.tsx'
import { textOf } from './use-run.ts'

const useWords = words('workshop', { fr, en })

const tones: Readonly<Record<QueryRun['outcome'], Tone>> = {
  running: 'wait',
  released: 'good',
  refused: 'bad',
  aborted: 'warn',
}

interface JournalProps {
  readonly project: string
  /** Absent where nothing can be asked any more. */
  readonly onReopen?: (asked: Asked) => void
  readonly onCancel?: (id: string) => void
}

/** One's own queries of this project, the newest first. */
export function Journal({ project, ...acts }: JournalProps) {
  const say = useWords()
  const { data, error } = useQuery(runsQuery(project))
  const [compared, setCompared] = useState<readonly string[]>([])
  // Two at most: a third takes the place of the one that was chosen first.
  const compare = (id: string) =>
    setCompared((before) =>
      before.includes(id) ? before.filter((one) => one !== id) : [...before.slice(-1), id],
    )
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  if (data.length === 0) return <p className="empty">{say('journal.none')}</p>
  const [second, first] = data.filter(({ id }) => compared.includes(id))
  return (
    <>
      {first && second && (
        <Comparison
          texts={[textOf(first.id)?.sql ?? '', textOf(second.id)?.sql ?? '']}
          lead={say('compare.lead', {
            first: momentOf(first.submittedAt),
            second: momentOf(second.submittedAt),
          })}
          onClose={() => setCompared([])}
        />
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is scrolled by keyboard too */}
      <section className="wide journal" tabIndex={0} aria-label={say('journal')}>
        <table>
          <caption>{say('journal.caption')}</caption>
          <thead>
            <tr>
              <th scope="col">{say('journal.at')}</th>
              <th scope="col">{say('journal.outcome')}</th>
              <th scope="col" className="number">
                {say('journal.seconds')}
              </th>
              <th scope="col">{say('journal.entry')}</th>
              <th scope="col">{say('journal.text')}</th>
            </tr>
          </thead>
          <tbody>
            {data.map((run) => (
              <Row
                key={run.id}
                run={run}
                isCompared={compared.includes(run.id)}
                onCompare={compare}
                {...acts}
              />
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}

interface RowProps extends Omit<JournalProps, 'project'> {
  readonly run: QueryRun
  readonly isCompared: boolean
  readonly onCompare: (id: string) => void
}

function Row({ run, isCompared, onCompare, onReopen, onCancel }: RowProps) {
  const say = useWords()
  const { id, submittedAt, endedAt, outcome, code, seq } = run
  const seconds = endedAt === null ? null : (Date.parse(endedAt) - Date.parse(submittedAt)) / 1000
  const asked = textOf(id)
  return (
    <tr>
      <td>
        <time dateTime={submittedAt}>{momentOf(submittedAt)}</time>
      </td>
      <td>
        <Mark tone={tones[outcome]}>{say(run.waiting ? 'outcome.waiting' : `outcome.${outcome}`)}</Mark>{' '}
        {code && <a href={`/help/refus/${code}`}>{code}</a>}
        {outcome === 'running' && onCancel && (
          <button type="button" className="slight" onClick={() => onCancel(id)}>
            {say('run.cancel')}
          </button>
        )}
      </td>
      <td className="number">{seconds === null ? '' : numberOf(seconds, 2)}</td>
      <td>
        {seq === null ? (
          ''
        ) : (
          <a download href={`/api/v1/audit/receipts/${seq}?shard=${submittedAt.slice(0, 4)}`}>
            {seq}
          </a>
        )}
      </td>
      <td>
        {asked && onReopen ? (
          <>
            <button type="button" className="slight" onClick={() => onReopen(asked)}>
              {say('journal.reopen')}
            </button>{' '}
            <button type="button" className="slight" aria-pressed={isCompared} onClick={() => onCompare(id)}>
              {say('journal.compare')}
            </button>
          </>
        ) : (
          <span className="small">{say('journal.unkept')}</span>
        )}
      </td>
    </tr>
  )
}
