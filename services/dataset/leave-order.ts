/** What the house asks of the sealing process when persons leave an open project, and what it answers. */
import { z } from 'zod'
import { departures } from './generation.ts'

interface ExtractToLeave {
  /** Folder of the extract as it stands. */
  readonly folder: string
  /** Folder that the next one is written to. */
  readonly out: string
  readonly tables: readonly TableToLeave[]
}

/** A table of persons. */
export interface TableToLeave {
  readonly file: string
  /** Columns that name other persons. */
  readonly references: readonly string[]
}

export interface LeaveOrder {
  readonly key: Uint8Array
  readonly domain: string
  /** First-level pseudonyms of those who object. */
  readonly objecting: readonly string[]
  /** Persons who leave a table together, at least. */
  readonly least: number
  /** One of them has waited for as long as anybody may: they leave now, and where they are few others leave with them. */
  readonly isLate: boolean
  /** All persons of the domain that the project has numbered. */
  readonly persons: string
  /** Those who left before. */
  readonly left?: string
  /** File for those who have left then. */
  readonly leftOut: string
  /** Draws those who leave with the others. */
  readonly salt: string
  readonly extracts: readonly ExtractToLeave[]
  /** Folder of all that is written. */
  readonly out: string
  readonly memoryBytes: number
}

const count = z.number().int().nonnegative()
export const departureSchema = z.discriminatedUnion('state', [
  /** Too few yet: nothing was written. */
  z.strictObject({ state: z.literal('few') }),
  /** Nobody of them is in any extract: nothing was written. */
  z.strictObject({ state: z.literal('none') }),
  z.strictObject({
    state: z.literal('left'),
    because: z.enum(departures),
    /** Persons who object and were in an extract. */
    objecting: count,
    /** Numbered persons who stay. */
    persons: count,
    /** Rows of each extract, of each table in the order. */
    rows: z.array(z.array(count)),
  }),
])
export type Departure = z.infer<typeof departureSchema>
