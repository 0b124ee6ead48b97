/** What the check of a text says of its run: what is read, how persons are counted, what may be withheld and by which rule. */
import { useQuery } from '@tanstack/react-query'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Region } from '../../parts/region.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }
import { type Asked, type Check, checkQuery } from '../../workshop.ts'
import { Rules } from './preflight.tsx'

const useWords = words('workshop', { fr, en })

type Explanation = NonNullable<Check['explanation']>

interface PlanProps {
  readonly project: string
  /** The text as it stood when the writer last paused. */
  readonly asked: Asked
  /** What is asked for must be chosen first. */
  readonly isUnsaid: boolean
}

/** Never with an estimate of rows: it would tell how many there are. */
export function Plan({ project, asked, isUnsaid }: PlanProps) {
  const say = useWords()
  const isEmpty = asked.sql.trim() === ''
  const { data, error } = useQuery({ ...checkQuery(project, asked), enabled: !isEmpty && !isUnsaid })
  if (isEmpty || isUnsaid) return <p className="empty">{say('plan.none')}</p>
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  const { decision, title, explanation } = data
  return (
    <div className="plan">
      <p>
        {decision === 'allow' ? (
          <Mark tone="good">{say('preflight.allowed')}</Mark>
        ) : (
          <Mark tone="bad">{say('preflight.refused', { title: title ?? '' })}</Mark>
        )}{' '}
        <span className="small">{say('plan.cost')}</span>
      </p>
      {explanation ? <Explained explanation={explanation} /> : <p>{say('plan.refused')}</p>}
    </div>
  )
}

function Explained({ explanation }: { readonly explanation: Explanation }) {
  const say = useWords()
  const { k, leaves, rules, not_covered } = explanation
  return (
    <>
      <Reads reads={explanation.reads} />
      <h3>{say('plan.counted')}</h3>
      {leaves.length === 0 ? (
        <p>{say('preflight.public')}</p>
      ) : (
        <Leaves leaves={leaves.map((leaf, place) => ({ ...leaf, place }))} k={k} />
      )}
      <Leaving columns={explanation.columns} />
      {rules.length > 0 && (
        <>
          <h3>{say('plan.rules')}</h3>
          <Rules rules={rules} />
        </>
      )}
      {not_covered.length > 0 && (
        <details>
          <summary>{say('disclosure.gaps')}</summary>
          <ul>
            {not_covered.map(({ name, text }) => (
              <li key={name}>{text}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

function Reads({ reads }: Pick<Explanation, 'reads'>) {
  const say = useWords()
  if (reads.length === 0) return null
  return (
    <Region label={say('plan.reads')}>
      <table>
        <caption>{say('plan.reads')}</caption>
        <thead>
          <tr>
            <th scope="col">{say('plan.table')}</th>
            <th scope="col">{say('plan.class')}</th>
            <th scope="col">{say('plan.columns')}</th>
          </tr>
        </thead>
        <tbody>
          {reads.map(({ dataset, table, class: kind, columns }) => (
            <tr key={`${dataset} ${table}`}>
              <th scope="row">
                <code>{[dataset, table].filter(Boolean).join('.')}</code>
              </th>
              <td>{say(`class.${kind}`)}</td>
              <td>
                <code>{columns.join(', ')}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Region>
  )
}

interface LeavesProps {
  readonly leaves: readonly (Explanation['leaves'][number] & { readonly place: number })[]
  readonly k: number
}

/** One for each count or sum over persons; the rest of the statement works on what they release. */
function Leaves({ leaves, k }: LeavesProps) {
  const say = useWords()
  return (
    <ol>
      {leaves.map(({ place, plan, groups, tables }) => (
        <li key={place}>
          <code>{tables.join(', ')}</code>
          <span className="meaning">{say(`leaf.${plan}`)}</span>
          <span className="meaning">{say(`groups.${groups}`, { k })}</span>
        </li>
      ))}
    </ol>
  )
}

function Leaving({ columns }: Pick<Explanation, 'columns'>) {
  const say = useWords()
  // Two columns may have one name.
  const placed = columns.map((column, place) => ({ ...column, place }))
  return (
    <Region label={say('plan.leaves')}>
      <table>
        <caption>{say('plan.leaves')}</caption>
        <thead>
          <tr>
            <th scope="col">{say('plan.column')}</th>
            <th scope="col">{say('plan.is')}</th>
            <th scope="col">{say('plan.rules')}</th>
          </tr>
        </thead>
        <tbody>
          {placed.map(({ place, name, type, text, statistics, rules }) => (
            <tr key={place}>
              <th scope="row">
                {name} <span className="type">{type}</span>
              </th>
              <td>
                {text}
                {statistics.map((one) => (
                  <span key={one.label} className="meaning">
                    {one.text}
                  </span>
                ))}
              </td>
              <td>
                <code>{rules.join(', ')}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Region>
  )
}
