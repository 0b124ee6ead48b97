/** Questions about the log. Each is itself an entry: none is asked again because a window came back. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { components } from './api.ts'
import { api, told } from './client.ts'
import { addDays, today } from './days.ts'
import { type AuditSearch, auditSearch } from './dpo-search.ts'
import type { Followed } from './follow.ts'

export type AuditEntry = components['schemas']['AuditEntry']
export type AuditEntryDetail = components['schemas']['AuditEntryDetail']
export type AuditStatistics = components['schemas']['AuditStatistics']
export type AuditVerification = components['schemas']['AuditVerification']

const still = { staleTime: 60_000, refetchOnWindowFocus: false } as const
const pageSize = 50
/** Days of the figures where no period is chosen: half a year. */
const figuredDays = 26 * 7

/** What is asked of a search, and nothing else of the address: both days included, where the API leaves the last instant out. */
function filterOf(search: AuditSearch) {
  const { to, cursor: _cursor, entry: _entry, ...rest } = auditSearch({ ...search })
  return { ...rest, ...(to !== undefined && { to: addDays(to, 1) }) }
}

export function entriesQuery(search: AuditSearch) {
  const { cursor } = search
  const query = { ...filterOf(search), ...(cursor !== undefined && { cursor }), limit: pageSize }
  return queryOptions({
    queryKey: ['log', 'entries', query],
    queryFn: () => told(api.GET('/api/v1/audit/entries', { params: { query } })),
    placeholderData: keepPreviousData,
    ...still,
  })
}

/** `place` is `2026/412`. */
export function entryQuery(place: string) {
  const [shard = '', seq = ''] = place.split('/')
  return queryOptions({
    queryKey: ['log', 'entry', place],
    queryFn: () => told(api.GET('/api/v1/audit/entries/{shard}/{seq}', { params: { path: { shard, seq } } })),
    ...still,
  })
}

/** First and last day of the figures. */
export function figuredPeriod({ from, to }: Pick<AuditSearch, 'from' | 'to'>): readonly [string, string] {
  const last = to ?? today()
  return [from ?? addDays(last, 1 - figuredDays), last]
}

export function statisticsQuery(search: Pick<AuditSearch, 'from' | 'to'>) {
  const [from, last] = figuredPeriod(search)
  const query = { from, to: addDays(last, 1) }
  return queryOptions({
    queryKey: ['log', 'statistics', query],
    queryFn: () => told(api.GET('/api/v1/audit/statistics', { params: { query } })),
    placeholderData: keepPreviousData,
    ...still,
  })
}

export const verificationQuery = queryOptions({
  queryKey: ['log', 'verification'],
  queryFn: () => told(api.GET('/api/v1/audit/verification')),
  ...still,
})

/** Its events, while one runs. */
export const followedVerification: Followed = {
  queryKey: verificationQuery.queryKey,
  path: '/api/v1/audit/verification',
}

/** The address of the file of a search. */
export function exportAddress(search: AuditSearch, format: 'csv' | 'xlsx'): string {
  return `/api/v1/audit/export?${new URLSearchParams({ ...filterOf(search), format })}`
}
