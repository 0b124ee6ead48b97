/** Questions and acts of the airlock that its pages share. */
import { queryOptions, useMutation } from '@tanstack/react-query'
import type { components } from './api.ts'
import { api, told } from './client.ts'
import { queries } from './session.ts'

export type Release = components['schemas']['Release']
export type ReleaseFile = Release['files'][number]
export type Findings = components['schemas']['ReleaseFindings']

export const releasesQuery = queryOptions({
  queryKey: ['releases'],
  queryFn: async () => (await told(api.GET('/api/v1/releases'))).releases,
})

export function releaseQuery(id: string) {
  return queryOptions({
    queryKey: ['releases', id],
    queryFn: () => told(api.GET('/api/v1/releases/{id}', { params: { path: { id } } })),
  })
}

export function findingsQuery(id: string, number: number) {
  return queryOptions({
    queryKey: ['releases', id, 'findings', number],
    queryFn: () =>
      told(api.GET('/api/v1/releases/{id}/files/{number}/findings', { params: { path: { id, number } } })),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** An act on a release; when it is done, every page that shows releases asks anew. */
export function useAct<T>(act: (given: T) => Promise<unknown>) {
  return useMutation({
    mutationFn: act,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['releases'] }),
  })
}
