/** Texts that members of a project keep under a name. Reading them is an entry of the log: none is asked before somebody looks. */
import { queryOptions } from '@tanstack/react-query'
import type { components } from './api.ts'
import { api, told } from './client.ts'
import { queries } from './session.ts'
import type { Asked } from './workshop.ts'

export type SavedQuery = components['schemas']['SavedQuery']

/** What is to be kept. */
export interface Keeping extends Asked {
  readonly title: string
  readonly isShared: boolean
}

const keyOf = (project: string) => ['projects', project, 'saved-queries'] as const

/** One’s own and those that others share. */
export function savedQueriesQuery(project: string) {
  return queryOptions({
    queryKey: keyOf(project),
    queryFn: async () =>
      (await told(api.GET('/api/v1/projects/{id}/saved-queries', { params: { path: { id: project } } })))
        .savedQueries,
    staleTime: 30_000,
  })
}

/** The list anew, wherever it is shown. */
export function rereadSaved(project: string): Promise<void> {
  return queries.invalidateQueries({ queryKey: keyOf(project) })
}

export function addSaved(project: string, body: Keeping): Promise<SavedQuery> {
  return told(api.POST('/api/v1/projects/{id}/saved-queries', { params: { path: { id: project } }, body }))
}

/** Saves one anew as it was read at this revision; a Problem of the rule `saved-queries.revision` where another came first. */
export function changeSaved(
  project: string,
  { id, revision }: Pick<SavedQuery, 'id' | 'revision'>,
  body: Keeping,
): Promise<SavedQuery> {
  return told(
    api.PUT('/api/v1/projects/{id}/saved-queries/{savedId}', {
      params: { path: { id: project, savedId: id } },
      headers: { 'If-Match': `"${revision}"` },
      body,
    }),
  )
}

export async function removeSaved(project: string, id: string): Promise<void> {
  const path = { id: project, savedId: id }
  await told(api.DELETE('/api/v1/projects/{id}/saved-queries/{savedId}', { params: { path } }))
}

/** What is kept of one, to keep it again. */
export function keptOf({ title, sql, purpose, objective, isShared }: SavedQuery): Keeping {
  const aim = { ...(purpose !== undefined && { purpose }), ...(objective !== undefined && { objective }) }
  return { title, sql, isShared, ...aim }
}
