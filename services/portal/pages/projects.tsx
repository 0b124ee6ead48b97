import { useQuery } from '@tanstack/react-query'
import { PageBody } from '../parts/page.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { projectsQuery } from '../projects.ts'
import './request.css'
import { ProjectCards } from './project/cards.tsx'
import { useProjectWords } from './project/words.ts'

/** The projects of a person, each with its state, its purposes and the days that are left. */
export function ProjectsPage() {
  const say = useProjectWords()
  const { data, error } = useQuery(projectsQuery)
  return (
    <PageBody title={say('projects')} lead={say('projects-lead')}>
      {data ? (
        <ProjectCards projects={data} heading="h2" />
      ) : error ? (
        <Refusal error={error} takesFocus={false} />
      ) : (
        <Waiting />
      )}
    </PageBody>
  )
}
