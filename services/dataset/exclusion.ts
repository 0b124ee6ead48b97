/**
 * Which opt-outs an extract leaves out. A project that has no extract of the domain yet takes the list as it stands. One that
 * has some moves on in batches only: two equal questions around a single removal would reveal that person (governance.md 12,
 * rule 4). Pure.
 */
import type { OptOut } from './opt-out-register.ts'

/** The versions of the list that the extracts of a project rest on, in one domain. */
interface Applied {
  /** The first one: a reversal after it does not bring anybody back into this project. */
  readonly since: number
  /** The last one. */
  readonly version: number
}

export interface Exclusion extends Applied {
  /** First-level pseudonyms of the persons to leave out. */
  readonly pseudonyms: readonly string[]
}

/** Persons that a batch has at least, unless the oldest of them has waited for `longestWaitMs`. */
const leastBatch = 11
/** An opt-out reaches the next extract of an open project within this time, batch or not: 30 days. */
export const longestWaitMs = 30 * 24 * 3_600_000

export interface Standing {
  /** Opt-outs of the domain. */
  readonly all: readonly OptOut[]
  /** Last version of the list. */
  readonly latest: number
  /** Undefined for a project that has no extract of this domain. */
  readonly applied: Applied | undefined
  readonly k: number
  readonly now: number
}

export function exclusionOf({ all, latest, applied, k, now }: Standing): Exclusion {
  const since = applied?.since ?? latest
  const version = applied === undefined || isDue({ all, applied, k, now }) ? latest : applied.version
  const left = all.filter((one) => one.addedVersion <= version && !isBack(one, since))
  return { since, version, pseudonyms: [...new Set(left.map((one) => one.pseudonym))] }
}

/** Reversed before the project began. */
function isBack({ reversedVersion }: OptOut, since: number): boolean {
  return reversedVersion !== null && reversedVersion <= since
}

function isDue({
  all,
  applied,
  k,
  now,
}: Omit<Standing, 'latest' | 'applied'> & { readonly applied: Applied }): boolean {
  const waiting = all.filter((one) => one.addedVersion > applied.version && one.reversedVersion === null)
  const persons = new Set(waiting.map((one) => one.pseudonym)).size
  return persons >= Math.max(k, leastBatch) || waiting.some((one) => one.addedAt <= now - longestWaitMs)
}

/** A count of persons as entries and findings tell it: under k nothing but that. */
export function bandOfPersons(count: number, k: number): string {
  if (count === 0) return '0'
  const least = Math.max(k, leastBatch)
  if (count < least) return `< ${least}`
  return `≥ ${10 ** Math.floor(Math.log10(count))}`
}
