import type { Rows, Value } from './engine.ts'
import { jsonText } from './load.ts'

const ROWS_AT_ONCE = 10_000

function field(value: Value): string {
  switch (typeof value) {
    case 'string':
      return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
    case 'object':
      return value === null ? '' : field(jsonText(value))
    default:
      return String(value)
  }
}

function line(values: readonly Value[]): string {
  return `${values.map(field).join(',')}\r\n`
}

/** RFC 4180 in UTF-8 with a header. NULL is an empty field, an empty text is `""`, nested values are JSON text. */
export function encodeCsv({ columns, rows }: Rows): Uint8Array {
  const parts = [Buffer.from(line(columns.map(({ name }) => name)), 'utf8')]
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const lines = rows.slice(start, start + ROWS_AT_ONCE).map(line)
    parts.push(Buffer.from(lines.join(''), 'utf8'))
  }
  return Buffer.concat(parts)
}
