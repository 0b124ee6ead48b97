import { useQuery } from '@tanstack/react-query'
import { momentOf } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { ownQueriesQuery } from '../../project-work.ts'
import { useProjectWords } from './words.ts'

const tones = { running: 'wait', released: 'good', refused: 'bad', aborted: 'plain' } as const
const most = 20

/** What the reader asked of this project, newest first. */
export function OwnQueries({ project }: { readonly project: string }) {
  const say = useProjectWords()
  const { data, error } = useQuery(ownQueriesQuery(project))
  return (
    <section aria-labelledby="queries">
      <h2 id="queries">{say('queries')}</h2>
      {error && <Refusal error={error} takesFocus={false} />}
      {!data && !error && <Waiting />}
      {data?.length === 0 && <p className="empty">{say('queries-none')}</p>}
      {data && data.length > 0 && (
        <table>
          <caption>{say('queries-caption', { count: Math.min(most, data.length) })}</caption>
          <thead>
            <tr>
              <th scope="col">{say('query-at')}</th>
              <th scope="col">{say('query-outcome')}</th>
              <th scope="col">{say('query-entry')}</th>
            </tr>
          </thead>
          <tbody>
            {data.slice(0, most).map(({ id, submittedAt, outcome, code, seq }) => (
              <tr key={id}>
                <th scope="row">
                  <time dateTime={submittedAt}>{momentOf(submittedAt)}</time>
                </th>
                <td>
                  <Mark tone={tones[outcome]}>{say(`outcome.${outcome}`)}</Mark>{' '}
                  {code !== null && <code className="small">{code}</code>}
                </td>
                <td>{seq}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
