/** Tools of one's own: a key for each, what to write into them, and which of them have called. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { PageBody } from '../parts/page.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { projectsQuery } from '../projects.ts'
import { words } from '../text.ts'
import type { CreatedToken } from '../tokens.ts'
import en from '../words/connections.en.json' with { type: 'json' }
import fr from '../words/connections.fr.json' with { type: 'json' }
import { CreateToken } from './connections/create.tsx'
import { Created } from './connections/created.tsx'
import { TokenList } from './connections/list.tsx'
import { ToolSettings } from './connections/tools.tsx'
import './connections.css'

const useWords = words('connections', { fr, en })

export function ConnectionsPage() {
  const say = useWords()
  const projects = useQuery(projectsQuery)
  // Shown once: it goes with this page.
  const [created, setCreated] = useState<CreatedToken | null>(null)
  const open = projects.data?.filter(({ status }) => status === 'active') ?? []
  return (
    <PageBody title={say('title')} lead={say('lead')}>
      {created && <Created token={created} onDone={() => setCreated(null)} />}
      <h2>{say('tokens')}</h2>
      <TokenList projects={projects.data ?? []} />
      <section aria-labelledby="create">
        <h2 id="create">{say('create')}</h2>
        {projects.error ? (
          <Refusal error={projects.error} takesFocus={false} />
        ) : !projects.data ? (
          <Waiting />
        ) : open.length === 0 ? (
          <p className="empty">
            {say('projects.none')} <a href="/catalogue">{say('projects.browse')}</a>
          </p>
        ) : (
          <CreateToken projects={open} onCreated={setCreated} />
        )}
      </section>
      <section aria-labelledby="tools">
        <h2 id="tools">{say('tools')}</h2>
        <ToolSettings project={created?.project ?? open[0]?.id ?? null} />
      </section>
    </PageBody>
  )
}
