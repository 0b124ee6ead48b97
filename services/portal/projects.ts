/** Questions about projects that several pages ask. */
import { queryOptions } from '@tanstack/react-query'
import { api, told } from './client.ts'

export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: async () => (await told(api.GET('/api/v1/projects'))).projects,
})

/** Asked again each second while its extract is sealed. */
export function projectQuery(id: string) {
  return queryOptions({
    queryKey: ['projects', id],
    queryFn: () => told(api.GET('/api/v1/projects/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.bulle.status === 'preparing' ? 1000 : false),
  })
}
