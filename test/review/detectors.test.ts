/** policies/review.json is held by its own cases: each detector shows what it finds and what it leaves alone. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { type DetectorName, detectorFamilies } from '../../services/habilitation/thresholds.ts'
import { say } from '../../services/kernel/text.ts'
import { detect } from '../../services/review/detectors.ts'
import type { ReviewFacts } from '../../services/review/facts.ts'
import { policies, rulebook } from '../habilitation/fixtures.ts'

interface Case {
  readonly title: string
  readonly given: Readonly<Record<string, readonly object[]>>
  readonly expect: 'found' | 'nothing'
}

const written: Readonly<Record<string, { readonly cases: readonly Case[] }>> = JSON.parse(
  readFileSync(`${policies}review.json`, 'utf8'),
)
const cases = Object.entries(written).flatMap(([name, { cases: of }]) =>
  of.map((one) => [name, one.title, one] as const),
)

const seen = { shard: '2026', seq: 1, day: '2026-11-12', actor: 'alice', project: 'P1' }
const count = { day: '2026-11-12', hour: 10, actor: 'alice', project: 'P1', code: null, entries: 1 }
/** What a case need not say. */
const usual: Readonly<Record<string, object>> = {
  activity: { ...count, outcome: 'allowed' },
  history: { month: '2026-10', actor: 'alice', project: 'P1' },
  intents: { ...seen, columns: 'c' },
  releases: seen,
  aborts: seen,
  deposits: { ...seen, dataset: 'pmsi-demo' },
  policies: seen,
  grants: seen,
  returns: { actor: 'alice', day: '2026-11-12' },
}

/** The facts of a month in which nothing happened but what is given. */
function factsOf(given: Case['given']): ReviewFacts {
  const told = Object.entries(usual).map(([name, base]) => [
    name,
    (given[name] ?? []).map((one) => ({ ...base, ...one })),
  ])
  return { month: '2026-11', ...Object.fromEntries(told) }
}

describe('the detectors', () => {
  test.each(cases)('%s: %s', async (name, _, { given, expect: wanted }) => {
    const { review } = await rulebook()
    const found = detect(factsOf(given), review).filter(({ detector }) => detector === name)
    expect(found.length > 0 ? 'found' : 'nothing').toBe(wanted)
    const family = detectorFamilies[name as DetectorName]
    for (const { id } of found) expect(id).toMatch(new RegExp(`^2026-11/${family}/${name}/[0-9a-f]{12}$`))
  })

  test('give the same facts the same ids, and another person another one', async () => {
    const { review } = await rulebook()
    const given = (actor: string) =>
      factsOf({ activity: [{ actor, type: 'query.refused', outcome: 'refused', entries: 30 }] })
    const ids = (actor: string) => detect(given(actor), review).map(({ id }) => id)
    expect(ids('alice')).toEqual(ids('alice'))
    expect(ids('alice')).toHaveLength(1)
    expect(ids('alice')).not.toEqual(ids('bruno'))
  })

  test('point at the entries, and say what was found in both languages', async () => {
    const { review } = await rulebook()
    const [one] = detect(factsOf({ aborts: Array(5).fill({ cause: 'deadline', seq: 7 }) }), review)
    expect(one).toMatchObject({
      count: 5,
      concern: { project: 'P1' },
      entries: Array(5).fill({ shard: '2026', seq: 7 }),
    })
    for (const detector of Object.keys(detectorFamilies)) {
      const about = {
        key: `finding.${detector}`,
        with: { count: 5, actor: 'alice', project: 'P1', dataset: 'd', day: 'j' },
      }
      expect(say('fr', about)).toMatch(/\.$/)
      expect(say('en', about)).not.toBe(say('fr', about))
    }
  })
})
