/** The process of `makeWorkbook`: one sheet in, its bytes out. */
import { serve } from '../engine/serve.ts'
import { encodeWorkbook, type Sheet } from '../engine/workbook.ts'

// The sheet comes from our own parent, which made it.
serve({ methods: { make: (sheet) => encodeWorkbook([sheet as Sheet]) } })
