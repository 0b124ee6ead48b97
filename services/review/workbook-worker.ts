/** The process of `makeWorkbook`: one sheet in, its bytes out. */
import writeExcelFile from 'write-excel-file/node'
import { serve } from '../engine/serve.ts'
import type { Sheet, SheetCell } from './workbook.ts'

const instantFormat = 'yyyy-mm-dd hh:mm:ss'

function cell(value: SheetCell) {
  if (value === null) return null
  if (typeof value === 'number') return { value, type: Number }
  if (typeof value === 'string') return { value, type: String }
  return { value: new Date(value.instant), type: Date, format: instantFormat }
}

async function make({ header, rows, sheet }: Sheet): Promise<Uint8Array> {
  const data = [
    header.map((value) => ({ value, type: String, fontWeight: 'bold' as const })),
    ...rows.map((row) => row.map(cell)),
  ]
  const columns = header.map((_, i) => ({ width: i === 0 ? 20 : i === header.length - 1 ? 66 : 18 }))
  return writeExcelFile(data, { sheet, stickyRowsCount: 1, columns }).toBuffer()
}

// The sheet comes from our own parent, which made it.
serve({ methods: { make: (sheet) => make(sheet as Sheet) } })
