/** Answers as files. CSV, workbook, Arrow and Parquet come from the API; the CSV of a French spreadsheet is written from the answer on the page. */
import { api, told } from '../../client.ts'
import type { Answer, Asked } from '../../workshop.ts'
import { kindOf, numberIn } from './cell.ts'

export const formats = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  arrow: 'application/vnd.apache.arrow.stream',
  parquet: 'application/vnd.apache.parquet',
} as const
export type FileFormat = keyof typeof formats

/** Asks the same again in another form: a query of its own, with its own entry in the log. */
export async function fileOf(project: string, asked: Asked, format: FileFormat): Promise<Blob> {
  const call = api.POST('/api/v1/projects/{id}/queries', {
    params: { path: { id: project } },
    body: asked,
    headers: { Accept: formats[format] },
    parseAs: 'blob',
  })
  return (await told(call)) as unknown as Blob
}

/** UTF-8 with its mark, semicolons, decimal commas, CRLF: what a French Excel opens by itself. Nothing in it is run as a formula. */
export function frenchCsv({ columns, rows, suppressed, disclosure }: Answer): string {
  const withheld = new Set(suppressed.map(([row, column]) => `${row} ${column}`))
  const lines = rows.map((row, index) =>
    columns.map(({ type }, column) =>
      withheld.has(`${index} ${column}`) ? `< ${disclosure.k}` : cellOf(row[column], type),
    ),
  )
  const heads = columns.map(({ name }) => guarded(name))
  return `\ufeff${[heads, ...lines].map((cells) => cells.map(escaped).join(';')).join('\r\n')}\r\n`
}

function cellOf(value: unknown, type: string): string {
  if (value === null || value === undefined) return ''
  const kind = kindOf(type)
  if (kind === 'number' && numberIn(value) !== null) return String(value).replace('.', ',')
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  const day = /^(\d{4})-(\d\d)-(\d\d)(?:T00:00:00(?:\.0+)?)?$/.exec(text)
  if (kind !== 'text' && day) return `${day[3]}/${day[2]}/${day[1]}`
  return guarded(text)
}

function guarded(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
}

function escaped(text: string): string {
  return /[;"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Hands a file to the browser. */
export function download(content: Blob, name: string): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
