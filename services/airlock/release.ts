/** A release: files that somebody asks to take out of the house, the votes on them and what became of them. Pure data. */
import { z } from 'zod'
import type { Actor } from '../kernel/id.ts'

const actor = z.strictObject({ issuer: z.string(), subject: z.string() })
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const instant = z.number().int()

export const states = ['draft', 'review', 'changes', 'released', 'refused', 'withdrawn'] as const
export type State = (typeof states)[number]

/** What a file is sent as. */
export const fileTypes = ['text/csv', 'text/plain', 'application/json', 'image/png'] as const
export type FileType = (typeof fileTypes)[number]

export const context = z.strictObject({
  shows: z.string().min(1).max(2000),
  population: z.string().min(1).max(2000),
  related: z.string().max(2000).default(''),
})

const source = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('query'),
    query: z.string(),
    /** The entry that released it for this airlock, and the SHA-256 of its text. */
    seq: z.number().int(),
    statement: hash,
    /** [row, column] of the cells withheld. */
    suppressed: z.array(z.tuple([z.number().int(), z.number().int()])),
  }),
  z.strictObject({ kind: z.literal('upload'), queries: z.array(z.string()) }),
])

/** What the machine found, counted: the findings themselves lie sealed beside the file. */
const found = z.strictObject({
  serious: z.number().int(),
  look: z.number().int(),
  needsEyes: z.boolean(),
  /** Of the findings as they lie. */
  sha256: hash,
})

/** Cells that the rules withhold, asked for: sealed for the checkers until they have let them out. */
const exact = z.strictObject({
  justification: z.string().min(1).max(4000),
  /** Datasets of persons that they rest on. */
  datasets: z.array(z.string()),
  /** SHA-256 of the table with them, and of their list, as they lie. */
  table: hash,
  cells: hash,
  /** Once they left: [row, column] of each, and how many each rule had withheld. */
  released: z
    .strictObject({
      cells: z.array(z.tuple([z.number().int(), z.number().int()])),
      rules: z.record(z.string(), z.number().int()),
    })
    .optional(),
})

const file = z.strictObject({
  number: z.number().int().min(1),
  name: z.string(),
  type: z.enum(fileTypes),
  bytes: z.number().int(),
  /** Null while nothing was sent. */
  sha256: hash.nullable(),
  source,
  context,
  found: found.nullable(),
  exact: exact.optional(),
  /** What the machine found for the checkers alone, where it is not the same. */
  checked: found.nullable().optional(),
})
export type ReleaseFile = z.infer<typeof file>

/** A file whose bytes are here. */
export interface SentFile extends ReleaseFile {
  readonly sha256: string
}

export function isSent(one: ReleaseFile): one is SentFile {
  return one.sha256 !== null
}

export const votes = ['approve', 'refuse', 'changes'] as const
/** The three criteria of WP216. */
export const criteria = ['singlingOut', 'linkability', 'inference'] as const
const risk = z.enum(['none', 'risk'])
export const verdicts = z.strictObject({ singlingOut: risk, linkability: risk, inference: risk })

const review = z.strictObject({
  round: z.number().int(),
  by: actor,
  vote: z.enum(votes),
  comment: z.string(),
  verdicts,
  at: instant,
})
export type Review = z.infer<typeof review>

/** How the asker had come in when she last asked: the permit is decided on anew for her, without her, before anything leaves. */
const session = z.strictObject({
  level: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
  methods: z.array(z.string()),
  acr: z.string().optional(),
  authenticatedAt: instant.optional(),
})

const release = z.strictObject({
  v: z.literal(1),
  id: z.string(),
  project: z.string(),
  title: z.string(),
  purpose: z.string(),
  objective: z.string().optional(),
  asker: actor,
  session,
  state: z.enum(states),
  round: z.number().int().min(1),
  openedAt: instant,
  /** Of the last act. */
  actedAt: instant,
  /** Of the last time it was asked. */
  askedAt: instant.nullable(),
  endedAt: instant.nullable(),
  destroyedAt: instant.nullable(),
  permit: z.strictObject({ id: z.string(), version: z.number().int(), sha256: hash }),
  files: z.array(file),
  reviews: z.array(review),
  answers: z.array(z.strictObject({ round: z.number().int(), text: z.string(), at: instant })),
  /** The signed record, once released: a token, and the SHA-256 of what it signs. */
  signed: z.strictObject({ jws: z.string(), sha256: hash }).nullable(),
})
export type Release = z.infer<typeof release>

/** What was stored, read again to the letter. */
export function readRelease(stored: unknown): Release {
  return release.parse(stored)
}

export const limits = {
  files: 20,
  fileBytes: 10 * 1024 * 1024,
  /** Votes that end a round (T5). */
  checkers: 2,
  /** Without an act, a draft or a wish for changes is withdrawn. */
  idleDays: 30,
  /** From the refusal or the withdrawal to the destruction of the files. */
  quarantineDays: 30,
} as const

/** Votes of the round in hand, in their order. */
export function votesOf({ reviews, round }: Pick<Release, 'reviews' | 'round'>): readonly Review[] {
  return reviews.filter((one) => one.round === round)
}

/** A release has ended when nobody has a turn in it any more. */
export function hasEnded({ state }: Pick<Release, 'state'>): boolean {
  return state === 'released' || state === 'refused' || state === 'withdrawn'
}

/** Whose turn it is. */
export function turnOf({ state }: Pick<Release, 'state'>): 'asker' | 'checkers' | 'nobody' {
  if (state === 'review') return 'checkers'
  return state === 'draft' || state === 'changes' ? 'asker' : 'nobody'
}

/**
 * What the votes of a round come to, once both are given: a refusal outweighs a wish for changes, which outweighs an approval. Null
 * before.
 */
export function outcomeOf(given: readonly Pick<Review, 'vote'>[]): 'released' | 'refused' | 'changes' | null {
  if (given.length < limits.checkers) return null
  if (given.some(({ vote }) => vote === 'refuse')) return 'refused'
  return given.some(({ vote }) => vote === 'changes') ? 'changes' : 'released'
}

/** Checkers of a round by their order: they have no name for those who ask. */
export function placeOf(
  release: Pick<Release, 'reviews'>,
  { round, by }: { round: number; by: Actor },
): number {
  const given = release.reviews.filter((one) => one.round === round)
  return given.findIndex((one) => one.by.issuer === by.issuer && one.by.subject === by.subject) + 1
}
