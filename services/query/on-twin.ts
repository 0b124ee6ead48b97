/**
 * SQL on the synthetic twin of a dataset, for whoever writes it before any permit: the same parser, rules, engine and
 * disclosure as in a project, on rows that are nobody's. What is refused here would be refused there.
 */

import type { Descriptor } from '../dataset/descriptor.ts'
import type { Twins } from '../dataset/twins.ts'
import { engineVersion } from '../engine/capabilities.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Actor } from '../kernel/id.ts'
import { openPlaces } from '../kernel/places.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Language } from '../kernel/text.ts'
import { unmark } from './answer.ts'
import { askExtract } from './on-extract.ts'
import type { Answer, Parameters, QueryNeeds } from './question.ts'
import { saidOf } from './steps.ts'

export interface TwinQuestion {
  readonly descriptor: Descriptor
  readonly sql: string
  readonly parameters?: Parameters
  readonly language: Language
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
}

/** Never mistaken for the answer of a project: it says that it is invented, and has no permit and no receipt. */
export interface TwinAnswer
  extends Pick<Answer, 'columns' | 'rows' | 'suppressed' | 'disclosure' | 'engine'> {
  readonly synthetic: true
  readonly dataset: string
}

export interface TwinQueryNeeds
  extends Pick<QueryNeeds, 'clock' | 'parser' | 'vault' | 'releaser' | 'rulebook'> {
  readonly twins: Twins
  readonly limits: QueryNeeds['limits']
  readonly turns: TwinTurns
}

/** Wall time of one statement on some hundred rows. */
const timeoutMs = 15_000

/** Asks the twin. Refusals: RATE, those of the text, and QUERY_FAILED; none is about a permit. */
export async function queryTwin(
  needs: TwinQueryNeeds,
  by: Actor,
  question: TwinQuestion,
): Promise<TwinAnswer> {
  const { descriptor, sql, parameters, language, signal } = question
  const done = needs.turns.take(by)
  try {
    const bulle = await needs.twins.of(descriptor)
    const limits = { ...needs.limits, timeoutMs: Math.min(needs.limits.timeoutMs, timeoutMs) }
    const asked = { bulle, sql, signal, ...(parameters ? { parameters } : {}) }
    const { plan, rows, thresholds, disclosed } = await askExtract({ ...needs, limits }, asked)
    const report = { thresholds, disclosed, tables: bulle.tables, language }
    const said = saidOf(plan, unmark(plan, rows), report)
    return { synthetic: true, dataset: descriptor.name, ...said, engine: `DuckDB ${engineVersion()}` }
  } finally {
    done()
  }
}

/** How often one person may ask twins: each question takes engines that the projects of others wait for. */
export interface TwinTurns {
  /** Begins one question; the answer ends it. Refusal RATE. */
  take(by: Actor): () => void
}

const minute = 60_000

export interface TwinLimits {
  readonly perMinute: number
  /** At the same time. */
  readonly running: number
}

/** In memory: a restart forgets, and does no harm. */
export function openTwinTurns({ now }: Pick<Clock, 'now'>, limits: TwinLimits): TwinTurns {
  const asked = new Map<string, number[]>()
  const running = openPlaces(limits.running)
  return {
    take({ issuer, subject }) {
      const who = JSON.stringify([issuer, subject])
      const since = now() - minute
      const recent = (asked.get(who) ?? []).filter((at) => at > since)
      const done = running.take(who)
      if (done === null) throw new Refusal('RATE', { rule: 'twin.one-at-a-time' })
      if (recent.length >= limits.perMinute) {
        done()
        throw new Refusal('RATE', { rule: 'twin.per-minute' })
      }
      // Whoever has not asked for a minute is forgotten.
      for (const [one, times] of asked) if ((times.at(-1) ?? 0) <= since) asked.delete(one)
      asked.set(who, [...recent, now()])
      return done
    },
  }
}
