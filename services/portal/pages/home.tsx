import { useQuery } from '@tanstack/react-query'
import { dayOf } from '../format.ts'
import { PageBody } from '../parts/page.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { projectsQuery, usePurposeName } from '../projects.ts'
import { hasRole, useMe } from '../session.ts'
import { words } from '../text.ts'
import en from '../words/home.en.json' with { type: 'json' }
import fr from '../words/home.fr.json' with { type: 'json' }
import { HolderHome } from './home/holder.tsx'

const useWords = words('home', { fr, en })

/** By role: what waits for this person, and the next thing she can do. */
export function HomePage() {
  const say = useWords()
  const me = useMe()
  return (
    <PageBody title={say('title', { name: me.displayName })} lead={say('lead')}>
      {hasRole(me, 'holder') && <HolderHome />}
      <Projects />
    </PageBody>
  )
}

function Projects() {
  const say = useWords()
  const { data, error } = useQuery(projectsQuery)
  const nameOf = usePurposeName()
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  return (
    <section aria-labelledby="projects">
      <h2 id="projects">{say('projects')}</h2>
      {data.length === 0 ? (
        <p className="empty">
          {say('projects.none')} <a href="/catalogue">{say('projects.browse')}</a>
        </p>
      ) : (
        <ul className="cards">
          {data.map(({ id, title, purposes, until }) => (
            <li key={id} className="card">
              <h3>{title}</h3>
              <p className="small">{id}</p>
              <p>
                {say('purposes')} : {purposes.map(nameOf).join(', ')}
              </p>
              <p>{say('until', { day: dayOf(until) })}</p>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
