/**
 * What a field of the request is beside its shape: where it is asked, who sees it, what of it is public, in which words
 * (governance.md 4). It stands with the schema, so that form, API, validation and register read one place.
 */
import { z } from 'zod'

/** The six pages of the form, in their order. */
export const steps = ['project', 'purpose', 'data', 'team', 'duration', 'commitment'] as const
export type StepName = (typeof steps)[number]

/** Who reads a field beside the applicant and its members, who read all. */
export type Audience = 'instruction' | 'holder' | 'billing'

/** French, then English. */
export type Words = readonly [fr: string, en: string]

/** The vocabularies whose codes stand in a field; their entries are in policies/vocabulary. */
export type CodeList =
  | 'routes'
  | 'organisations'
  | 'purposes-snds'
  | 'purposes-ehds'
  | 'prohibitions-snds'
  | 'prohibitions-ehds'
  | 'quasi-identifiers'

export interface FieldAbout {
  readonly step: StepName
  /** Also asked of a project useful to the sector: the rows marked ● of governance.md 4. */
  readonly light?: true
  /** Asked whatever the route; of a light project only where it is `light`. */
  readonly required?: true
  /** Said in words where a rule of completeness.ts asks for it in some cases only. */
  readonly when?: Words
  readonly seenBy: readonly Audience[]
  /** In the register from the submission on, never, or once it is decided. */
  readonly public: 'yes' | 'no' | 'decided'
  /** What the register, and the holders, read of it where that is less than the whole. */
  readonly part?: (value: unknown) => unknown
  /** Dates, references and signatures belong to one request: a copy begins without them. */
  readonly copied?: false
  /** The vocabularies whose codes it holds. */
  readonly codes?: readonly CodeList[]
  readonly label: Words
  readonly help: Words
}

const abouts = z.registry<FieldAbout>()

/** A field that a draft may leave out, with what is known of it. */
export function field<T extends z.ZodType>(schema: T, about: FieldAbout): z.ZodOptional<T> {
  const optional = schema.optional()
  abouts.add(optional, about)
  return optional
}

/** What is known of a field. A member of the body without it is a bug, and throws. */
export function aboutOf(schema: z.ZodType): FieldAbout {
  const about = abouts.get(schema)
  if (about === undefined) throw new Error('a field of the request that the form does not know')
  return about
}

export const everybody: readonly Audience[] = ['instruction', 'holder']
export const instruction: readonly Audience[] = ['instruction']

/** Far above what a form advises: a length is a warning, not a fault. */
export const short = z.string().max(2000)
export const long = z.string().max(20_000)
export const code = z.string().max(60)
export const name = z.string().min(1).max(100)
export const day = z.iso.date()
export const filter = z.string().min(1).max(4000)
