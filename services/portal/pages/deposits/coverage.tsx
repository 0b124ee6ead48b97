import { useQuery } from '@tanstack/react-query'
import { api, told } from '../../client.ts'
import { Region } from '../../parts/region.tsx'
import { words } from '../../text.ts'
import en from '../../words/deposits.en.json' with { type: 'json' }
import fr from '../../words/deposits.fr.json' with { type: 'json' }
import { type Period, PeriodBars } from './bars.tsx'

const useWords = words('deposits', { fr, en })

/** Rows per month of the latest version, as the catalogue may tell them: in bands, and withheld where too few persons stand behind. */
export function Coverage({ dataset }: { readonly dataset: string }) {
  const say = useWords()
  const { data } = useQuery({
    queryKey: ['profile', dataset],
    queryFn: () => told(api.GET('/api/v1/datasets/{name}/profile', { params: { path: { name: dataset } } })),
    refetchInterval: ({ state }) => (state.data?.status === 'preparing' ? 2000 : false),
  })
  const strips = data?.profile?.tables.flatMap(({ name, strip }) =>
    strip ? [{ table: name, ...strip }] : [],
  )
  if (!data?.profile || !strips || strips.length === 0) return null
  const { k, version } = data.profile
  return (
    <section aria-labelledby="coverage">
      <h2 id="coverage">{say('coverage', { version })}</h2>
      <p className="help">{say('coverage.lead', { k })}</p>
      {strips.map(({ table, column, periods }) => (
        <div key={table}>
          <h3>{say('coverage.table', { table, column })}</h3>
          <Region label={say('coverage.table', { table, column })}>
            <PeriodBars label={say('coverage.picture', { table, column })} periods={periods} />
          </Region>
          <Figures periods={periods} k={k} label={say('coverage.table', { table, column })} />
        </div>
      ))}
    </section>
  )
}

interface FiguresProps {
  readonly periods: readonly Period[]
  readonly k: number
  readonly label: string
}

function Figures({ periods, k, label }: FiguresProps) {
  const say = useWords()
  return (
    <details>
      <summary>{say('coverage.figures')}</summary>
      <table className="narrow">
        <caption className="unseen">{label}</caption>
        <thead>
          <tr>
            <th scope="col">{say('period')}</th>
            <th scope="col" className="number">
              {say('rows')}
            </th>
          </tr>
        </thead>
        <tbody>
          {periods.map(({ period, rows }) => (
            <tr key={period}>
              <th scope="row">{period}</th>
              {rows === null ? (
                <td className="number withheld">
                  <span aria-hidden="true">{`< ${k}`}</span>
                  <span className="unseen">{say('withheld', { k })}</span>
                </td>
              ) : (
                <td className="number">{rows}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
