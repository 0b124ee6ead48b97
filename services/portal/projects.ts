/** Questions about projects that several pages ask. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import { api, told } from './client.ts'
import type { Followed } from './follow.ts'
import { language } from './text.ts'

export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: async () => (await told(api.GET('/api/v1/projects'))).projects,
})

export function projectQuery(id: string) {
  return queryOptions({
    queryKey: ['projects', id],
    queryFn: () => told(api.GET('/api/v1/projects/{id}', { params: { path: { id } } })),
  })
}

/** Its events, while its extract is sealed. */
export function followedProject(id: string): Followed {
  return { queryKey: projectQuery(id).queryKey, path: `/api/v1/projects/${id}` }
}

const vocabulariesQuery = queryOptions({
  queryKey: ['vocabularies'],
  queryFn: () => told(api.GET('/api/v1/vocabularies')),
  staleTime: Number.POSITIVE_INFINITY,
})

/** What a purpose is called, where the vocabularies know its code; the code until they are there. */
export function usePurposeName(): (code: string) => string {
  const { data } = useQuery(vocabulariesQuery)
  return (code) => data?.purposes.find((one) => one.code === code)?.[language()] ?? code
}
