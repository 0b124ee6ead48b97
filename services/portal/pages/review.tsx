/** One request for whoever examines it: the request on the left, on the right what she can do and what to look at. */
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { PageBody } from '../parts/page.tsx'
import { Ready } from '../parts/ready.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { formQuery, inLanguage } from '../request-form.ts'
import { type HabilitationRequest, requestQuery, titleOf } from '../requests.ts'
import { useMe } from '../session.ts'
import { Meter } from './edit/meter.tsx'
import './edit.css'
import './request.css'
import { Clocks } from './request/clocks.tsx'
import { Documents } from './request/documents.tsx'
import { StateMark, Turn } from './request/state.tsx'
import { Happenings, Stages } from './request/timeline.tsx'
import { useRequestWords } from './request/words.ts'
import { isMine } from './requests/filter.ts'
import './review.css'
import { ReviewActs } from './review/acts.tsx'
import { Changes } from './review/changes.tsx'
import { type Assessed, Checklist, prefaceOf } from './review/checklist.tsx'
import { Persons } from './review/persons.tsx'
import { Said } from './review/said.tsx'
import { Sheet } from './review/sheet.tsx'
import { useReviewWords } from './review/words.ts'

const tabs = ['request', 'said', 'changes', 'documents', 'persons', 'history'] as const
type Tab = (typeof tabs)[number]

export function ReviewPage() {
  const { request } = useParams({ from: '/requests/$request/review' })
  return (
    <Ready answers={[useQuery(requestQuery(request)), useQuery(formQuery)]}>
      <Review />
    </Ready>
  )
}

function Review() {
  const say = useReviewWords()
  const { request: id } = useParams({ from: '/requests/$request/review' })
  const { tab: asked } = useSearch({ from: '/requests/$request/review' })
  const { data: request } = useSuspenseQuery({ ...requestQuery(id), refetchInterval: 15_000 })
  const [assessed, setAssessed] = useState<Assessed>({})
  const tab = tabs.find((one) => one === asked) ?? 'request'
  return (
    <PageBody
      title={titleOf(request) ?? id}
      lead={say('review-lead')}
      crumbs={
        <>
          <Link to="/requests/queue">{say('queue')}</Link>
          {' › '}
          <Link to="/requests/$request" params={{ request: id }}>
            {id}
          </Link>
        </>
      }
    >
      <Stages state={request.state} />
      <Standing request={request} />
      <div className="reviewing">
        <div className="sheet">
          <Tabs
            label={say('parts')}
            current={tab}
            tabs={tabs.map((one) => ({ id: one, label: say(`tab.${one}`) }))}
          />
          <Part tab={tab} request={request} />
        </div>
        <aside className="rail" aria-label={say('rail')}>
          <ReviewActs request={request} preface={prefaceOf(assessed, say)} />
          <Checklist request={request} assessed={assessed} onChange={setAssessed} />
          <Complete request={request} />
          <Meter minimisation={request.minimisation} />
        </aside>
      </div>
    </PageBody>
  )
}

interface PartProps {
  readonly tab: Tab
  readonly request: HabilitationRequest
}

function Part({ tab, request }: PartProps) {
  switch (tab) {
    case 'said':
      return <Said request={request} />
    case 'changes':
      return <Changes request={request} />
    case 'documents':
      return <Documents request={request} />
    case 'persons':
      return <Persons request={request} />
    case 'history':
      return <Happenings history={request.history} />
    default:
      return <Sheet request={request} />
  }
}

/** One owner at any time, and the clocks. */
function Standing({ request }: Pick<PartProps, 'request'>) {
  const say = useRequestWords()
  const me = useMe()
  const { id, state, turn, lead, clocks } = request
  return (
    <div className="standing">
      <p>
        <StateMark state={state} /> · {say('turn-of')} <Turn turn={turn} isMine={isMine(request, me)} />
        <br />
        <span className="small">
          {say('lead-of', { lead: lead.subject, organisation: lead.organisation, id })}
        </span>
      </p>
      <Clocks clocks={clocks} />
    </div>
  )
}

/** How complete the request is, and what it lacks. */
function Complete({ request: { completeness } }: Pick<PartProps, 'request'>) {
  const say = useRequestWords()
  const missing = completeness.steps.flatMap((one) => one.missing)
  return (
    <section aria-labelledby="progress">
      <h2 id="progress">{say('progress')}</h2>
      <progress aria-labelledby="progress" max={100} value={completeness.percent} />
      <p className="small">
        {completeness.complete ? say('complete') : say('percent', { percent: completeness.percent })}
      </p>
      {missing.length > 0 && (
        <ul className="missing small">
          {missing.map((item) => (
            <li key={`${item.path} ${item.fr}`}>
              <code>{item.path}</code> {inLanguage(item)}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
