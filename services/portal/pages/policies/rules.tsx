import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { addDays, today } from '../../days.ts'
import { statisticsQuery } from '../../log.ts'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { policiesQuery } from '../../policies.ts'
import { hasRole, useMe } from '../../session.ts'
import { useWords } from './words.ts'

/** One card per rule: its sentence, its reason, its legal basis, and to the DPO how often it refused. */
export function Rules() {
  const say = useWords()
  const { data, error } = useQuery(policiesQuery)
  const isReader = hasRole(useMe(), 'dpo')
  const figures = useQuery({
    ...statisticsQuery({ from: addDays(today(), -30), to: today() }),
    enabled: isReader,
  })
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  const refusals = new Map(figures.data?.codes.map(({ name, entries }) => [name, entries]))
  return (
    <>
      <p className="small">
        {say('version')} <code className="hash">{data.sha256}</code>
      </p>
      <ul className="cards rules">
        {data.rules.map(({ id, effect, code, title, reason, legalBasis }) => (
          <li key={id} className="card">
            <h2>{title}</h2>
            <p className="small">
              <code>{id}</code> <Mark tone={effect === 'permit' ? 'good' : 'bad'}>{say(effect)}</Mark>
            </p>
            <p>{reason}</p>
            <p className="small">
              {say('basis')} : {legalBasis}
            </p>
            {code !== undefined && (
              <p className="small">
                <a href={`/help/refus/${code}`}>{say('refusal', { code })}</a>
                {isReader && figures.data && (
                  <>
                    {' · '}
                    <Link to="/audit" search={{ code, from: addDays(today(), -30), to: today() }}>
                      {say('refusals', { count: refusals.get(code) ?? 0 })}
                    </Link>
                  </>
                )}
              </p>
            )}
          </li>
        ))}
      </ul>
      <details>
        <summary>{say('files')}</summary>
        <ul>
          {data.files.map(({ path, sha256 }) => (
            <li key={path} className="small">
              {path} <code className="hash">{sha256}</code>
            </li>
          ))}
        </ul>
      </details>
    </>
  )
}
