/** Questions about opt-outs, and about the datasets whose holders keep their lists. */
import { queryOptions } from '@tanstack/react-query'
import { api, told } from './client.ts'

export const datasetLinesQuery = queryOptions({
  queryKey: ['datasets', 'lines'],
  queryFn: async () =>
    (await told(api.GET('/api/v1/datasets'))).datasets.map(({ name, title, holder, kind }) => {
      return { name, title: title ?? name, holder, isPersonal: kind === 'personal' }
    }),
  staleTime: 30_000,
})

export function optOutsQuery(dataset: string) {
  return queryOptions({
    queryKey: ['opt-outs', 'dataset', dataset],
    queryFn: () => told(api.GET('/api/v1/datasets/{name}/opt-outs', { params: { path: { name: dataset } } })),
  })
}

export function effectsQuery(project: string) {
  return queryOptions({
    queryKey: ['opt-outs', 'project', project],
    queryFn: () => told(api.GET('/api/v1/projects/{id}/opt-outs', { params: { path: { id: project } } })),
  })
}
