/** Every page and its address. The address holds the state of a page; the language and the light stay in it from page to page. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router'
import { queueFilterOf } from './pages/queue/filter.ts'
import { filterOf } from './pages/requests/filter.ts'
import { Frame } from './parts/frame.tsx'
import { Mishap } from './parts/mishap.tsx'
import { Nowhere } from './parts/nowhere.tsx'

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

const ops = createRoute({
  getParentRoute: () => root,
  path: '/ops',
  component: lazyRouteComponent(() => import('./pages/ops.tsx'), 'OpsPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    requests,
    request,
    requestEdit,
    requestAmend,
    projects,
    project,
    requestQueue,
    requestReview,
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
