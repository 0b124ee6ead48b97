import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type AuditSearch, narrowed } from '../../dpo-search.ts'
import { numberOf } from '../../format.ts'
import { habilitationsQuery } from '../../habilitations.ts'
import { type AuditStatistics, logPageQuery } from '../../log.ts'
import { HeatMap } from './heat-map.tsx'
import { Suspend } from './suspend.tsx'
import { useWords } from './words.ts'

interface FiguresProps {
  readonly search: AuditSearch
}

/** The period at a glance: days, reasons of refusal, busiest projects. */
export function Figures({ search }: FiguresProps) {
  const { data: page } = useQuery(logPageQuery(search))
  if (!page) return null
  const data = page.statistics
  return (
    <aside className="figures">
      <HeatMap search={search} days={data.days} />
      <Pareto search={search} codes={data.codes} />
      <Projects search={search} projects={data.projects} />
    </aside>
  )
}

/** Refusals by reason, the commonest first, with their running share. */
function Pareto({ search, codes }: FiguresProps & { readonly codes: AuditStatistics['codes'] }) {
  const say = useWords()
  const shown = codes.slice(0, 8)
  const total = codes.reduce((sum, { entries }) => sum + entries, 0)
  let running = 0
  return (
    <section aria-labelledby="pareto">
      <h2 id="pareto">{say('pareto')}</h2>
      {shown.length === 0 ? (
        <p className="small">{say('pareto.none')}</p>
      ) : (
        <table className="bars">
          <thead>
            <tr>
              <th scope="col">{say('code')}</th>
              <th scope="col" className="number">
                {say('count')}
              </th>
              <th scope="col" className="number">
                {say('share')}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ name, entries }) => {
              running += entries
              return (
                <tr key={name}>
                  <th scope="row">
                    <Link to="/audit" search={narrowed(search, { code: name })} resetScroll={false}>
                      {name}
                    </Link>
                    <Bar part={entries} of={shown[0]?.entries ?? 1} />
                  </th>
                  <td className="number">{numberOf(entries)}</td>
                  <td className="number">{numberOf(Math.round((100 * running) / total))}&nbsp;%</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
    </section>
  )
}

function Projects({ search, projects }: FiguresProps & { readonly projects: AuditStatistics['projects'] }) {
  const say = useWords()
  const { data } = useQuery({ ...habilitationsQuery, enabled: false })
  const shown = projects.slice(0, 5)
  if (shown.length === 0) return null
  return (
    <section aria-labelledby="busiest">
      <h2 id="busiest">{say('projects')}</h2>
      <ul className="busiest">
        {shown.map(({ name, entries }) => (
          <li key={name}>
            <Link to="/audit" search={narrowed(search, { project: name })} resetScroll={false}>
              {data?.find(({ project }) => project === name)?.title ?? name}
            </Link>{' '}
            <span className="small">
              {name} · {numberOf(entries)}
            </span>
            <Bar part={entries} of={shown[0]?.entries ?? 1} />
            <Suspend project={name} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Bar({ part, of }: { readonly part: number; readonly of: number }) {
  return <span className="bar-part" aria-hidden="true" style={{ inlineSize: `${(100 * part) / of}%` }} />
}
