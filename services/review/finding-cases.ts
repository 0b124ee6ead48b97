/** Plays the cases of policies/review.json: each detector on the facts of a month in which nothing else happened. Pure. */
import type { Played } from '../habilitation/cases.ts'
import { type DetectorName, detectorFamilies, type ReviewThresholds } from '../habilitation/thresholds.ts'
import { detect } from './detectors.ts'
import type { ReviewFacts } from './facts.ts'

const seen = { shard: '2026', seq: 1, day: '2026-11-12', actor: 'alice', project: 'P1' }
const count = { day: '2026-11-12', hour: 10, actor: 'alice', project: 'P1', code: null, entries: 1 }
/** What a case need not say. */
const usual = {
  activity: { ...count, type: 'query.intent', outcome: 'allowed' },
  history: { month: '2026-10', actor: 'alice', project: 'P1' },
  intents: { ...seen, columns: 'c' },
  releases: seen,
  aborts: seen,
  deposits: { ...seen, dataset: 'pmsi-demo' },
  policies: seen,
  grants: seen,
  returns: { actor: 'alice', day: '2026-11-12' },
} as const satisfies Record<Exclude<keyof ReviewFacts, 'month'>, object>

type Given = ReviewThresholds[DetectorName]['cases'][number]['given']

/** The facts of a month in which nothing happened but what is given. */
export function factsOf(given: Given): ReviewFacts {
  const told = Object.entries(usual).map(([name, base]) => [
    name,
    (given[name] ?? []).map((one) => ({ ...base, ...one })),
  ])
  return { month: '2026-11', ...Object.fromEntries(told) }
}

/** Every case of every detector, at these thresholds. */
export function playFindings(thresholds: ReviewThresholds): readonly Played[] {
  const names = Object.keys(detectorFamilies) as DetectorName[]
  return names.flatMap((name) =>
    thresholds[name].cases.map(({ title, given, expect }) => {
      const found = detect(factsOf(given), thresholds).some(({ detector }) => detector === name)
      return {
        ...{ file: 'review.json', entry: name, title, expected: expect },
        found: found ? 'found' : 'nothing',
      }
    }),
  )
}
