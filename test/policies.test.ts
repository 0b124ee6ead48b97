/** policies/ is held by its own cases: each rule and each code shows what it lets through and what it stops. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { isHeld } from '../services/habilitation/cases.ts'
import { insist } from '../services/habilitation/decide.ts'
import type { Denied } from '../services/habilitation/decision.ts'
import type { OpenRulebook } from '../services/habilitation/rulebook.ts'
import { vocabularyNames } from '../services/habilitation/vocabulary.ts'
import { playBundle } from '../services/review/bundle-cases.ts'
import { currentPermit, leastBody, payload, person, rulebook, today } from './habilitation/fixtures.ts'
import { base } from './policy-cases.ts'

let rules: OpenRulebook
beforeAll(async () => {
  rules = await rulebook()
})

describe('the bundle', () => {
  const wrong = (found: ReturnType<typeof playBundle>) => found.filter((one) => !isHeld(one))

  test('holds each of its cases, by the code that decides', () => {
    const played = playBundle(rules.files)
    expect(wrong(played)).toEqual([])
    expect(played.length).toBeGreaterThan(300)
  })

  test('has cases in every file that says something', () => {
    const files = new Set(playBundle(rules.files).map(({ file }) => file))
    const vocabularies = vocabularyNames.map((name) => `vocabulary/${name}.json`)
    const parameters = ['disclosure.json', 'review.json', 'visas.json']
    expect(files).toEqual(new Set(['cases/query.json', ...parameters, ...vocabularies]))
  })

  test('begins its cases with the request and the permit of the contract', () => {
    expect(base.request).toEqual(leastBody)
    expect(base.permit).toEqual(payload)
  })
})

describe('the rules of queries', () => {
  test('rules are read in the order of the file, which is the order of precedence', () => {
    expect(rules.policies.map(({ annotations }) => annotations.code)).toEqual([
      'NO_HABILITATION',
      'WRONG_NODE',
      'REVOKED',
      'SUSPENDED',
      'NOT_YET_VALID',
      'EXPIRED',
      'EXPIRED',
      'SUPERSEDED',
      'PERSON_NOT_LISTED',
      'PERSON_NOT_CLEARED',
      'PERSON_NOT_CLEARED',
      'ASSURANCE_TOO_LOW',
      'PURPOSE_NOT_GRANTED',
      'PURPOSE_NOT_GRANTED',
      'LINE_CLOSED',
      undefined,
    ])
  })

  test('an unknown project and a stranger get the same words', () => {
    const ask = { by: person('bruno'), now: today }
    expect(rules.decide(ask, null)).toEqual(rules.decide(ask, currentPermit()))
  })

  test('a purpose must be named where the permit has several, and only a member hears of it', () => {
    const several = currentPermit({ purposes: ['SNDS-III-5', 'SNDS-III-6'] })
    const unnamed = rules.decide({ by: person('alice'), now: today }, several) as Denied
    expect(unnamed).toMatchObject({ code: 'INVALID', missing: [{ path: 'purpose' }] })
    expect(rules.decide({ by: person('bruno'), now: today }, several)).toMatchObject({
      code: 'NO_HABILITATION',
    })
    const named = rules.decide({ by: person('alice'), now: today, purpose: 'SNDS-III-5' }, several)
    expect(named).toMatchObject({ effect: 'permit', purpose: 'SNDS-III-5', objective: 'O1' })
  })

  test('insisting turns a no into its refusal, with the rule, and gives a yes back', () => {
    const yes = rules.decide({ by: person('alice'), now: today }, currentPermit())
    expect(insist(yes)).toBe(yes)
    const no = rules.decide({ by: person('paul'), now: today }, currentPermit())
    const refusal = expect.objectContaining({
      code: 'PERSON_NOT_LISTED',
      facts: {
        rule: 'person-not-listed',
        fact: { key: 'fact.notListed', with: { permit: 'FR-NOR-2026-000042-v1' } },
      },
    })
    expect(() => insist(no)).toThrow(refusal)
  })

  test('an objective must be named where the permit has several', () => {
    const objectives = [
      { id: 'O1', label: 'a' },
      { id: 'O2', label: 'b' },
    ]
    const unnamed = rules.decide({ by: person('alice'), now: today }, currentPermit({ objectives }))
    expect(unnamed).toMatchObject({ code: 'INVALID', missing: [{ path: 'objective' }] })
  })
})

describe('the vocabularies', () => {
  test('the contract names the codes it names', () => {
    expect(rules.codes('purposes-snds')).toContain('SNDS-III-6')
    expect(rules.codes('routes')).toContain('MR_004')
    expect(rules.codes('no-such-vocabulary').size).toBe(0)
  })

  test('parameters of disclosure are those of the policy', () => {
    expect(rules.disclosure).toEqual({
      k: 11,
      p: 0.1,
      twoShare: 0.9,
      degreesOfFreedom: 10,
      establishment: { k: 3, share: 0.85 },
      plan: 'fastest',
    })
  })
})
