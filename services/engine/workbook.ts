/** Tables → an .xlsx that a spreadsheet opens without a question, and that runs nothing. For processes of their own. */
import type { Blob } from 'node:buffer'
import type Stream from 'node:stream'
import writeExcelFile, { type Feature } from 'write-excel-file/node'
import { isShortNumber } from '../kernel/digits.ts'
import type { Column, Rows, Value, WorkbookNotes } from './engine.ts'
import { jsonText } from './load.ts'

/** One sheet: a frozen header with filters, then rows of its width. `name` has at most 31 characters, none of `[]:*?/\`. */
export interface Sheet {
  readonly name: string
  readonly header: readonly string[]
  readonly rows: readonly (readonly SheetCell[])[]
}

/** Instants and days as ISO text, which become real ones; `withheld` is said in place of a value, and looks like it. */
type SheetCell =
  | number
  | string
  | boolean
  | null
  | { readonly instant: string }
  | { readonly day: string }
  | { readonly withheld: string }

const dayFormat = 'yyyy-mm-dd'
const instantFormat = 'yyyy-mm-dd hh:mm:ss'
/** What a spreadsheet holds in one cell. */
const longestText = 32_767

/** Bytes of an .xlsx: texts are texts (a leading = stays a sign), no formula, no macro, no link. */
export async function encodeWorkbook(sheets: readonly Sheet[]): Promise<Uint8Array> {
  const written = sheets.map(({ name, header, rows }) => ({
    sheet: name,
    stickyRowsCount: 1,
    columns: widthsOf(header, rows),
    dateFormat: instantFormat,
    data: [
      header.map((value) => ({ value: plainText(value), type: String, fontWeight: 'bold' as const })),
      ...rows.map((row) => row.map(cellOf)),
    ],
  }))
  return writeExcelFile(written, { features: [filterButtons(sheets)] }).toBuffer()
}

/** Numbers and texts are cells as they are: a workbook of a million cells needs no object for each. */
function cellOf(cell: SheetCell) {
  if (typeof cell === 'string') return plainText(cell)
  if (cell === null || typeof cell !== 'object') return cell
  if ('withheld' in cell)
    return { value: cell.withheld, fontStyle: 'italic', align: 'right', backgroundColor: '#e8e8e8' } as const
  if ('day' in cell) return { value: new Date(cell.day), format: dayFormat }
  return new Date(cell.instant)
}

/** Of what XML cannot hold the library takes care; an underscore that a spreadsheet would read as the code of a sign stays one. */
function plainText(text: string): string {
  const short = text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text
  return short.replaceAll(/_(?=x[0-9a-f]{4}_)/gi, '_x005F_')
}

/** As wide as the header and the first rows want it, within reason. */
function widthsOf(header: Sheet['header'], rows: Sheet['rows']) {
  const first = rows.slice(0, 100)
  return header.map((name, c) => {
    const lengths = first.map((row) => lengthOf(row[c] ?? null))
    return { width: Math.min(66, Math.max(10, name.length + 4, ...lengths)) }
  })
}

function lengthOf(cell: SheetCell): number {
  if (cell === null || typeof cell !== 'object') return String(cell ?? '').length + 1
  return 'instant' in cell ? instantFormat.length + 1 : dayFormat.length + 2
}

/** Filter buttons on the header: at the end of the sheet, which has nothing that must come after them. */
function filterButtons(sheets: readonly Sheet[]): Feature<Stream | Buffer | Blob> {
  const insert = (_options: unknown, { sheetIndex }: { readonly sheetIndex: number }) => {
    const { header, rows } = sheets[sheetIndex] ?? { header: [], rows: [] }
    return `<autoFilter ref="A1:${columnName(header.length)}${rows.length + 1}"/>`
  }
  return { files: { transform: { 'xl/worksheets/sheet{id}.xml': { insert } } } }
}

/** A, B, … Z, AA: of the column of this number, from 1. */
function columnName(number: number): string {
  const before = Math.floor((number - 1) / 26)
  return `${before > 0 ? columnName(before) : ''}${String.fromCharCode(65 + ((number - 1) % 26))}`
}

/** An answer as a workbook: its rows with what is withheld said in its place, and a sheet that says what they are. */
export function encodeAnswer({ columns, rows }: Rows, notes: WorkbookNotes): Promise<Uint8Array> {
  const withheld = new Map<number, Set<number>>()
  for (const [row, column] of notes.suppressed)
    withheld.set(row, (withheld.get(row) ?? new Set()).add(column))
  const result = {
    name: notes.name,
    header: columns.map(({ name }) => name),
    rows: rows.map((row, r) => {
      const hidden = withheld.get(r)
      return row.map((value, c) =>
        hidden?.has(c) ? { withheld: notes.withheld } : answerCell(value, columns[c]),
      )
    }),
  }
  return encodeWorkbook([result, notes.about])
}

/** Exact or text: a number that a spreadsheet would round keeps its digits as text. */
function answerCell(value: Value, column: Column | undefined): SheetCell {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value
  if (typeof value === 'bigint') return shortOrText(String(value))
  return typeof value === 'string' ? textCell(value, column?.type ?? '') : jsonText(value)
}

function textCell(value: string, type: string): SheetCell {
  if (type.startsWith('DECIMAL')) return shortOrText(value)
  if (type === 'DATE') return isDay.test(value) ? { day: value } : value
  const instant = type.startsWith('TIMESTAMP') ? isInstant.exec(value) : null
  return instant ? { instant: `${instant[1]}Z` } : value
}

function shortOrText(digits: string): number | string {
  return isShortNumber(digits) ? Number(digits) : digits
}

/** Spreadsheets count days from 1900, which they take for a leap year: what is older stays text. */
const isDay = /^(?:19(?!00)|[2-9]\d)\d\d-\d\d-\d\d$/
const isInstant = /^((?:19(?!00)|[2-9]\d)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d*Z?$/
