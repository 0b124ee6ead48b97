/** The label of a version: the whole of it for the holder, and the part that anybody may read, in bands. */
import { z } from 'zod'
import { countBands, publicBand, type Sides, shareBands } from './bands.ts'

const share = z.number().min(0).max(1)
const band = z.enum(shareBands)
const word = z.string().max(64)
const tag = z.strictObject({ code: z.string().max(60), source: z.enum(['declared', 'proposed']) })
const drift = z.strictObject({
  /** Part of the values that moved to another code, and change of the part that is filled. */
  distribution: band.optional(),
  completeness: band,
  newCodes: z.enum(countBands).optional(),
  lostCodes: z.enum(countBands).optional(),
})
const column = z.strictObject({
  name: word,
  completeness: share,
  validity: share.nullable(),
  tag: tag.optional(),
  drift: drift.optional(),
})
const table = z.strictObject({
  name: word,
  rows: z.number().int().nonnegative(),
  /** Part of the rows that are no repetition of another row. */
  uniqueness: share.nullable(),
  columns: z.array(column).max(10_000),
  /** Pairs of days that must follow each other, and the part of the rows where they do. */
  order: z.array(z.strictObject({ first: word, second: word, share })).max(1000),
  /** Persons of whom a row stands in a class of fewer than k persons, on these columns. */
  risk: z
    .strictObject({ basis: z.enum(['declared', 'proposed']), columns: z.array(word), belowK: band })
    .optional(),
})
const coverage = z.strictObject({
  /** Months that at least k persons have. */
  from: z.string().max(7).nullable(),
  until: z.string().max(7).nullable(),
  /** Departments that at least k persons have. */
  departments: z.number().int().nonnegative().nullable(),
  persons: z.string().max(20),
})
const heads = <T extends z.ZodType>(figure: T) =>
  z.strictObject({ completeness: figure, validity: figure, coherence: figure })
const timeliness = z.strictObject({ monthsToDeposit: z.number().int().nullable() })

export const holderQualitySchema = z.strictObject({
  k: z.number().int(),
  ...heads(share.nullable()).shape,
  timeliness,
  coverage,
  tables: z.array(table).max(200),
  /** The version compared with; absent for the first one. */
  driftFrom: z.number().int().optional(),
})
export type HolderQuality = z.infer<typeof holderQualitySchema>

export const publicQualitySchema = z.strictObject({
  k: z.number().int(),
  ...heads(band.nullable()).shape,
  timeliness,
  coverage,
  columns: z.array(
    z.strictObject({ table: word, column: word, completeness: band.nullable(), tag: tag.optional() }),
  ),
})
export type PublicQuality = z.infer<typeof publicQualitySchema>

export const qualitySchema = z.strictObject({ holder: holderQualitySchema, public: publicQualitySchema })
/** What is stored with a version. */
export type Quality = z.infer<typeof qualitySchema>

/** What was counted of one thing: rows that can be judged, rows that are right, and the persons on both sides. */
export interface Counts {
  readonly rows: number
  readonly right: number
  readonly holds: number
  readonly fails: number
}

/** Rounded down, so that a fault is never rounded away; null without anything to judge. */
export function shareOf(counts: readonly Counts[]): number | null {
  const rows = counts.reduce((sum, one) => sum + one.rows, 0)
  const right = counts.reduce((sum, one) => sum + one.right, 0)
  return rows === 0 ? null : Math.floor((1000 * right) / rows) / 1000
}

/** The band of several counts together; the persons of the largest side stand for all. */
export function openBand(counts: readonly Counts[], k: number) {
  const most = (side: 'holds' | 'fails') => Math.max(0, ...counts.map((one) => one[side]))
  const sides: Sides = { share: shareOf(counts) ?? 0, holds: most('holds'), fails: most('fails') }
  return publicBand(sides, k)
}
