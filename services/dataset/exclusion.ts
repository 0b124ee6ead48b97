/**
 * Which opt-outs an extract leaves out. A project that has no extract of the domain yet takes the list as it stands. One that
 * has some keeps to the list that they rest on, and moves on with a generation of all its extracts: two equal questions around
 * a single removal would reveal that person (governance.md 12, rule 4). Pure.
 */
import type { OptOut } from './opt-out-register.ts'

/** The versions of the list that the extracts of a project rest on, in one domain. */
export interface Applied {
  /** The first one: a reversal after it does not bring anybody back into this project. */
  readonly since: number
  /** The last one. */
  readonly version: number
}

export interface Exclusion extends Applied {
  /** First-level pseudonyms of the persons to leave out. */
  readonly pseudonyms: readonly string[]
}

/** Persons who leave an open project together, at least. */
export const leastBatch = 11
/** An opt-out reaches every open project within this time, batch or not: 30 days. */
export const longestWaitMs = 30 * 24 * 3_600_000

export interface Standing {
  /** Opt-outs of the domain. */
  readonly all: readonly OptOut[]
  /** Last version of the list. */
  readonly latest: number
  /** Undefined for a project that has no extract of this domain. */
  readonly applied: Applied | undefined
}

export function exclusionOf({ all, latest, applied }: Standing): Exclusion {
  const since = applied?.since ?? latest
  const version = applied?.version ?? latest
  const left = all.filter((one) => one.addedVersion <= version && !isBack(one, since))
  return { since, version, pseudonyms: [...new Set(left.map((one) => one.pseudonym))] }
}

/** Reversed before the project began. */
function isBack({ reversedVersion }: OptOut, since: number): boolean {
  return reversedVersion !== null && reversedVersion <= since
}

/** The instant by which an open project must be without those who object since its list; undefined when nobody does. */
export function dueAt(all: readonly OptOut[], applied: Applied): number | undefined {
  const waiting = all.filter((one) => one.addedVersion > applied.version && one.reversedVersion === null)
  if (waiting.length === 0) return undefined
  return Math.min(...waiting.map((one) => one.addedAt)) + longestWaitMs
}

/**
 * A count of persons as entries and findings tell it: under k nothing but that. Nobody is few as well: whoever registered one
 * person would otherwise learn whether that person is in the extract.
 */
export function bandOfPersons(count: number, k: number): string {
  const least = Math.max(k, leastBatch)
  if (count < least) return `< ${least}`
  return `≥ ${10 ** Math.floor(Math.log10(count))}`
}
