import { useQuery } from '@tanstack/react-query'
import { Refusal } from '../../parts/refusal.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { projectsQuery } from '../../projects.ts'
import { words } from '../../text.ts'
import en from '../../words/home.en.json' with { type: 'json' }
import fr from '../../words/home.fr.json' with { type: 'json' }
import { ProjectCards } from '../project/cards.tsx'

const useWords = words('home', { fr, en })

/** For whoever works on data: her projects. */
export function OwnProjects() {
  const say = useWords()
  const { data, error } = useQuery(projectsQuery)
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  return (
    <section aria-labelledby="projects">
      <h2 id="projects">{say('projects')}</h2>
      <ProjectCards projects={data} heading="h3" />
    </section>
  )
}
