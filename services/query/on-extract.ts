/** A statement on an extract that no permit was given for: the same parser, rules, engine and disclosure as in a project. */
import type { Bulle } from '../dataset/bulle.ts'
import type { Rows } from '../engine/engine.ts'
import { type Clock, parisDay } from '../kernel/clock.ts'
import type { Disclosed } from './disclosure/disclose.ts'
import type { Thresholds } from './disclosure/rules.ts'
import type { Plan } from './plan.ts'
import type { Parameters, QueryNeeds } from './question.ts'
import { finish, releaseUnder } from './steps.ts'
import { understand } from './understand.ts'

export interface ExtractNeeds
  extends Pick<QueryNeeds, 'parser' | 'vault' | 'releaser' | 'rulebook' | 'limits'> {
  readonly clock: Clock
}

export interface ExtractQuestion {
  readonly bulle: Bulle
  readonly sql: string
  readonly parameters?: Parameters
  readonly signal: AbortSignal
}

export interface ExtractAnswer {
  readonly plan: Plan
  readonly thresholds: Thresholds
  readonly disclosed: readonly Disclosed[]
  /** With the marks of what is withheld. */
  readonly rows: Rows
}

/** Persons are protected, whatever the units of the dataset are. */
export function thresholdsOn(
  { rulebook }: Pick<ExtractNeeds, 'rulebook'>,
  bulle: Pick<Bulle, 'k'>,
): Thresholds {
  const { establishment: _, ...persons } = rulebook.disclosure
  return { ...persons, k: Math.max(persons.k, bulle.k) }
}

/** Refusals: those of the text, and QUERY_FAILED; none is about a permit. */
export async function askExtract(
  needs: ExtractNeeds,
  { bulle, sql, parameters, signal }: ExtractQuestion,
): Promise<ExtractAnswer> {
  const today = parisDay(needs.clock.now())
  const plan = await understand(needs.parser, bulle, { sql, today, ...(parameters ? { parameters } : {}) })
  const { limits } = needs
  const run = { signal: AbortSignal.any([signal, AbortSignal.timeout(limits.timeoutMs)]) }
  const thresholds = thresholdsOn(needs, bulle)
  const disclosed = await releaseUnder(needs, { plan, bulle, thresholds }, run)
  return { plan, thresholds, disclosed, rows: await finish(needs, { plan, bulle, disclosed }, run) }
}
