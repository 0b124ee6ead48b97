/** Who is signed in. What she may do is decided by the API at each call; roles only choose what is worth showing. */
import { QueryCache, QueryClient, queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import type { components } from './api.ts'
import { api, told } from './client.ts'
import { Problem } from './problem.ts'

export type Me = components['schemas']['Me']
export type Role = Me['roles'][number]

/** One for the whole page. A refusal is an answer: it is not asked again. */
export const queries = new QueryClient({
  queryCache: new QueryCache({ onError: signInAgain }),
  defaultOptions: {
    queries: {
      retry: (count, error) => !(error instanceof Problem) && count < 2,
      staleTime: 5_000,
      refetchOnWindowFocus: true,
    },
  },
})

/** A session that has ended leads to the sign-in, and from there back to this page. */
export function signInAgain(error: unknown): void {
  if (!(error instanceof Problem) || error.body.code !== 'UNAUTHENTICATED') return
  const { pathname, search } = window.location
  window.location.assign(`/connexion?vers=${encodeURIComponent(pathname + search)}`)
}

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => told(api.GET('/api/v1/me')),
  staleTime: 60_000,
})

/** The person of the session; the frame has waited for it. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data
}

/** Roles that examine requests, or answer for data and people. */
export const instructing = [
  'secretariat',
  'ethics',
  'dpo',
  'authority',
  'holder',
  'manager',
  'registrar',
  'operator',
] as const satisfies readonly Role[]

export function hasRole(me: Me, ...roles: readonly Role[]): boolean {
  return me.roles.some((one) => roles.includes(one))
}
