/** Every page and its address. The address holds the state of a page; the language and the light stay in it from page to page. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router'
import {
  auditSearch,
  inboxSearch,
  incidentsSearch,
  policiesSearch,
  reportsSearch,
  rightsSearch,
} from './dpo-search.ts'
import { queueFilterOf } from './pages/queue/filter.ts'
import { filterOf } from './pages/requests/filter.ts'
import { Frame } from './parts/frame.tsx'
import { Mishap } from './parts/mishap.tsx'
import { Nowhere } from './parts/nowhere.tsx'
import { connectionsSearch, workshopSearch } from './searches.ts'

export interface Display {
  readonly lang?: 'fr' | 'en'
  readonly theme?: 'light' | 'dark'
}

/** Which part of a page is open. */
function tabOf({ tab }: Record<string, unknown>): { readonly tab?: string } {
  return typeof tab === 'string' ? { tab } : {}
}

/** Which step of a form, and whether it is read rather than written. */
function stepOf({ step, view }: Record<string, unknown>): {
  readonly step?: string
  readonly view?: 'committee' | undefined
} {
  return {
    ...(typeof step === 'string' && { step }),
    ...(view === 'committee' && { view }),
  }
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

const requests = createRoute({
  getParentRoute: () => root,
  path: '/requests',
  validateSearch: filterOf,
  component: lazyRouteComponent(() => import('./pages/requests.tsx'), 'RequestsPage'),
})

const request = createRoute({
  getParentRoute: () => root,
  path: '/requests/$request',
  validateSearch: tabOf,
  component: lazyRouteComponent(() => import('./pages/request.tsx'), 'RequestPage'),
})

const requestEdit = createRoute({
  getParentRoute: () => root,
  path: '/requests/$request/edit',
  validateSearch: stepOf,
  component: lazyRouteComponent(() => import('./pages/edit.tsx'), 'EditPage'),
})

const requestAmend = createRoute({
  getParentRoute: () => root,
  path: '/requests/$request/amend',
  validateSearch: stepOf,
  component: lazyRouteComponent(() => import('./pages/amend.tsx'), 'AmendPage'),
})

const requestQueue = createRoute({
  getParentRoute: () => root,
  path: '/requests/queue',
  validateSearch: queueFilterOf,
  component: lazyRouteComponent(() => import('./pages/queue.tsx'), 'QueuePage'),
})

const requestReview = createRoute({
  getParentRoute: () => root,
  path: '/requests/$request/review',
  validateSearch: tabOf,
  component: lazyRouteComponent(() => import('./pages/review.tsx'), 'ReviewPage'),
})

const projects = createRoute({
  getParentRoute: () => root,
  path: '/projects',
  component: lazyRouteComponent(() => import('./pages/projects.tsx'), 'ProjectsPage'),
})

const project = createRoute({
  getParentRoute: () => root,
  path: '/projects/$project',
  validateSearch: tabOf,
  component: lazyRouteComponent(() => import('./pages/project.tsx'), 'ProjectPage'),
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

const incidents = createRoute({
  getParentRoute: () => root,
  path: '/incidents',
  validateSearch: incidentsSearch,
  component: lazyRouteComponent(() => import('./pages/incidents.tsx'), 'IncidentsPage'),
})

const incident = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incident',
  component: lazyRouteComponent(() => import('./pages/incident.tsx'), 'IncidentPage'),
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

const deposits = createRoute({
  getParentRoute: () => root,
  path: '/deposits',
  component: lazyRouteComponent(() => import('./pages/deposits.tsx'), 'DepositsPage'),
})

const datasetDeposits = createRoute({
  getParentRoute: () => root,
  path: '/deposits/$dataset',
  component: lazyRouteComponent(() => import('./pages/dataset-deposits.tsx'), 'DatasetDepositsPage'),
  validateSearch: ({ tab }: Record<string, unknown>): { readonly tab?: string } =>
    typeof tab === 'string' ? { tab } : {},
})

const deposit = createRoute({
  getParentRoute: () => root,
  path: '/deposits/$dataset/$deposit',
  component: lazyRouteComponent(() => import('./pages/deposit.tsx'), 'DepositPage'),
})

interface HoldingsShown {
  readonly tab?: string
  readonly from?: string | undefined
  readonly until?: string | undefined
  readonly page?: number
}

const holdings = createRoute({
  getParentRoute: () => root,
  path: '/holdings',
  component: lazyRouteComponent(() => import('./pages/holdings.tsx'), 'HoldingsPage'),
  validateSearch: ({ tab, from, until, page }: Record<string, unknown>): HoldingsShown => ({
    ...(typeof tab === 'string' ? { tab } : {}),
    ...(isDay(from) ? { from } : {}),
    ...(isDay(until) ? { until } : {}),
    ...(typeof page === 'number' && Number.isInteger(page) && page > 1 ? { page } : {}),
  }),
})

function isDay(given: unknown): given is string {
  return typeof given === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(given)
}

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    projects,
    project,
    workshop,
    connections,
    releases,
    release,
    requests,
    requestQueue,
    request,
    requestEdit,
    requestAmend,
    requestReview,
    deposits,
    datasetDeposits,
    deposit,
    holdings,
    audit,
    inbox,
    incidents,
    incident,
    rights,
    reports,
    policies,
    ops,
  ]),
  defaultErrorComponent: Mishap,
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
