/** Questions about what an organisation delivers, that several pages ask. */
import { queryOptions, useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { components } from './api.ts'
import { api, told } from './client.ts'
import type { Followed } from './follow.ts'
import { Problem } from './problem.ts'
import { queries } from './session.ts'

export type Deposit = components['schemas']['Deposit']
/** What pages of deposits show of a dataset. */
export type DatasetShown = Pick<
  components['schemas']['Dataset'],
  'name' | 'title' | 'version' | 'publishedAt' | 'expectedBy' | 'late' | 'resources'
>
export type Finding = Deposit['findings'][number]
export type Quality = NonNullable<Deposit['quality']>

interface Field {
  readonly name: string
  readonly type?: string
  readonly role?: string
}

export interface Table {
  readonly name: string
  readonly title?: string
  readonly schema: { readonly fields: readonly Field[] }
}

/** The tables of a dataset: the document of the API leaves their members open, a descriptor does not. */
export function tablesOf({ resources }: DatasetShown): readonly Table[] {
  return resources as unknown as readonly Table[]
}

/** The datasets that an organisation holds. */
export function heldDatasetsQuery(holder: string) {
  return queryOptions({
    queryKey: ['datasets', { holder }],
    queryFn: async () =>
      (await told(api.GET('/api/v1/datasets', { params: { query: { holder } } }))).datasets,
  })
}

export function datasetQuery(name: string) {
  return queryOptions({
    queryKey: ['datasets', name],
    queryFn: () => told(api.GET('/api/v1/datasets/{name}', { params: { path: { name } } })),
  })
}

/** The newest deposits, of one dataset where it is named; asked again while one is being checked. */
export function depositsQuery(dataset?: string) {
  return queryOptions({
    queryKey: ['deposits', { dataset }],
    queryFn: async () => {
      const query = dataset === undefined ? {} : { dataset }
      return (await told(api.GET('/api/v1/deposits', { params: { query } }))).deposits
    },
    refetchInterval: ({ state }) => (state.data?.some(({ status }) => status === 'checking') ? 2000 : false),
  })
}

export function depositQuery(id: string) {
  return queryOptions({
    queryKey: ['deposit', id],
    queryFn: () => told(api.GET('/api/v1/deposits/{id}', { params: { path: { id } } })),
  })
}

/** Its events, while it is being checked. */
export function followedDeposit(id: string): Followed {
  return { queryKey: depositQuery(id).queryKey, path: `/api/v1/deposits/${id}` }
}

/** The deposit contract of a dataset; null where none was made. */
export function contractQuery(name: string) {
  return queryOptions({
    queryKey: ['contract', name],
    queryFn: () =>
      told(api.GET('/api/v1/datasets/{name}/contract', { params: { path: { name } } })).catch(
        (error: unknown) => {
          if (error instanceof Problem && error.body.code === 'NOT_FOUND') return null
          throw error
        },
      ),
  })
}

/** Opens a deposit of a dataset, and its page. */
export function useOpening() {
  const navigate = useNavigate()
  return useMutation({
    mutationFn: (dataset: string) =>
      told(api.POST('/api/v1/datasets/{name}/deposits', { params: { path: { name: dataset } } })),
    onSuccess: ({ id, dataset }) => {
      void queries.invalidateQueries({ queryKey: ['deposits'] })
      void navigate({ to: '/deposits/$dataset/$deposit', params: { dataset, deposit: id } })
    },
  })
}
