/** What the DPO is to look at: the findings of a month with the incidents that are open, and the persons to confirm. */
import { queryOptions } from '@tanstack/react-query'
import type { components } from './api.ts'
import { api, told } from './client.ts'

export type ReviewFinding = components['schemas']['ReviewFinding']

export function inboxQuery(month: string) {
  return queryOptions({
    queryKey: ['reviews', 'findings', month],
    queryFn: () => told(api.GET('/api/v1/reviews', { params: { query: { month } } })),
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  })
}

export const personsQuery = queryOptions({
  queryKey: ['reviews', 'persons'],
  queryFn: async () => (await told(api.GET('/api/v1/habilitations/reviews'))).reviews,
})
