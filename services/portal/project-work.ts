/** Questions about the work of a project: one’s own queries, what is used of its limits, and what opt-outs did to its extracts. */
import { queryOptions } from '@tanstack/react-query'
import { api, told } from './client.ts'

export function ownQueriesQuery(project: string) {
  return queryOptions({
    queryKey: ['projects', project, 'queries'],
    queryFn: async () =>
      (await told(api.GET('/api/v1/projects/{id}/queries', { params: { path: { id: project } } }))).queries,
  })
}

/** What is used of the project; asked again with each visit of its page. */
export function projectUseQuery(project: string) {
  return queryOptions({
    queryKey: ['projects', project, 'use'],
    queryFn: () => told(api.GET('/api/v1/projects/{id}/use', { params: { path: { id: project } } })),
  })
}

export function optOutsQuery(project: string) {
  return queryOptions({
    queryKey: ['projects', project, 'opt-outs'],
    queryFn: () => told(api.GET('/api/v1/projects/{id}/opt-outs', { params: { path: { id: project } } })),
  })
}
