/** One request: who has the ball, what was said of it, what can be done now, and what it asks for. */
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { PageBody } from '../parts/page.tsx'
import { Ready } from '../parts/ready.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { formQuery } from '../request-form.ts'
import { type HabilitationRequest, requestQuery, titleOf } from '../requests.ts'
import { hasRole, instructing, useMe } from '../session.ts'
import './request.css'
import { Acts } from './request/acts.tsx'
import { Clocks } from './request/clocks.tsx'
import { Documents } from './request/documents.tsx'
import { Instruction } from './request/instruction.tsx'
import { Paper } from './request/paper.tsx'
import { ItemsAsked, Questions } from './request/questions.tsx'
import { Results } from './request/results.tsx'
import { StateMark, Turn } from './request/state.tsx'
import { Happenings, Stages } from './request/timeline.tsx'
import { Versions } from './request/versions.tsx'
import { useRequestWords } from './request/words.ts'
import { isMine } from './requests/filter.ts'

export function RequestPage() {
  const { request } = useParams({ from: '/requests/$request' })
  return (
    <Ready answers={[useQuery(requestQuery(request)), useQuery(formQuery)]}>
      <Shown />
    </Ready>
  )
}

function Shown() {
  const say = useRequestWords()
  const { request: id } = useParams({ from: '/requests/$request' })
  const { tab = 'follow' } = useSearch({ from: '/requests/$request' })
  const { data: request } = useSuspenseQuery({ ...requestQuery(id), refetchInterval: 15_000 })
  return (
    <PageBody
      title={titleOf(request) ?? say('untitled')}
      lead={say('request-lead')}
      crumbs={<Link to="/requests">{say('requests')}</Link>}
    >
      <Standing request={request} />
      <Tabs
        label={say('parts')}
        current={tab}
        tabs={[
          { id: 'follow', label: say('tab-follow') },
          { id: 'request', label: say('tab-request') },
          { id: 'documents', label: say('tab-documents', { count: request.attachments.length }) },
        ]}
      />
      {tab === 'request' && <Paper request={request} />}
      {tab === 'documents' && <Documents request={request} />}
      {tab === 'follow' && <Follow request={request} />}
    </PageBody>
  )
}

/** One owner at any time, the clocks, and the way to the project. */
function Standing({ request }: { readonly request: HabilitationRequest }) {
  const say = useRequestWords()
  const me = useMe()
  const { id, state, turn, lead, clocks, projectId, certificate } = request
  const isLead = lead.issuer === me.issuer && lead.subject === me.subject
  return (
    <>
      <Stages state={state} />
      <div className="standing">
        <p>
          <StateMark state={state} /> · {say('turn-of')} <Turn turn={turn} isMine={isMine(request, me)} />
          <br />
          <span className="small">
            {say('lead-of', { lead: lead.subject, organisation: lead.organisation, id })}
          </span>
        </p>
        {!isLead && state !== 'draft' && hasRole(me, ...instructing) && (
          <p>
            <Link className="button main" to="/requests/$request/review" params={{ request: id }}>
              {say('to-review')}
            </Link>
          </p>
        )}
        {projectId !== null && (
          <p>
            <Link className="button" to="/projects/$project" params={{ project: projectId }}>
              {say('to-project', { project: projectId })}
            </Link>
          </p>
        )}
        {certificate && (
          <p>
            <a
              className="button"
              href={`/api/v1/habilitations/${id}/certificate`}
              download={`${id}-certificate.json`}
            >
              {say('certificate')}
            </a>
          </p>
        )}
        <Clocks clocks={clocks} />
      </div>
    </>
  )
}

function Follow({ request }: { readonly request: HabilitationRequest }) {
  return (
    <>
      <ItemsAsked request={request} />
      <Acts request={request} />
      <Questions request={request} />
      <Instruction request={request} />
      <Results request={request} />
      <Versions request={request} />
      <Happenings history={request.history} />
    </>
  )
}
