/** What the SQL workshop asks of the API. */
import { queryOptions } from '@tanstack/react-query'
import type { components } from './api.ts'
import { api, told } from './client.ts'
import type { Followed } from './follow.ts'

export type GrantedTable = components['schemas']['GrantedTable']
export type GrantedColumn = GrantedTable['columns'][number]
export type Answer = components['schemas']['Answer']
export type Check = components['schemas']['Check']
export type QueryRun = components['schemas']['QueryRun']

/** A statement with what it is asked for; purpose and objective are left out where the permit has only one. */
export interface Asked {
  readonly sql: string
  readonly purpose?: string
  readonly objective?: string
}

export function tablesQuery(project: string) {
  return queryOptions({
    queryKey: ['projects', project, 'tables'],
    queryFn: async () =>
      (await told(api.GET('/api/v1/projects/{id}/tables', { params: { path: { id: project } } }))).tables,
  })
}

/** One's own queries. */
export function runsQuery(project: string) {
  return queryOptions({
    queryKey: ['projects', project, 'queries'],
    queryFn: async () =>
      (await told(api.GET('/api/v1/projects/{id}/queries', { params: { path: { id: project } } }))).queries,
  })
}

const queriesOf = ({ queries }: { readonly queries: readonly QueryRun[] }) => queries

/** Their events, while one of them runs. */
export function followedRuns(project: string): Followed {
  return { queryKey: runsQuery(project).queryKey, path: `/api/v1/projects/${project}/queries`, of: queriesOf }
}

/** The decision on a text without its run. It depends on no row: the same text is asked once while the page is open. */
export function checkQuery(project: string, asked: Asked) {
  return queryOptions({
    queryKey: ['projects', project, 'check', asked],
    queryFn: ({ signal }) =>
      told(
        api.POST('/api/v1/projects/{id}/queries/check', {
          params: { path: { id: project } },
          body: asked,
          signal,
        }),
      ),
    enabled: asked.sql.trim() !== '',
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  })
}

/** Asks; `id` is made here so that the query can be stopped. The time is that of this page, from the call to the whole answer. */
export async function runQuery(
  project: string,
  { id, ...asked }: Asked & { readonly id: string },
): Promise<{ readonly answer: Answer; readonly ms: number }> {
  const began = performance.now()
  const call = api.POST('/api/v1/projects/{id}/queries', {
    params: { path: { id: project } },
    body: { ...asked, id },
  })
  // The client makes arrays of what the document calls pairs.
  const answer = (await told(call)) as Answer
  return { answer, ms: performance.now() - began }
}

export async function cancelQuery(project: string, id: string): Promise<void> {
  await told(
    api.POST('/api/v1/projects/{id}/queries/{queryId}/cancel', {
      params: { path: { id: project, queryId: id } },
    }),
  )
}

/** The year of the log that a receipt is of: the last part of its name. */
export function proofAddress({ log, seq }: Answer['receipt']): string {
  return `/api/v1/audit/receipts/${seq}?shard=${encodeURIComponent(log.split('/').at(-1) ?? '')}`
}
