import { useQuery } from '@tanstack/react-query'
import { dayOf } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import { optOutsQuery } from '../../project-work.ts'
import { useProjectWords } from './words.ts'

const tones = { applied: 'good', waiting: 'wait', overdue: 'bad', kept: 'plain' } as const

/** What opt-outs did to the extracts, in bands that name nobody. Only who may know it is told; others see nothing here. */
export function OptOuts({ project }: { readonly project: string }) {
  const say = useProjectWords()
  const { data } = useQuery(optOutsQuery(project))
  if (!data) return null
  return (
    <section aria-labelledby="opt-outs">
      <h2 id="opt-outs">{say('opt-outs')}</h2>
      <p className="help">{say(`opt-outs-mode.${data.mode}`)}</p>
      {data.domains.length === 0 && <p>{say('opt-outs-none')}</p>}
      {data.domains.map(({ domain, version, state, by, changes }) => (
        <div key={domain} className="card">
          <h3>{domain}</h3>
          <p>
            <Mark tone={tones[state]}>{say(`opt-outs-state.${state}`)}</Mark>{' '}
            {by !== undefined && say('opt-outs-by', { day: dayOf(by) })}{' '}
            <span className="small">{say('opt-outs-version', { version })}</span>
          </p>
          {changes.length > 0 && (
            <ul>
              {changes.map(({ at, generation, removed }) => (
                <li key={generation}>{say('opt-outs-change', { day: dayOf(at), generation, removed })}</li>
              ))}
            </ul>
          )}
        </div>
      ))}
    </section>
  )
}
