/** What waits for whoever instructs: requests with their clocks, and the reviews of persons that are due. */
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { dayOf, sinceOf } from '../format.ts'
import { Field } from '../parts/field.tsx'
import { Mark } from '../parts/mark.tsx'
import { PageBody } from '../parts/page.tsx'
import { Ready } from '../parts/ready.tsx'
import { Region } from '../parts/region.tsx'
import { type HabilitationRequest, requestsQuery, titleOf } from '../requests.ts'
import { useMe } from '../session.ts'
import { isInQueue, nearestClock, type QueueFilter, shows, waitingFor } from './queue/filter.ts'
import { Reviews } from './queue/reviews.tsx'
import './request.css'
import { StateMark, Turn } from './request/state.tsx'
import { useNames } from './request/words.ts'
import { isMine } from './requests/filter.ts'
import './review.css'
import { useReviewWords } from './review/words.ts'

export function QueuePage() {
  return (
    <Ready answers={[useQuery(requestsQuery)]}>
      <Queue />
    </Ready>
  )
}

function Queue() {
  const say = useReviewWords()
  const me = useMe()
  const filter = useSearch({ from: '/requests/queue' })
  const { data } = useSuspenseQuery({ ...requestsQuery, refetchInterval: 30_000 })
  const sent = data.filter(({ state }) => state !== 'draft')
  const shown = sent.filter((request) => isInQueue(request, filter, me)).toSorted(bySoonest)
  return (
    <PageBody
      title={say('queue')}
      lead={say('queue-lead')}
      actions={
        <Link className="button" to="/requests" search={{}}>
          {say('queue-all-requests')}
        </Link>
      }
    >
      <Filters filter={filter} requests={sent} />
      {shown.length === 0 ? <Empty requests={sent} /> : <Waiting requests={shown} />}
      <Reviews />
    </PageBody>
  )
}

/** What has no clock comes last. */
function bySoonest(a: HabilitationRequest, b: HabilitationRequest): number {
  return (nearestClock(a)?.dueAt ?? '~').localeCompare(nearestClock(b)?.dueAt ?? '~')
}

interface FiltersProps {
  readonly filter: QueueFilter
  readonly requests: readonly HabilitationRequest[]
}

function Filters({ filter, requests }: FiltersProps) {
  const say = useReviewWords()
  const me = useMe()
  const navigate = useNavigate({ from: '/requests/queue' })
  const { show = 'mine', q = '' } = filter
  return (
    <div className="filters">
      <nav aria-label={say('queue-filters')} className="tabs">
        {shows.map((one) => (
          <Link
            key={one}
            to="."
            search={(before) => ({ ...before, show: one })}
            aria-current={one === show ? 'page' : undefined}
          >
            {say(`queue-show.${one}`, {
              count: requests.filter((request) => isInQueue(request, { show: one }, me)).length,
            })}
          </Link>
        ))}
      </nav>
      <Field label={say('queue-search')}>
        {(tied) => (
          <input
            {...tied}
            type="search"
            value={q}
            onChange={({ target }) =>
              void navigate({
                search: (before) => ({ ...before, q: target.value || undefined }),
                replace: true,
                resetScroll: false,
              })
            }
          />
        )}
      </Field>
    </div>
  )
}

function Empty({ requests }: Pick<FiltersProps, 'requests'>) {
  const say = useReviewWords()
  const sent = requests.flatMap(({ history }) => history.filter(({ type }) => type === 'submitted'))
  const last = sent
    .map(({ at }) => at)
    .toSorted()
    .at(-1)
  return (
    <p className="empty">
      {say('queue-none')} {last === undefined ? say('queue-never') : say('queue-last', { day: dayOf(last) })}
    </p>
  )
}

function Waiting({ requests }: Pick<FiltersProps, 'requests'>) {
  const say = useReviewWords()
  return (
    <Region label={say('queue')}>
      <table>
        <caption>{say('queue-count', { count: requests.length })}</caption>
        <thead>
          <tr>
            <th scope="col">{say('queue-request')}</th>
            <th scope="col">{say('queue-awaited')}</th>
            <th scope="col">{say('queue-clock')}</th>
            <th scope="col">{say('queue-state')}</th>
            <th scope="col">{say('queue-turn')}</th>
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
  const say = useReviewWords()
  const me = useMe()
  const { id, state, turn, lead } = request
  const own = waitingFor(request, me)
  return (
    <tr>
      <th scope="row">
        <Link to="/requests/$request/review" params={{ request: id }}>
          {titleOf(request) ?? id}
        </Link>
        <br />
        <span className="small">{`${id} · ${lead.subject}, ${lead.organisation}`}</span>
      </th>
      <td>{own.length === 0 ? '—' : own.map((act) => say(`awaited.${act}`)).join(', ')}</td>
      <td>
        <ClockLeft request={request} />
      </td>
      <td>
        <StateMark state={state} />
      </td>
      <td>
        <Turn turn={turn} isMine={isMine(request, me)} />
      </td>
    </tr>
  )
}

/** How long is left, in words: late is never a colour alone. */
function ClockLeft({ request }: { readonly request: HabilitationRequest }) {
  const say = useReviewWords()
  const named = useNames()
  const clock = nearestClock(request)
  if (clock === undefined) {
    const isStopped = request.clocks.some(({ suspendedAt }) => suspendedAt !== undefined)
    return isStopped ? <Mark tone="wait">{say('clock-stopped')}</Mark> : '—'
  }
  const isNear = Date.parse(clock.dueAt) - Date.now() < 7 * 86_400_000
  return (
    <>
      <Mark tone={clock.late ? 'bad' : isNear ? 'warn' : 'plain'}>
        {say(clock.late ? 'clock-late' : 'clock-left', { since: sinceOf(clock.dueAt) })}
      </Mark>
      <br />
      <span className="small">{`${named('clock', clock.id)}, ${dayOf(clock.dueAt)}`}</span>
    </>
  )
}
