/** SQL on a project: what it grants on the left; a statement that is checked while it is written; below it what may leave. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { LongWork } from '../parts/long-work.tsx'
import { Mishap } from '../parts/mishap.tsx'
import { PageBody } from '../parts/page.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { followedProject, projectQuery } from '../projects.ts'
import { words } from '../text.ts'
import en from '../words/workshop.en.json' with { type: 'json' }
import fr from '../words/workshop.fr.json' with { type: 'json' }
import { Bench } from './workshop/bench.tsx'
import { Journal } from './workshop/journal.tsx'
import { Saved } from './workshop/saved.tsx'
import { Ended, NotActive, Preparing } from './workshop/states.tsx'
import './workshop.css'
import './workshop/texts.css'

const useWords = words('workshop', { fr, en })

const over: ReadonlySet<string> = new Set(['expired', 'revoked', 'renounced', 'closing', 'closed'])

export function WorkshopPage() {
  const say = useWords()
  const { project = '' } = useParams({ strict: false })
  const { data, error } = useQuery(projectQuery(project))
  if (error) return <Mishap error={error} />
  if (!data) return <Waiting />
  const crumbs = <a href={`/projects/${project}`}>{data.title}</a>
  return (
    <PageBody title={say('title')} lead={say('lead')} crumbs={crumbs}>
      <LongWork
        name={say('preparing.name')}
        isRunning={!over.has(data.status) && data.bulle.status === 'preparing'}
        followed={followedProject(project)}
      />
      {over.has(data.status) ? (
        <>
          <Ended status={data.status} project={project} />
          <Journal project={project} />
          <Saved project={project} />
        </>
      ) : data.bulle.status === 'preparing' ? (
        <Preparing project={data} />
      ) : (
        <>
          {data.status !== 'active' && <NotActive status={data.status} project={project} />}
          <Bench key={data.id} project={data} />
        </>
      )}
    </PageBody>
  )
}
