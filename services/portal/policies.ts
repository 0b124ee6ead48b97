/** Questions about the rules in force and their changes. */
import { queryOptions } from '@tanstack/react-query'
import type { components } from './api.ts'
import { api, told } from './client.ts'

export type PolicyProposal = components['schemas']['PolicyProposal']

export const policiesQuery = queryOptions({
  queryKey: ['policies', 'rules'],
  queryFn: () => told(api.GET('/api/v1/policies')),
  staleTime: 60_000,
})

export const proposalsQuery = queryOptions({
  queryKey: ['policies', 'proposals'],
  queryFn: async () => (await told(api.GET('/api/v1/policies/proposals'))).proposals,
})

export function proposalQuery(sha256: string) {
  return queryOptions({
    queryKey: ['policies', 'proposals', sha256],
    queryFn: () => told(api.GET('/api/v1/policies/proposals/{sha256}', { params: { path: { sha256 } } })),
  })
}

export function simulationQuery(asked: components['schemas']['SimulationAsked']) {
  return queryOptions({
    queryKey: ['policies', 'simulation', asked],
    queryFn: () => told(api.POST('/api/v1/habilitations/simulation', { body: asked })),
    refetchOnWindowFocus: false,
  })
}
