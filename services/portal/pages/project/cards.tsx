import { Link } from '@tanstack/react-router'
import type { components } from '../../api.ts'
import { dayOf, daysUntil } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import { StateMark } from '../request/state.tsx'
import { useProjectWords } from './words.ts'

export type Project = components['schemas']['Project']

interface CardsProps {
  readonly projects: readonly Project[]
  /** One below what stands above the cards. */
  readonly heading: 'h2' | 'h3'
}

/** Projects as cards; without any, the next thing to do. */
export function ProjectCards({ projects, heading }: CardsProps) {
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
        <Card key={project.id} project={project} heading={heading} />
      ))}
    </ul>
  )
}

interface CardProps {
  readonly project: Project
  readonly heading: CardsProps['heading']
}

function Card({ project, heading: Title }: CardProps) {
  const { id, title, status, purposes, until } = project
  const say = useProjectWords()
  const days = daysUntil(until)
  return (
    <li className="card">
      <Title>
        <Link to="/projects/$project" params={{ project: id }}>
          {title}
        </Link>
      </Title>
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
