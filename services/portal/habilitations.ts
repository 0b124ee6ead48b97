/** Requests and projects as the DPO's pages read them: the API gives each reader the members that are hers. */
import { queryOptions } from '@tanstack/react-query'
import type { components } from './api.ts'
import { api, told } from './client.ts'

interface Actor {
  readonly issuer: string
  readonly subject: string
}

export interface HabilitationLine {
  readonly id: string
  readonly state: string
  readonly title: string
  readonly project: string | null
  readonly purposes: readonly string[]
  readonly persons: readonly Actor[]
  readonly datasets: readonly string[]
  /** Commands that the API offers this reader now. */
  readonly offered: readonly string[]
}

export const habilitationsQuery = queryOptions({
  queryKey: ['habilitations', 'lines'],
  queryFn: async () => (await told(api.GET('/api/v1/habilitations'))).habilitations.map(lineOf),
  staleTime: 30_000,
})

/** What the pages need of a view. */
export function lineOf(view: components['schemas']['Habilitation']): HabilitationLine {
  const { id, state, projectId } = view
  return {
    ...{ id, state, project: projectId },
    title: typeof view.title === 'string' ? view.title : id,
    purposes: strings(view.purposes),
    persons: records(view.persons).flatMap(actorIn),
    datasets: records(view.lines).flatMap(({ dataset }) => strings([dataset])),
    offered: strings(view.offered),
  }
}

function actorIn({ issuer, subject }: Readonly<Record<string, unknown>>): Actor[] {
  return typeof issuer === 'string' && typeof subject === 'string' ? [{ issuer, subject }] : []
}

function records(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : []
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
