import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { numberOf } from '../../format.ts'
import { Waiting } from '../../parts/waiting.tsx'
import { words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }
import { type Answer, type Asked, checkQuery, proofAddress } from '../../workshop.ts'
import { Rules } from './preflight.tsx'
import { ResultTable } from './result-table.tsx'

const useWords = words('workshop', { fr, en })

const ResultChart = lazy(() => import('./chart.tsx').then((part) => ({ default: part.ResultChart })))

interface OutcomeProps {
  readonly project: string
  readonly asked: Asked
  readonly answer: Answer
  readonly ms: number
  readonly isChart: boolean
}

/** An answer: what left, what was withheld in words, and the entry of the log that proves it. */
export function Outcome({ project, asked, answer, ms, isChart }: OutcomeProps) {
  const say = useWords()
  const { rows } = answer
  if (isChange(asked.sql))
    return (
      <p className="empty">
        {say('rows.change')} <Proof answer={answer} />
      </p>
    )
  return (
    <>
      <p className="facts" role="status">
        <strong>{say('rows', { count: rows.length })}</strong>
        <span>{say('seconds', { seconds: numberOf(ms / 1000, 2) })}</span>
        <Proof answer={answer} />
      </p>
      {rows.length === 0 ? (
        <p className="empty">{say('rows.none')}</p>
      ) : isChart ? (
        <Suspense fallback={<Waiting />}>
          <ResultChart answer={answer} />
        </Suspense>
      ) : (
        <ResultTable answer={answer} />
      )}
      <Disclosure project={project} asked={asked} answer={answer} />
    </>
  )
}

/** A statement that makes or drops a table answers no rows. */
function isChange(sql: string): boolean {
  return /^\s*(create|drop)\b/i.test(sql)
}

function Proof({ answer: { receipt } }: Pick<OutcomeProps, 'answer'>) {
  const say = useWords()
  return (
    <a href={proofAddress(receipt)} download={`huisclos-${receipt.seq}.tlog-proof`}>
      {say('receipt', { seq: receipt.seq })}
    </a>
  )
}

/** What was withheld, and by which rules: in the sentences of the check of the same text. */
function Disclosure({ project, asked, answer }: Pick<OutcomeProps, 'project' | 'asked' | 'answer'>) {
  const say = useWords()
  const { data } = useQuery(checkQuery(project, asked))
  const { unit, k, cellsWithheld, groupsWithheld, rowsCutAt, rules, guarantee, not_covered } =
    answer.disclosure
  if (rules.length === 0) return <p className="small">{say('disclosure.none')}</p>
  const texts = new Map(data?.explanation?.rules.map(({ name, text }) => [name, text]))
  const gaps = data?.explanation?.not_covered.filter(({ name }) => not_covered.includes(name)) ?? []
  return (
    <section className="disclosure" aria-label={say('disclosure')}>
      <p>
        {cellsWithheld > 0 ? say('disclosure.cells', { count: cellsWithheld }) : say('disclosure.whole')}{' '}
        {groupsWithheld && say(`disclosure.groups.${unit}`, { k })}{' '}
        {rowsCutAt !== undefined && say('disclosure.cut', { count: rowsCutAt })}
      </p>
      <p className="small">{guarantee}</p>
      <details>
        <summary>{say('disclosure.rules', { names: rules.join(', ') })}</summary>
        <Rules rules={rules.map((name) => ({ name, text: texts.get(name) ?? '' }))} />
        {gaps.length > 0 && (
          <>
            <p>{say('disclosure.gaps')}</p>
            <ul>
              {gaps.map(({ name, text }) => (
                <li key={name}>{text}</li>
              ))}
            </ul>
          </>
        )}
      </details>
    </section>
  )
}
