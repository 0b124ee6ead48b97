import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { depositsQuery } from '../../deposits.ts'
import { momentOf } from '../../format.ts'
import { heldRequestsQuery } from '../../holdings.ts'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { words } from '../../text.ts'
import en from '../../words/home-holder.en.json' with { type: 'json' }
import fr from '../../words/home-holder.fr.json' with { type: 'json' }

const useWords = words('home-holder', { fr, en })

const tones = {
  open: 'plain',
  checking: 'wait',
  accepted: 'good',
  quarantined: 'warn',
  refused: 'bad',
} as const

/** For who delivers data: the last deposits, and the lines that wait for a signature. */
export function HolderHome() {
  const say = useWords()
  const deposits = useQuery(depositsQuery())
  const requests = useQuery(heldRequestsQuery)
  const waiting = (requests.data ?? []).flatMap((request) =>
    request.lines
      .filter(({ state }) => state === 'pending')
      .map(({ dataset }) => ({ id: request.id, title: request.title, dataset })),
  )
  const error = deposits.error ?? requests.error
  if (error) return <Refusal error={error} takesFocus={false} />
  return (
    <section aria-labelledby="holder">
      <h2 id="holder">{say('title')}</h2>
      <div className="cards">
        <div className="card">
          <h3>{say('deposits')}</h3>
          {deposits.data?.length === 0 && <p>{say('deposits.none')}</p>}
          <ul>
            {deposits.data?.slice(0, 5).map(({ id, dataset, status, openedAt }) => (
              <li key={id}>
                <Link to="/deposits/$dataset/$deposit" params={{ dataset, deposit: id }}>
                  {`${dataset}, ${momentOf(openedAt)}`}
                </Link>{' '}
                <Mark tone={tones[status]}>{say(`status.${status}`)}</Mark>
              </li>
            ))}
          </ul>
          <p>
            <Link to="/deposits">{say('deposits.all')}</Link>
          </p>
        </div>
        <div className="card">
          <h3>{say('lines', { count: waiting.length })}</h3>
          {waiting.length === 0 && <p>{say('lines.none')}</p>}
          <ul>
            {waiting.map(({ id, title, dataset }) => (
              <li key={`${id} ${dataset}`}>
                <a href={`/requests/${id}`}>{title}</a> · <code>{dataset}</code>
              </li>
            ))}
          </ul>
          <p>
            <Link to="/holdings">{say('lines.all')}</Link>
          </p>
        </div>
      </div>
    </section>
  )
}
