import { dayOf } from '../../format.ts'
import { inLanguage } from '../../request-form.ts'
import type { HabilitationRequest } from '../../requests.ts'
import { useRequestWords } from '../request/words.ts'

const grades = ['A', 'B', 'C', 'D', 'E'] as const

/** How much is asked for of what there is, why the grade is what it is, and the cheapest way to ask for less. */
export function Meter({ minimisation }: Pick<HabilitationRequest, 'minimisation'>) {
  const say = useRequestWords()
  const { grade, quasiIdentifiers, scope, explanation, advice } = minimisation
  return (
    <section aria-labelledby="meter">
      <h2 id="meter">{say('meter')}</h2>
      <p className="grades" role="img" aria-label={say('meter-grade', { grade })}>
        {grades.map((one) => (
          <span key={one} className={one === grade ? `grade now grade-${one}` : 'grade'}>
            {one}
          </span>
        ))}
      </p>
      {scope.lines === 0 ? (
        <p className="small">{say('meter-empty')}</p>
      ) : (
        <>
          <ul className="plain small">
            {explanation.map((one) => (
              <li key={one.fr}>{inLanguage(one)}</li>
            ))}
          </ul>
          {advice && (
            <p className="hint small">
              {inLanguage(advice)} <strong>{say('meter-then', { grade: advice.grade })}</strong>
            </p>
          )}
          <Crossed columns={quasiIdentifiers.columns} />
        </>
      )}
    </section>
  )
}

interface CrossedProps {
  readonly columns: HabilitationRequest['minimisation']['quasiIdentifiers']['columns']
}

function Crossed({ columns }: CrossedProps) {
  const say = useRequestWords()
  if (columns.length === 0) return null
  return (
    <details>
      <summary>{say('meter-crossed', { count: columns.length })}</summary>
      <ul className="plain small">
        {columns.map(({ dataset, table, column }) => (
          <li key={`${dataset} ${table} ${column}`}>
            <code>
              {dataset}.{table}.{column}
            </code>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** The days between which access is asked for, if they are said. */
export function AccessDays({ request }: { readonly request: HabilitationRequest }) {
  const say = useRequestWords()
  const period = request.accessPeriod as { from?: string; until?: string } | undefined
  if (!period?.from || !period.until) return null
  return (
    <p className="small">{say('access-days', { from: dayOf(period.from), until: dayOf(period.until) })}</p>
  )
}
