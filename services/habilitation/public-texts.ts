/**
 * What a request says in public, in its own words. The form says of each field whether it is public, and when (governance.md 4);
 * here the texts among them are named once more, and cleared of persons. Pure.
 */
import type { Change } from './changes.ts'
import { withoutContacts } from './contacts.ts'
import { publicOf } from './form/seen.ts'
import type { Body } from './request.ts'

export interface PublicTexts {
  readonly title: string
  readonly acronym?: string
  /** Empty where the applicant withheld it; why it did is for the assessors. */
  readonly summaryLay: string
  readonly kind?: string
  readonly publicInterest?: string
  readonly controllers: readonly string[]
  readonly implementer?: string
  /** Declarations and opinions that the request stands on, by their numbers. */
  readonly references: readonly { readonly kind: string; readonly reference: string }[]
  /** Once decided. */
  readonly aim?: string
  readonly expectedBenefits?: string
  readonly objectives?: readonly { readonly id: string; readonly label: string }[]
  readonly legalBasis?: readonly string[]
  readonly financing?: string
  readonly mandate?: { readonly text: string; readonly reference: string; readonly onBehalfOf?: string }
  readonly publicationPlan?: string
}

/** One clause of a version, in words. */
export interface PublicChange {
  readonly path: string
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

/** What keeps a text from being public as it stands. */
export interface Withheld {
  readonly isDecided: boolean
  /** Names of persons, taken out of every text. */
  readonly persons: readonly string[]
}

const texts = [
  'acronym',
  'kind',
  'publicInterest',
  'implementer',
  'aim',
  'expectedBenefits',
  'financing',
  'publicationPlan',
] as const
const references = ['routeReference', 'ethicsReference', 'cnilReference', 'agreementRef', 'dpia'] as const

export function publicTextsOf(request: Body, { isDecided, persons }: Withheld): PublicTexts {
  const clear = (text: string) => withoutContacts(text, persons)
  const open = publicOf(request, { decided: isDecided })
  const { title = '', summaryLay = '', controllers = [] } = open
  return {
    title: clear(title),
    summaryLay: clear(summaryLay),
    controllers: controllers.map(clear),
    references: references.flatMap((kind) => {
      const reference = open[kind]
      return reference === undefined ? [] : [{ kind, reference: clear(reference) }]
    }),
    ...Object.fromEntries(
      texts.flatMap((name) => {
        const value = open[name]
        return typeof value === 'string' ? [[name, clear(value)]] : []
      }),
    ),
    ...listsOf(open, clear),
  }
}

function listsOf({ objectives, legalBasis, mandate }: Body, clear: (text: string) => string) {
  return {
    ...(objectives && { objectives: objectives.map(({ id, label }) => ({ id, label: clear(label) })) }),
    ...(legalBasis && { legalBasis: legalBasis.map(clear) }),
    ...(mandate && {
      mandate: {
        text: clear(mandate.text),
        reference: clear(mandate.reference),
        ...(mandate.onBehalfOf !== undefined && { onBehalfOf: clear(mandate.onBehalfOf) }),
      },
    }),
  }
}

/** Clauses of an amendment that the public reads: those of public fields, by the paths of changes.ts. */
const publicPaths: ReadonlySet<string> = new Set([
  ...texts,
  'title',
  'summaryLay',
  'route',
  'purposes',
  'controllers',
  'legalBasis',
  'objectives',
  'lines',
  'accessPeriod.from',
  'accessPeriod.until',
])

/** The public part of what a version changed; the others are counted, not told. */
export function publicChanges(changes: readonly Change[], { persons }: Withheld): readonly PublicChange[] {
  const clear = (word: string) => withoutContacts(word, persons)
  return changes
    .filter(({ path }) => publicPaths.has(path))
    .map(({ path, added, removed, before, after }) => ({
      path,
      added: [...(added ?? []), ...wordsOf(after)].map(clear),
      removed: [...(removed ?? []), ...wordsOf(before)].map(clear),
    }))
}

function wordsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter((word) => typeof word === 'string')
  return typeof value === 'string' ? [value] : []
}
