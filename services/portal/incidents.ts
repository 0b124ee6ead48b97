/** The register of incidents, as the API keeps it. */
import { queryOptions } from '@tanstack/react-query'
import type { components } from './api.ts'
import { api, told } from './client.ts'
import { queries } from './session.ts'

export type Incident = components['schemas']['Incident']
export type IncidentClock = Incident['clocks'][number]

export const incidentsQuery = queryOptions({
  queryKey: ['incidents'],
  queryFn: async () => (await told(api.GET('/api/v1/incidents'))).incidents,
  staleTime: 60_000,
  refetchOnWindowFocus: false,
})

export function incidentQuery(id: string) {
  return queryOptions({
    queryKey: ['incidents', id],
    queryFn: () => told(api.GET('/api/v1/incidents/{id}', { params: { path: { id } } })),
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  })
}

/** What an act answered is the incident from now on; lists that show it are asked again. */
export function keepIncident(incident: Incident): void {
  queries.setQueryData(incidentQuery(incident.id).queryKey, incident)
  void queries.invalidateQueries({ queryKey: ['incidents'], exact: true })
  void queries.invalidateQueries({ queryKey: ['reviews', 'findings'] })
}

/** The clock that nobody has answered and that runs out first; undefined where each is answered. */
export function nextClock({ clocks }: Pick<Incident, 'clocks'>): IncidentClock | undefined {
  return clocks.find(({ notice }) => notice === undefined)
}

/** An instant as a control of the browser takes it, in the time of its reader. */
export function localOf(instant: number): string {
  return new Date(instant - new Date(instant).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** What a control of the browser gives, as the API takes it; undefined of nothing. */
export function instantOf(local: string): string | undefined {
  return local === '' ? undefined : new Date(local).toISOString()
}
