/** A table as French spreadsheets read it without a question. */
import { stringify } from 'csv-stringify/sync'
import type { Sheet, SheetCell } from './workbook.ts'

/** UTF-8 with a mark, semicolons, CRLF; what looks like a formula is text. Instants are UTC. */
export function csvOf({ header, rows }: Pick<Sheet, 'header' | 'rows'>): Uint8Array {
  const text = stringify([[...header], ...rows.map((row) => row.map(plain))], {
    bom: true,
    delimiter: ';',
    record_delimiter: 'windows',
    escape_formulas: true,
  })
  return Buffer.from(text)
}

function plain(cell: SheetCell): number | string | null {
  if (cell === null || typeof cell !== 'object') return cell
  return cell.instant.replace('T', ' ').slice(0, 19)
}
