/** The process of `makeWorkbook`: one sheet in, its bytes out. */
import type { Blob } from 'node:buffer'
import type Stream from 'node:stream'
import writeExcelFile, { type Feature } from 'write-excel-file/node'
import { serve } from '../engine/serve.ts'
import type { Sheet, SheetCell } from './workbook.ts'

const instantFormat = 'yyyy-mm-dd hh:mm:ss'

/** Numbers and texts are cells as they are: a workbook of a million cells needs no object for each. */
function cell(value: SheetCell) {
  if (value === null || typeof value !== 'object') return value
  return new Date(value.instant)
}

/** Filter buttons on the header: at the end of the sheet, which has nothing that must come after them. */
function filterButtons(rows: number, columns: number): Feature<Stream | Buffer | Blob> {
  const last = String.fromCharCode(64 + columns)
  const insert = () => `<autoFilter ref="A1:${last}${rows}"/>`
  return { files: { transform: { 'xl/worksheets/sheet{id}.xml': { insert } } } }
}

async function make({ header, rows, sheet }: Sheet): Promise<Uint8Array> {
  const data = [
    header.map((value) => ({ value, type: String, fontWeight: 'bold' as const })),
    ...rows.map((row) => row.map(cell)),
  ]
  const columns = header.map((_, i) => ({ width: i === 0 ? 20 : i === header.length - 1 ? 66 : 18 }))
  const options = { sheet, stickyRowsCount: 1, columns, dateFormat: instantFormat }
  return writeExcelFile(data, options, { features: [filterButtons(data.length, header.length)] }).toBuffer()
}

// The sheet comes from our own parent, which made it.
serve({ methods: { make: (sheet) => make(sheet as Sheet) } })
