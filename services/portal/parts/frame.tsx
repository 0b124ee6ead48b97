/** What stands around every page: skip link, name, places by role, language, light, person; and the footer. */
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useParams, useRouterState, useSearch } from '@tanstack/react-router'
import { Suspense, useEffect } from 'react'
import { api, told } from '../client.ts'
import { hasRole, instructing, type Me, meQuery, type Role } from '../session.ts'
import { type KeyOf, language, words } from '../text.ts'
import en from '../words/frame.en.json' with { type: 'json' }
import fr from '../words/frame.fr.json' with { type: 'json' }
import { PurposeBanner } from './banner.tsx'
import { Refusal } from './refusal.tsx'
import { Waiting } from './waiting.tsx'

const useWords = words('frame', { fr, en })

/** Places of the portal, for whom each is worth showing; an empty list is everybody. */
const places: readonly {
  readonly to: string
  readonly word: KeyOf<typeof fr>
  readonly roles: readonly Role[]
}[] = [
  { to: '/', word: 'home', roles: [] },
  { to: '/projects', word: 'projects', roles: ['researcher', 'lead'] },
  { to: '/requests', word: 'requests', roles: ['lead'] },
  { to: '/requests/queue', word: 'instruction', roles: instructing },
  { to: '/deposits', word: 'deposits', roles: ['holder'] },
  { to: '/holdings', word: 'holdings', roles: ['holder'] },
  { to: '/audit', word: 'audit', roles: ['dpo'] },
  { to: '/inbox', word: 'inbox', roles: ['dpo'] },
  { to: '/incidents', word: 'incidents', roles: ['dpo', 'authority'] },
  { to: '/rights', word: 'rights', roles: ['dpo'] },
  { to: '/reports', word: 'reports', roles: ['dpo', 'authority'] },
  { to: '/policies', word: 'policies', roles: ['dpo', 'authority'] },
  { to: '/releases', word: 'releases', roles: ['researcher', 'lead', 'checker'] },
  { to: '/connections', word: 'connections', roles: ['researcher'] },
  { to: '/ops', word: 'operation', roles: ['operator'] },
]

export function Frame() {
  const say = useWords()
  const me = useQuery(meQuery)
  const { project } = useParams({ strict: false }) as { project?: string }
  useTheme()
  return (
    <>
      <a className="skip" href="#content">
        {say('skip')}
      </a>
      <header className="top">
        <Link className="brand" to="/">
          <img src="/assets/huisclos.svg" width="28" height="28" alt="" /> huisclos
        </Link>
        {me.data && <Places me={me.data} />}
        <Settings />
        {me.data && <Person me={me.data} />}
      </header>
      {project !== undefined && <PurposeBanner project={project} />}
      <main id="content">
        {me.error ? (
          <Refusal error={me.error} />
        ) : me.data ? (
          <Suspense fallback={<Waiting />}>
            <Outlet />
          </Suspense>
        ) : (
          <Waiting />
        )}
      </main>
      <Footer />
    </>
  )
}

/** The public pages, in the language of this one; the rate is that of the last trial. */
function Footer() {
  const say = useWords()
  const lang = language()
  const { data } = useQuery({
    queryKey: ['accessibility'],
    queryFn: () => told(api.GET('/accessibility.json')),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const rate = data?.rate ?? null
  return (
    <footer>
      huisclos ·{' '}
      <a href={`/accessibility?lang=${lang}`}>
        {rate === null ? say('accessibility') : say('accessibility.rate', { rate })}
      </a>{' '}
      · <a href={`/help?lang=${lang}`}>{say('help')}</a> ·{' '}
      <a href={`/transparence?lang=${lang}`}>{say('transparency')}</a> ·{' '}
      <a href={`/catalogue?lang=${lang}`}>{say('catalogue')}</a> · <a href={`/help/api?lang=${lang}`}>API</a>
    </footer>
  )
}

function Places({ me }: { readonly me: Me }) {
  const say = useWords()
  const own = places.filter(({ roles }) => roles.length === 0 || hasRole(me, ...roles))
  return (
    <nav aria-label={say('places')} className="places">
      {own.map(({ to, word }) => (
        <Link key={to} to={to} activeProps={{ 'aria-current': 'page' }} activeOptions={{ exact: to === '/' }}>
          {say(word)}
        </Link>
      ))}
      <a href="/catalogue">{say('catalogue')}</a>
    </nav>
  )
}

/** Full loads on purpose: the language and the light of a page are those of its address. */
function Settings() {
  const say = useWords()
  const { pathname, search, hash } = useRouterState({ select: ({ location }) => location })
  const other = language() === 'fr' ? 'en' : 'fr'
  const isDark = 'theme' in search && search.theme === 'dark'
  const addressed = (changes: Readonly<Record<string, string>>) =>
    `${pathname}?${new URLSearchParams({ ...(search as Record<string, string>), ...changes })}${hash && `#${hash}`}`
  return (
    <div className="settings">
      <a href={addressed({ lang: other })} lang={other} hrefLang={other}>
        {say('other-language')}
      </a>
      <a href={addressed({ theme: isDark ? 'light' : 'dark' })}>{say(isDark ? 'light' : 'dark')}</a>
    </div>
  )
}

function Person({ me }: { readonly me: Me }) {
  const say = useWords()
  const leave = async () => {
    const { sessions } = await told(api.GET('/api/v1/me/sessions'))
    const own = sessions.find(({ isCurrent }) => isCurrent)
    if (own) await told(api.POST('/api/v1/me/sessions/{id}/closure', { params: { path: { id: own.id } } }))
    window.location.assign('/')
  }
  return (
    <details className="person">
      <summary>{me.displayName}</summary>
      <div>
        <p>
          {me.organisation}
          <br />
          {me.roles.map((role) => say(`role.${role}`)).join(', ')}
        </p>
        <button type="button" onClick={() => void leave()}>
          {say('sign-out')}
        </button>
      </div>
    </details>
  )
}

/** The light of the address, else that of the machine. */
function useTheme(): void {
  const { theme } = useSearch({ strict: false }) as { theme?: string }
  useEffect(() => {
    if (theme) document.documentElement.dataset.theme = theme
    else delete document.documentElement.dataset.theme
  }, [theme])
}
