import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Refusal } from '../../parts/refusal.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { requestsQuery, titleOf } from '../../requests.ts'
import { useMe } from '../../session.ts'
import { words } from '../../text.ts'
import en from '../../words/home.en.json' with { type: 'json' }
import fr from '../../words/home.fr.json' with { type: 'json' }
import { StateMark } from '../request/state.tsx'
import { isMine } from '../requests/filter.ts'

const useWords = words('home', { fr, en })
const most = 6

/** For a lead: the requests that wait for her, and the way to a new one. */
export function OwnRequests() {
  const say = useWords()
  const me = useMe()
  const { data, error } = useQuery(requestsQuery)
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  const mine = data.filter((request) => isMine(request, me))
  return (
    <section aria-labelledby="own-requests">
      <h2 id="own-requests">{say('requests')}</h2>
      {mine.length === 0 ? (
        <p className="empty">
          {say('requests.none')} <Link to="/requests">{say('requests.new')}</Link>
        </p>
      ) : (
        <>
          <ul className="cards">
            {mine.slice(0, most).map((request) => (
              <li key={request.id} className="card">
                <h3>
                  <Link to="/requests/$request" params={{ request: request.id }}>
                    {titleOf(request) ?? say('requests.untitled')}
                  </Link>
                </h3>
                <p>
                  <StateMark state={request.state} />
                </p>
                <p className="small">{say('requests.percent', { percent: request.completeness.percent })}</p>
              </li>
            ))}
          </ul>
          <p>
            <Link to="/requests">{say('requests.all')}</Link>
          </p>
        </>
      )}
    </section>
  )
}
