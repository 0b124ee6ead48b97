/** Which entries of the register somebody asks for. Pure. */
import { parisDay } from '../../kernel/clock.ts'
import { folded } from '../../kernel/fold.ts'
import type { RegisterEntry } from './register.ts'

/** All members together (and). */
export interface RegisterFilter {
  /** The applicant, or who holds a dataset. */
  readonly organisation?: string | undefined
  /** A purpose. */
  readonly theme?: string | undefined
  readonly state?: string | undefined
  /** Of reception, in Paris. */
  readonly year?: string | undefined
  readonly dataset?: string | undefined
  /** Words of title, summary or applicant, in any order, whatever their accents. */
  readonly q?: string | undefined
}

export function searchRegister(
  requests: readonly RegisterEntry[],
  filter: RegisterFilter,
): readonly RegisterEntry[] {
  return requests.filter((one) => tests.every((test) => test(one, filter)))
}

type Test = (one: RegisterEntry, filter: RegisterFilter) => boolean

const tests: readonly Test[] = [
  (one, { organisation }) =>
    organisation === undefined || [one.applicant, ...one.holders].some(({ id }) => id === organisation),
  (one, { theme }) => theme === undefined || one.purposes.includes(theme),
  (one, { state }) => state === undefined || one.state === state,
  (one, { year }) => year === undefined || yearOf(one) === year,
  (one, { dataset }) => dataset === undefined || one.datasets.includes(dataset),
  ({ title, summaryLay, applicant }, { q = '' }) => {
    const text = folded(`${title} ${summaryLay} ${applicant.name}`)
    return folded(q)
      .split(/\s+/)
      .every((word) => text.includes(word))
  },
]

/** The year of reception, in Paris. */
export function yearOf({ receivedAt }: RegisterEntry): string {
  return parisDay(Date.parse(receivedAt)).slice(0, 4)
}
