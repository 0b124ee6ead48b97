/** policies/review.json is held by its own cases: each detector shows what it finds and what it leaves alone. */
import { describe, expect, test } from '@jest/globals'
import { type DetectorName, detectorFamilies } from '../../services/habilitation/thresholds.ts'
import { say } from '../../services/kernel/text.ts'
import { detect } from '../../services/review/detectors.ts'
import { factsOf, playFindings } from '../../services/review/finding-cases.ts'
import { rulebook } from '../habilitation/fixtures.ts'

describe('the detectors', () => {
  test('find what each of their cases says, and nothing where it says so', async () => {
    const { review } = await rulebook()
    const played = playFindings(review)
    expect(played.filter(({ expected, found }) => expected !== found)).toEqual([])
    expect(played.length).toBeGreaterThanOrEqual(2 * Object.keys(detectorFamilies).length)
  })

  test('name month, family and detector', async () => {
    const { review } = await rulebook()
    for (const [name, { cases }] of Object.entries(review)) {
      const found = cases.flatMap(({ given }) => detect(factsOf(given), review))
      const ids = found.filter(({ detector }) => detector === name).map(({ id }) => id)
      const family = detectorFamilies[name as DetectorName]
      expect(ids.length).toBeGreaterThan(0)
      for (const id of ids) expect(id).toMatch(new RegExp(`^2026-11/${family}/${name}/[0-9a-f]{12}$`))
    }
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
