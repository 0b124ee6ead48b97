import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { incidentsQuery } from '../incidents.ts'
import { PageBody } from '../parts/page.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { hasRole, useMe } from '../session.ts'
import { IncidentList } from './incidents/list.tsx'
import { Opening } from './incidents/opening.tsx'
import { useWords } from './incidents/words.ts'
import './incidents.css'

/** The register of incidents: those that are open first, and the opening of one. */
export function IncidentsPage() {
  const say = useWords()
  const { entry } = useSearch({ from: '/incidents' })
  const { data, error } = useQuery(incidentsQuery)
  const open = data?.filter(({ state }) => state === 'open') ?? []
  const closed = data?.filter(({ state }) => state === 'closed') ?? []
  return (
    <PageBody
      title={say('title')}
      lead={say('lead')}
      actions={
        <Link className="button" to="/reports" search={{ report: 'violations' }}>
          {say('register')}
        </Link>
      }
    >
      {hasRole(useMe(), 'dpo') && <Opening entry={entry} />}
      {error && <Refusal error={error} takesFocus={false} />}
      {!data && !error && <Waiting />}
      {data?.length === 0 && <p className="empty">{say('none')}</p>}
      {open.length > 0 && (
        <section aria-labelledby="open">
          <h2 id="open">{say('open', { count: open.length })}</h2>
          <IncidentList incidents={open} />
        </section>
      )}
      {closed.length > 0 && (
        <section aria-labelledby="closed">
          <h2 id="closed">{say('closed')}</h2>
          <IncidentList incidents={closed} />
        </section>
      )}
    </PageBody>
  )
}
