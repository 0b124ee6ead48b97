/** The cells that the rules withhold, as they are kept for checkers: how many persons are behind each, and which rules. Pure. */
import { z } from 'zod'

const cell = z.strictObject({
  row: z.number().int(),
  column: z.number().int(),
  /** Distinct persons, or units, that it rests on. */
  persons: z.number().int(),
  /** By their name: an older list may have others. */
  rules: z.array(z.string()),
  /** False where it stays withheld from checkers too. */
  isGiven: z.boolean(),
})
export type KeptCell = z.infer<typeof cell>
export const keptCells = z.array(cell)
