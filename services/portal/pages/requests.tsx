/** The requests that a person may see: whose turn it is, what is near its end, and how to begin one. */
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { dayOf, sinceOf } from '../format.ts'
import { Mark } from '../parts/mark.tsx'
import { PageBody } from '../parts/page.tsx'
import { Ready } from '../parts/ready.tsx'
import { Region } from '../parts/region.tsx'
import { type HabilitationRequest, remindersQuery, requestsQuery, titleOf } from '../requests.ts'
import { hasRole, useMe } from '../session.ts'
import './request.css'
import { StateMark, Turn } from './request/state.tsx'
import { useNames, useRequestWords } from './request/words.ts'
import { isMine, isShown } from './requests/filter.ts'
import { Filters } from './requests/filters.tsx'
import { NewRequest } from './requests/new.tsx'

export function RequestsPage() {
  return (
    <Ready answers={[useQuery(requestsQuery)]}>
      <Own />
    </Ready>
  )
}

function Own() {
  const say = useRequestWords()
  const me = useMe()
  const filter = useSearch({ from: '/requests' })
  const { data: all } = useSuspenseQuery(requestsQuery)
  const shown = all.filter((request) => isShown(request, filter, me))
  return (
    <PageBody title={say('requests')} lead={say('requests-lead')}>
      {hasRole(me, 'lead') && <NewRequest requests={all} dataset={filter.dataset} />}
      <Reminders />
      <Filters all={all} filter={filter} />
      {shown.length === 0 ? (
        <p className="empty">{say(all.length === 0 ? 'requests-none' : 'requests-none-shown')}</p>
      ) : (
        <Listed requests={shown} />
      )}
    </PageBody>
  )
}

function Listed({ requests }: { readonly requests: readonly HabilitationRequest[] }) {
  const say = useRequestWords()
  return (
    <Region label={say('requests')}>
      <table>
        <caption>{say('requests-count', { count: requests.length })}</caption>
        <thead>
          <tr>
            <th scope="col">{say('request-title')}</th>
            <th scope="col">{say('request-state')}</th>
            <th scope="col">{say('request-turn')}</th>
            <th scope="col">{say('request-since')}</th>
          </tr>
        </thead>
        <tbody>
          {requests.map((request) => (
            <Row key={request.id} request={request} />
          ))}
        </tbody>
      </table>
    </Region>
  )
}

function Row({ request }: { readonly request: HabilitationRequest }) {
  const say = useRequestWords()
  const me = useMe()
  const { id, state, turn, lead, history, completeness, offered } = request
  const last = history.at(-1)
  const isLead = lead.issuer === me.issuer && lead.subject === me.subject
  return (
    <tr>
      <th scope="row">
        {offered.includes('change') && state === 'draft' ? (
          <Link to="/requests/$request/edit" params={{ request: id }}>
            {titleOf(request) ?? say('untitled')}
          </Link>
        ) : (
          <Link to="/requests/$request" params={{ request: id }}>
            {titleOf(request) ?? say('untitled')}
          </Link>
        )}
        <br />
        <span className="small">{isLead ? id : `${id} · ${lead.subject}, ${lead.organisation}`}</span>
      </th>
      <td>
        <StateMark state={state} />
        {state === 'draft' && (
          <>
            <br />
            <span className="small">{say('percent', { percent: completeness.percent })}</span>
          </>
        )}
      </td>
      <td>
        <Turn turn={turn} isMine={isMine(request, me)} />
      </td>
      <td>{last && <time dateTime={last.at}>{sinceOf(last.at)}</time>}</td>
    </tr>
  )
}

/** Legal clocks that are late or near their end, the most urgent first. */
function Reminders() {
  const say = useRequestWords()
  const named = useNames()
  const { data = [] } = useQuery(remindersQuery)
  if (data.length === 0) return null
  return (
    <section aria-labelledby="reminders">
      <h2 id="reminders">{say('reminders')}</h2>
      <ul className="clocks">
        {data.map(({ habilitation, title, clock, dueAt, late }) => (
          <li key={`${habilitation} ${clock}`}>
            <span>
              <Link to="/requests/$request" params={{ request: habilitation }}>
                {title}
              </Link>{' '}
              {named('clock', clock)}
            </span>
            <Mark tone={late ? 'bad' : 'warn'}>
              {say(late ? 'clock-late' : 'clock-due', { day: dayOf(dueAt), since: sinceOf(dueAt) })}
            </Mark>
          </li>
        ))}
      </ul>
    </section>
  )
}
