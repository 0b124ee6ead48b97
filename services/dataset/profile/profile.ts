/** What a version says of its tables to everybody: bands and rounded bounds, each made from figures that a query could have had. */
import { z } from 'zod'
import { countBands } from '../quality/bands.ts'

const word = z.string().max(300)
const rows = z.string().max(20).meta({ description: 'A band such as 11+, 100+, 1000+' })

const period = z.object({
  period: z.string().max(7).meta({ description: 'Such as 2024 or 2024-03' }),
  rows: rows.nullable().meta({ description: 'Null where the rules withhold it: too few persons, or none' }),
})

const strip = z.object({
  column: word,
  by: z.enum(['month', 'year']),
  periods: z.array(period).max(200),
})
export type Strip = z.infer<typeof strip>

const column = z.object({
  name: word,
  distinct: z
    .enum(countBands)
    .optional()
    .meta({ description: 'Values that enough persons have, as a band; absent where withheld' }),
  commonest: z
    .array(z.object({ value: word, rows }))
    .max(10)
    .optional()
    .meta({ description: 'Codes of the declared list' }),
  bounds: z.tuple([z.number(), z.number()]).optional().meta({ description: 'Rounded outwards to one digit' }),
})
export type ColumnProfile = z.infer<typeof column>

const table = z.object({ name: word, strip: strip.optional(), columns: z.array(column).max(100) })
export type TableProfile = z.infer<typeof table>

export const profileSchema = z
  .object({
    dataset: word,
    version: z.number().int(),
    k: z.number().int(),
    tables: z.array(table).max(200),
  })
  .meta({ id: 'VersionProfile' })
export type Profile = z.infer<typeof profileSchema>
