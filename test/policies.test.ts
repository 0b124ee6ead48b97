/** policies/ is held by its own cases: each rule and each code shows what it lets through and what it stops. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { missing } from '../services/habilitation/completeness.ts'
import { insist } from '../services/habilitation/decide.ts'
import type { Denied } from '../services/habilitation/decision.ts'
import { mergePatch, patched } from '../services/habilitation/request.ts'
import type { OpenRulebook } from '../services/habilitation/rulebook.ts'
import { vocabularyNames } from '../services/habilitation/vocabulary.ts'
import { currentPermit, facts, leastBody, person, rulebook, today } from './habilitation/fixtures.ts'
import { cases, decided, wordOf } from './policy-cases.ts'

let rules: OpenRulebook
beforeAll(async () => {
  rules = await rulebook()
})

describe('the rules of queries', () => {
  test.each(cases.map((one) => [one.rule, one.title, one] as const))('%s: %s', (_, __, one) => {
    const decision = decided(rules, one)
    expect(wordOf(decision)).toBe(one.expect)
    if (decision.effect === 'permit') expect(decision.rules).toEqual(['query'])
    else if (one.expect === codeOf(one.rule)) expect(decision.rule).toBe(one.rule)
  })

  test('every rule has a case that it lets through, and every prohibition one that it stops', () => {
    for (const { id, effect } of rules.policies) {
      const of = cases.filter(({ rule }) => rule === id)
      expect(of.some(({ expect: wanted }) => wanted === 'permit')).toBe(true)
      if (effect === 'forbid') expect(of.some(({ expect: wanted }) => wanted === codeOf(id))).toBe(true)
    }
  })

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

function codeOf(id: string): string | undefined {
  return rules.policies.find((policy) => policy.id === id)?.annotations.code
}

describe('the vocabularies', () => {
  test('every entry lets its passing cases through and stops its failing ones, for the reason given', () => {
    const { vocabularies } = rules
    const entries = vocabularyNames.flatMap((name) => vocabularies[name])
    const all = entries.flatMap(({ code, cases: of }) => of.map((one) => ({ code, ...one })))
    for (const { code, given, at = '2026-11-21', expect: wanted, path } of all) {
      const body = patched({}, mergePatch(leastBody, given))
      const found = missing(body, { vocabularies, facts, today: at }, () => null)
      const paths = found.map((one) => one.path)
      const stopped = expect.arrayContaining([path])
      expect({ code, paths }).toEqual({ code, paths: wanted === 'allow' ? [] : stopped })
    }
  })

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
