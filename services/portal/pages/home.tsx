import type { ReactNode } from 'react'
import { PageBody } from '../parts/page.tsx'
import { hasRole, type Role, useMe } from '../session.ts'
import { words } from '../text.ts'
import en from '../words/home.en.json' with { type: 'json' }
import fr from '../words/home.fr.json' with { type: 'json' }
import { DpoHome } from './home/dpo.tsx'
import { HolderHome } from './home/holder.tsx'
import { OwnProjects } from './home/projects.tsx'
import { OwnRequests } from './home/requests.tsx'
import { LateIncidents } from './incidents/waiting.tsx'

const useWords = words('home', { fr, en })

/** What each role finds on its home, in the order of the page; an empty list is everybody. */
const parts: readonly { readonly roles: readonly Role[]; readonly Part: () => ReactNode }[] = [
  { roles: ['dpo'], Part: DpoHome },
  { roles: ['authority'], Part: LateIncidents },
  { roles: ['holder'], Part: HolderHome },
  { roles: ['lead'], Part: OwnRequests },
  { roles: [], Part: OwnProjects },
]

/** By role: what waits for this person, and the next thing she can do. */
export function HomePage() {
  const say = useWords()
  const me = useMe()
  const own = parts.filter(({ roles }) => roles.length === 0 || hasRole(me, ...roles))
  return (
    <PageBody title={say('title', { name: me.displayName })} lead={say('lead')}>
      {own.map(({ Part }) => (
        <Part key={Part.name} />
      ))}
    </PageBody>
  )
}
