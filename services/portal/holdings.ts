/** What others ask of an organisation's data: their requests and permits, and the statement of every question. */
import { queryOptions } from '@tanstack/react-query'
import { api, told } from './client.ts'
import { language } from './text.ts'

export interface HeldLine {
  readonly id: string
  readonly dataset: string
  readonly holder: string | null
  readonly state: 'pending' | 'countersigned' | 'declined' | 'open' | 'suspended' | 'closed'
}

/** The members of a request that its holder reads here; the document of the API leaves them open. */
export interface HeldRequest {
  readonly id: string
  readonly state: string
  readonly title: string
  readonly projectId: string | null
  readonly purposes?: readonly string[]
  readonly accessPeriod?: { readonly from: string; readonly until: string }
  /** Lines on one's own data only: the API shows a holder no other. */
  readonly lines: readonly HeldLine[]
  /** Commands that one may give now. */
  readonly offered: readonly string[]
  readonly suspensions: readonly { readonly line?: string; readonly reason: string; readonly at: string }[]
}

/** The requests and permits with a line on one's own data. */
export const heldRequestsQuery = queryOptions({
  queryKey: ['habilitations', 'held'],
  queryFn: async () => {
    const { habilitations } = await told(api.GET('/api/v1/habilitations'))
    return habilitations as unknown as readonly HeldRequest[]
  },
})

/** Days of Paris, both included; what is left out is the year until today. */
export interface Period {
  readonly from?: string
  readonly until?: string
}

type Cell = string | number | null

interface Section {
  readonly key: string
  readonly fields?: Readonly<Record<string, Cell>>
  readonly columns?: readonly string[]
  readonly rows?: readonly (readonly Cell[])[]
}

interface Report {
  readonly from: string
  readonly until: string
  readonly asOf: string
  readonly log: { readonly origin: string; readonly size: number; readonly since: string }
  readonly sections: readonly Section[]
}

export type Row = Readonly<Record<string, Cell>>

export interface Statement extends Omit<Report, 'sections'> {
  readonly fields: Row
  /** The rows of a section, by the names of its columns. */
  rowsOf(section: string): readonly Row[]
}

/** The holder's statement. Making one is an entry of the log: it is asked for once, not at each look. */
export function statementQuery(period: Period) {
  return queryOptions({
    queryKey: ['statement', period, language()],
    queryFn: async () => {
      const query = { ...period, lang: language(), format: 'json' as const }
      const made = await told(
        api.GET('/api/v1/reports/{name}', { params: { path: { name: 'holder' }, query } }),
      )
      return statementOf(made as Report)
    },
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
}

/** The same as a file. */
export function statementAddress(period: Period, format: 'csv' | 'xlsx' | 'html'): string {
  return `/api/v1/reports/holder?${new URLSearchParams({ ...period, format, lang: language() })}`
}

function statementOf({ sections, ...rest }: Report): Statement {
  const named = (key: string) => sections.find((one) => one.key === key)
  return {
    ...rest,
    fields: named('holder')?.fields ?? {},
    rowsOf(section) {
      const { columns = [], rows = [] } = named(section) ?? {}
      return rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null])))
    },
  }
}
