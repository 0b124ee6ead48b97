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
  routeTree: root.addChildren([home, deposits, datasetDeposits, deposit, holdings, ops]),
  defaultErrorComponent: Mishap,
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
