/** Every page and its address. The address holds the state of a page; the language and the light stay in it from page to page. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router'
import { Frame } from './parts/frame.tsx'
import { Mishap } from './parts/mishap.tsx'
import { Nowhere } from './parts/nowhere.tsx'
import { connectionsSearch, workshopSearch } from './searches.ts'

export interface Display {
  readonly lang?: 'fr' | 'en'
  readonly theme?: 'light' | 'dark'
}

const root = createRootRoute({
  component: Frame,
  notFoundComponent: Nowhere,
  errorComponent: Mishap,
  validateSearch: ({ lang, theme }: Record<string, unknown>): Display => ({
    ...(lang === 'fr' || lang === 'en' ? { lang } : {}),
    ...(theme === 'light' || theme === 'dark' ? { theme } : {}),
  }),
  search: { middlewares: [retainSearchParams(['lang', 'theme'])] },
})

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/home.tsx'), 'HomePage'),
})

const ops = createRoute({
  getParentRoute: () => root,
  path: '/ops',
  component: lazyRouteComponent(() => import('./pages/ops.tsx'), 'OpsPage'),
})

const releases = createRoute({
  getParentRoute: () => root,
  path: '/releases',
  component: lazyRouteComponent(() => import('./pages/releases.tsx'), 'ReleasesPage'),
})

const release = createRoute({
  getParentRoute: () => root,
  path: '/releases/$release',
  component: lazyRouteComponent(() => import('./pages/release.tsx'), 'ReleasePage'),
})

const workshop = createRoute({
  getParentRoute: () => root,
  path: '/projects/$project/sql',
  validateSearch: workshopSearch,
  component: lazyRouteComponent(() => import('./pages/workshop.tsx'), 'WorkshopPage'),
})

const connections = createRoute({
  getParentRoute: () => root,
  path: '/connections',
  validateSearch: connectionsSearch,
  component: lazyRouteComponent(() => import('./pages/connections.tsx'), 'ConnectionsPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([home, releases, release, ops, workshop, connections]),
  defaultErrorComponent: Mishap,
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
