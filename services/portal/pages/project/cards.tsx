import { Link } from '@tanstack/react-router'
import type { components } from '../../api.ts'
import { dayOf, daysUntil } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import { StateMark } from '../request/state.tsx'
import { useProjectWords } from './words.ts'

export type Project = components['schemas']['Project']

/** Projects as cards; without any, the next thing to do. */
export function ProjectCards({ projects }: { readonly projects: readonly Project[] }) {
  const say = useProjectWords()
  if (projects.length === 0) {
    return (
      <p className="empty">
        {say('projects-none')} <a href="/catalogue">{say('browse')}</a>
      </p>
    )
  }
  return (
    <ul className="cards">
      {projects.map((project) => (
        <Card key={project.id} project={project} />
      ))}
    </ul>
  )
}

function Card({ project: { id, title, status, purposes, until } }: { readonly project: Project }) {
  const say = useProjectWords()
  const days = daysUntil(until)
  return (
    <li className="card">
      <h3>
        <Link to="/projects/$project" params={{ project: id }}>
          {title}
        </Link>
      </h3>
      <p className="small">{id}</p>
      <p>
        <StateMark state={status} />
      </p>
      <p>{say('purposes', { purposes: purposes.join(', ') })}</p>
      <p>
        {say('until', { day: dayOf(until) })}
        {status === 'active' && (
          <>
            {' · '}
            <Mark tone={days <= 30 ? 'warn' : 'plain'}>{say('days-left', { count: days })}</Mark>
          </>
        )}
      </p>
    </li>
  )
}
