import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { momentOf } from '../format.ts'
import { type Incident, incidentQuery } from '../incidents.ts'
import { Mark } from '../parts/mark.tsx'
import { PageBody } from '../parts/page.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { hasRole, useMe } from '../session.ts'
import { Clocks } from './incident/clocks.tsx'
import { Closing } from './incident/closing.tsx'
import { Facts } from './incident/facts.tsx'
import { Persons } from './incident/persons.tsx'
import { useWords } from './incidents/words.ts'
import './incidents.css'

/** One incident: its clocks, its facts, the decision about the persons, its end. */
export function IncidentPage() {
  const say = useWords()
  const { incident: id } = useParams({ from: '/incidents/$incident' })
  const { data, error } = useQuery(incidentQuery(id))
  return (
    <PageBody
      title={data === undefined ? id : data.title}
      crumbs={
        <>
          <Link to="/incidents">{say('title')}</Link> / {id}
        </>
      }
    >
      {error && <Refusal error={error} />}
      {data ? <Whole incident={data} /> : !error && <Waiting />}
    </PageBody>
  )
}

function Whole({ incident }: { readonly incident: Incident }) {
  const me = useMe()
  const isOpen = incident.state === 'open' && hasRole(me, 'dpo')
  return (
    <>
      <Origin incident={incident} />
      <Clocks incident={incident} isOpen={isOpen} />
      <Facts incident={incident} isOpen={isOpen} />
      <Persons incident={incident} isOpen={isOpen} />
      {isOpen && <Closing incident={incident} />}
    </>
  )
}

function Origin({ incident }: { readonly incident: Incident }) {
  const say = useWords()
  const { id, detected, openedBy, opened, closed, closedBy } = incident
  return (
    <>
      <p className="small">
        {id} · {say('detected.on', { when: momentOf(detected) })} ·{' '}
        {say('opened.by', { by: openedBy, when: momentOf(opened) })}
      </p>
      {hasRole(useMe(), 'dpo') && <Ways incident={incident} />}
      {closed !== undefined && (
        <p>
          <Mark tone="good">{say('closed.by', { by: closedBy ?? '–', when: momentOf(closed) })}</Mark>
        </p>
      )}
    </>
  )
}

/** To what showed it; the log is for the DPO. */
function Ways({ incident: { project, entry, finding } }: { readonly incident: Incident }) {
  const say = useWords()
  const place = entry && `${entry.shard}/${entry.seq}`
  return (
    <p className="incident-ways">
      {project !== undefined && (
        <Link to="/audit" search={{ project }}>
          {project}
        </Link>
      )}
      {place !== undefined && (
        <Link to="/audit" search={{ entry: place }}>
          {say('entry', { entry: place })}
        </Link>
      )}
      {finding !== undefined && (
        <Link to="/inbox" search={{ month: finding.slice(0, 7) }}>
          {say('finding')}
        </Link>
      )}
    </p>
  )
}
