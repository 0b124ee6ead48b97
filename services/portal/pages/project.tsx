/** One project: its purpose and its end, what is granted to whom, the state of its extract, and where to work. */
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { dayOf, daysUntil } from '../format.ts'
import { LongWork } from '../parts/long-work.tsx'
import { PageBody } from '../parts/page.tsx'
import { Ready } from '../parts/ready.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { followedProject, projectQuery } from '../projects.ts'
import { type HabilitationRequest, requestQuery } from '../requests.ts'
import { useMe } from '../session.ts'
import { Bulle } from './project/bulle.tsx'
import type { Project } from './project/cards.tsx'
import { Granted } from './project/granted.tsx'
import { Members } from './project/members.tsx'
import { OptOuts } from './project/opt-outs.tsx'
import { OwnQueries } from './project/own-queries.tsx'
import { Quota } from './project/quota.tsx'
import './project/quota.css'
import { useProjectWords } from './project/words.ts'
import './request.css'
import { Acts } from './request/acts.tsx'
import { Results } from './request/results.tsx'
import { StateMark } from './request/state.tsx'
import { Versions } from './request/versions.tsx'

export function ProjectPage() {
  const { project } = useParams({ from: '/projects/$project' })
  const answer = useQuery(projectQuery(project))
  return (
    <Ready answers={[answer]}>
      <Shown />
    </Ready>
  )
}

function Shown() {
  const say = useProjectWords()
  const { project: id } = useParams({ from: '/projects/$project' })
  const { tab = 'data' } = useSearch({ from: '/projects/$project' })
  const { data: project } = useSuspenseQuery(projectQuery(id))
  return (
    <PageBody
      title={project.title}
      lead={say('project-lead')}
      crumbs={<Link to="/projects">{say('projects')}</Link>}
      actions={
        // The workshop is a page of its own; where it is not part of this portal the address says so.
        <a className="button main" href={`/projects/${encodeURIComponent(id)}/sql`}>
          {say('work')}
        </a>
      }
    >
      <LongWork
        name={say('bulle.work')}
        isRunning={project.bulle.status === 'preparing'}
        followed={followedProject(id)}
      />
      <Facts project={project} />
      <Quota project={id} />
      <Tabs
        label={say('parts')}
        current={tab}
        tabs={(['data', 'team', 'queries', 'permit'] as const).map((one) => ({
          id: one,
          label: say(`tab.${one}`),
        }))}
      />
      {tab === 'data' && <Bulle bulle={project.bulle} />}
      {tab === 'queries' && <OwnQueries project={id} />}
      <Parts id={String(project.habilitation)} tab={tab} project={id} />
    </PageBody>
  )
}

function Facts({ project }: { readonly project: Project }) {
  const say = useProjectWords()
  const { id, status, purposes, from, until } = project
  const objectives = Array.isArray(project.objectives) ? (project.objectives as readonly Objective[]) : []
  return (
    <dl>
      <dt>{say('permit')}</dt>
      <dd>
        {id} · <StateMark state={status} />
      </dd>
      <dt>{say('purpose')}</dt>
      <dd>{purposes.join(', ')}</dd>
      <dt>{say('objectives')}</dt>
      <dd>
        <ul className="plain">
          {objectives.map((one) => (
            <li key={one.id}>{`${one.id} — ${one.label}`}</li>
          ))}
        </ul>
      </dd>
      <dt>{say('dates')}</dt>
      <dd>
        {say('from-until', { from: dayOf(String(from)), until: dayOf(until) })}
        {status === 'active' && ` · ${say('days-left', { count: daysUntil(until) })}`}
      </dd>
    </dl>
  )
}

interface Objective {
  readonly id: string
  readonly label: string
}

interface PartsProps {
  readonly id: string
  readonly tab: string
  readonly project: string
}

/** What the request behind the project says, for who may read it. */
function Parts({ id, tab, project }: PartsProps) {
  const { data: request, error } = useQuery(requestQuery(id))
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!request) return null
  if (tab === 'data') return <Granted request={request} />
  if (tab === 'team') return <Members request={request} project={project} />
  return tab === 'permit' ? <Permit request={request} project={project} /> : null
}

function Permit({ request, project }: { readonly request: HabilitationRequest; readonly project: string }) {
  const say = useProjectWords()
  const me = useMe()
  const isLead = request.lead.issuer === me.issuer && request.lead.subject === me.subject
  return (
    <>
      <p>
        <Link className="button" to="/requests/$request" params={{ request: request.id }}>
          {say('to-request')}
        </Link>
      </p>
      <Acts request={request} />
      <Results request={request} />
      <Versions request={request} />
      {isLead && <OptOuts project={project} />}
    </>
  )
}
