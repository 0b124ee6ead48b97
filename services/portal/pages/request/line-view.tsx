import { Mark, type Tone } from '../../parts/mark.tsx'
import type { Line } from '../../requests.ts'
import { useNames, useRequestWords } from './words.ts'

const tones: Readonly<Record<Line['state'], Tone>> = {
  pending: 'wait',
  countersigned: 'good',
  declined: 'bad',
  open: 'good',
  suspended: 'bad',
  closed: 'plain',
}

interface AskedTable {
  readonly columns?: '*' | readonly string[]
  readonly justifications?: Readonly<Record<string, string>>
  readonly filter?: string
}

interface LineViewProps {
  readonly line: Line
  readonly isStateShown?: boolean
  readonly heading?: 'h3' | 'h4'
}

/** One dataset that is asked for or granted: why, which rows, which columns, and what its holder said. */
export function LineView({ line, isStateShown = true, heading: Title = 'h4' }: LineViewProps) {
  const say = useRequestWords()
  const named = useNames()
  const { dataset, holder, state, comment, countersignature } = line
  const tables = Object.entries((line.tables ?? {}) as Readonly<Record<string, AskedTable>>)
  const population = line.population as { table: string; filter: string } | undefined
  return (
    <section className="card line">
      <div className="line-head">
        <Title>
          {dataset} {holder !== null && <span className="small">{holder}</span>}
        </Title>
        {isStateShown && (
          <Mark tone={tones[state]}>
            {named('line', state)}
            {countersignature && ` — ${countersignature.by}`}
          </Mark>
        )}
      </div>
      {comment !== undefined && <p className="said">{say('line-comment', { text: comment })}</p>}
      {typeof line.justification === 'string' && <p className="said">{line.justification}</p>}
      {population && (
        <p>
          {say('population-read', { table: population.table })} <code>{population.filter}</code>
        </p>
      )}
      {line.exact === 'checked' && (
        <p>
          <Mark tone="warn">{say('line-exact')}</Mark> {say('line-exact-help')}
        </p>
      )}
      {tables.map(([name, asked]) => (
        <TableView key={name} name={name} asked={asked} />
      ))}
    </section>
  )
}

function TableView({ name, asked }: { readonly name: string; readonly asked: AskedTable }) {
  const say = useRequestWords()
  const { columns = [], justifications = {}, filter } = asked
  const count = columns === '*' ? say('columns-star') : say('columns-listed', { count: columns.length })
  return (
    <details>
      <summary>
        <code>{name}</code> <span className="small">{count}</span>
      </summary>
      {filter !== undefined && (
        <p>
          {say('rows-kept')} <code>{filter}</code>
        </p>
      )}
      <ul className="plain columns">
        {(columns === '*' ? [] : columns).map((column) => (
          <li key={column}>
            <code>{column}</code> <span className="small">{justifications[column]}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}
