/** Questions about the log. Each is itself an entry: none is asked again because a window came back. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { components, paths } from './api.ts'
import { api, told } from './client.ts'
import { addDays, today } from './days.ts'
import { type AuditSearch, auditSearch } from './dpo-search.ts'
import type { Followed } from './follow.ts'
import { habilitationsQuery, lineOf } from './habilitations.ts'
import { queries } from './session.ts'

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

type LogPage = OpenLogPage & { readonly statistics: AuditStatistics }
type OpenLogPage = Awaited<ReturnType<typeof askPage>>

const askPage = (query: PageAsked) => told(api.GET('/api/v1/audit/page', { params: { query } }))
type PageAsked = NonNullable<paths['/api/v1/audit/page']['get']['parameters']['query']>

/**
 * All that the page shows, in one question, which is one entry of the log: what stands beside it has its own key, and is not asked
 * again. Figures of a period that are known are not counted anew.
 */
export function logPageQuery(search: AuditSearch) {
  const { cursor } = search
  const query = { ...filterOf(search), ...(cursor !== undefined && { cursor }), limit: pageSize }
  return queryOptions({
    queryKey: ['log', 'page', query],
    queryFn: async (): Promise<LogPage> => {
      const [figuresFrom, last] = figuredPeriod(search)
      const figured = figuresKey(figuresFrom, last)
      const known = queries.getQueryState<AuditStatistics>(figured)
      const isFresh = known?.data !== undefined && Date.now() - known.dataUpdatedAt < still.staleTime
      const period = isFresh ? {} : { figuresFrom, figuresTo: addDays(last, 1) }
      const page = await askPage({ ...query, ...period })
      const statistics = page.statistics ?? known?.data
      if (statistics == null) throw new Error('a page of the log without its figures')
      queries.setQueryData(figured, statistics)
      queries.setQueryData(verificationQuery.queryKey, page.verification)
      queries.setQueryData(habilitationsQuery.queryKey, page.habilitations.map(lineOf))
      return { ...page, statistics }
    },
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

/** Figures alone, for a page that shows nothing else of the log. */
export function statisticsQuery(search: Pick<AuditSearch, 'from' | 'to'>) {
  const [from, last] = figuredPeriod(search)
  const query = { from, to: addDays(last, 1) }
  return queryOptions({
    queryKey: figuresKey(from, last),
    queryFn: () => told(api.GET('/api/v1/audit/statistics', { params: { query } })),
    ...still,
  })
}

const figuresKey = (from: string, last: string) => ['log', 'figures', from, last] as const

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

export type SavedView = components['schemas']['SavedViews'][number]

const viewNames = ['project', 'actor', 'dataset', 'type', 'outcome', 'code', 'from', 'to'] as const

/** What is kept of a search: its filters, and neither page nor entry. */
export function filterToKeep(search: AuditSearch): SavedView['filter'] {
  return Object.fromEntries(
    viewNames.flatMap((name) => (search[name] === undefined ? [] : [[name, search[name]]])),
  )
}

/** What the API keeps from now on, wherever the page is shown. */
export function keepViews(views: readonly SavedView[]): void {
  queries.setQueriesData<LogPage>(
    { queryKey: ['log', 'page'] },
    (page) => page && { ...page, views: [...views] },
  )
}

/** Reads the page anew, figures too; the seal follows. */
export async function refreshLog(): Promise<void> {
  queries.removeQueries({ queryKey: ['log', 'figures'] })
  await queries.invalidateQueries({ queryKey: ['log', 'page'] })
}
