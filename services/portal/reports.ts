/** Reports as the API makes them: files, of which one is read here to be shown and printed. */
import { queryOptions } from '@tanstack/react-query'
import { api, told } from './client.ts'

/** In the order in which they are shown; the API says who may read which. */
export const reportNames = [
  'article-30',
  'persons',
  'processings',
  'cnil',
  'biennial',
  'violations',
  'sec',
  'holder',
] as const
export type ReportName = (typeof reportNames)[number]

export interface ReportAsked {
  readonly report: ReportName
  readonly from?: string
  readonly until?: string
  readonly organisation?: string
}

/** One part of a report: labels and values, row by row. */
export interface ReportSection {
  readonly title: string
  readonly rows: readonly (readonly { readonly label: string; readonly value: string }[])[]
}

/** The address of the file of a report. */
export function reportAddress({ report, ...query }: ReportAsked, format: string): string {
  return `/api/v1/reports/${report}?${new URLSearchParams({ ...query, format })}`
}

/** Asked once: each making of a report is an entry of the log. */
export function reportQuery({ report, ...query }: ReportAsked) {
  return queryOptions({
    queryKey: ['reports', report, query],
    queryFn: async () => {
      const asked = { params: { path: { name: report }, query: { ...query, format: 'csv' } } } as const
      return sectionsOf(await told(api.GET('/api/v1/reports/{name}', { ...asked, parseAs: 'text' })))
    },
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
}

/** The table of a report has one cell a line: section, row, label, value. */
function sectionsOf(text: string): readonly ReportSection[] {
  const sections = new Map<string, Map<string, { label: string; value: string }[]>>()
  for (const [title = '', row = '', label = '', value = ''] of linesOf(text).slice(1)) {
    const rows = sections.get(title) ?? new Map<string, { label: string; value: string }[]>()
    sections.set(title, rows.set(row, [...(rows.get(row) ?? []), { label, value }]))
  }
  return [...sections].map(([title, rows]) => ({ title, rows: [...rows.values()] }))
}

/** Lines of a CSV of ours: semicolons, quotes that are doubled, CRLF, a byte order mark, and ' before what looks like a formula. */
function linesOf(text: string): readonly (readonly string[])[] {
  const found = text.replace(/^\uFEFF/, '').matchAll(/(?:"((?:[^"]|"")*)"|([^;\r\n]*))(;|\r?\n|$)/g)
  const lines: string[][] = [[]]
  for (const [whole, quoted, plain = '', end = ''] of found) {
    if (whole === '') break
    lines.at(-1)?.push((quoted?.replaceAll('""', '"') ?? plain).replace(/^'(?=[=+\-@\t\r])/, ''))
    if (end !== ';') lines.push([])
  }
  return lines.filter((line) => line.length > 1)
}
