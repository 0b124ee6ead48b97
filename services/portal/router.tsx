/** Every page and its address. The address holds the state of a page; the language and the light stay in it from page to page. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router'
import { auditSearch, inboxSearch, policiesSearch, reportsSearch, rightsSearch } from './dpo-search.ts'
import { Frame } from './parts/frame.tsx'
import { Mishap } from './parts/mishap.tsx'
import { Nowhere } from './parts/nowhere.tsx'

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

const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('./pages/audit.tsx'), 'AuditPage'),
})

const inbox = createRoute({
  getParentRoute: () => root,
  path: '/inbox',
  validateSearch: inboxSearch,
  component: lazyRouteComponent(() => import('./pages/inbox.tsx'), 'InboxPage'),
})

const rights = createRoute({
  getParentRoute: () => root,
  path: '/rights',
  validateSearch: rightsSearch,
  component: lazyRouteComponent(() => import('./pages/rights.tsx'), 'RightsPage'),
})

const reports = createRoute({
  getParentRoute: () => root,
  path: '/reports',
  validateSearch: reportsSearch,
  component: lazyRouteComponent(() => import('./pages/reports.tsx'), 'ReportsPage'),
})

const policies = createRoute({
  getParentRoute: () => root,
  path: '/policies',
  validateSearch: policiesSearch,
  component: lazyRouteComponent(() => import('./pages/policies.tsx'), 'PoliciesPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([home, audit, inbox, rights, reports, policies]),
  defaultErrorComponent: Mishap,
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
