import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { components } from '../../api.ts'
import { datasetsQuery, tablesOf } from '../../datasets.ts'
import { requestQuery } from '../../requests.ts'
import { words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }
import type { GrantedTable } from '../../workshop.ts'

const useWords = words('workshop', { fr, en })

interface OthersProps {
  readonly project: components['schemas']['Project']
  readonly granted: readonly GrantedTable[]
}

/** Tables of the catalogue that the project may not name, from what the catalogue tells everybody; and the way to ask for them. */
export function OtherTables({ project, granted }: OthersProps) {
  const say = useWords()
  const { data } = useQuery(datasetsQuery(''))
  const has = new Set(granted.map(({ dataset, name }) => `${dataset} ${name}`))
  const others = (data ?? []).flatMap((dataset) => {
    const tables = tablesOf(dataset).filter(({ name }) => !has.has(`${dataset.name} ${name}`))
    return tables.length === 0 ? [] : [{ ...dataset, tables }]
  })
  if (others.length === 0) return null
  return (
    <details className="others">
      <summary>
        {say('others', { count: others.reduce((sum, { tables }) => sum + tables.length, 0) })}
      </summary>
      <Ask request={String(project.habilitation)} />
      {others.map(({ name, title, tables }) => (
        <section key={name} aria-label={name}>
          <h3>
            <a href={`/catalogue/${name}`}>{name}</a>
          </h3>
          {title && <p className="small">{title}</p>}
          <ul>
            {tables.map((table) => (
              <li key={table.name}>
                <span className="name">{table.name}</span>{' '}
                <span className="small">{say('table.columns', { count: table.columns.length })}</span>
                {table.title && <span className="meaning">{table.title}</span>}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </details>
  )
}

/** An amendment, for whom the API offers one; for the others, whose act it is. */
function Ask({ request }: { readonly request: string }) {
  const say = useWords()
  const { data } = useQuery(requestQuery(request))
  if (!data?.offered.includes('amendment')) return <p className="small">{say('others.lead')}</p>
  return (
    <p>
      <Link to="/requests/$request/amend" params={{ request }} search={{ step: 'data' }}>
        {say('others.ask')}
      </Link>
    </p>
  )
}
