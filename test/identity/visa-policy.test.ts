/** policies/visas.json is held by its own cases, and its form by what it may not say. */

import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Visa } from '../../services/identity/visa.ts'
import { type VisaExample, type VisaPolicy, visaPolicy } from '../../services/identity/visa-policy.ts'
import { worthOf } from '../../services/identity/visa-proofs.ts'
import { rulebook, today } from '../habilitation/fixtures.ts'

const day = 86_400_000
const alice = { issuer: 'https://univ.example', subject: 'alice' }
const file = JSON.parse(readFileSync(new URL('../../policies/visas.json', import.meta.url), 'utf8'))

let policy: VisaPolicy
beforeAll(async () => {
  policy = (await rulebook()).visas
})

/** A visa of a trusted source, as a case gives it. */
function visaOf({ given: { type, value, by, days } }: VisaExample): Visa {
  return {
    ...{ sha256: 'a', token: 'a', identity: alice, type, value, by, linked: [] },
    asserted: today - days * day,
    until: today + 365 * day,
    source: alice.issuer,
  }
}

const cases = (): readonly [string, VisaExample][] =>
  file.rules.flatMap(({ proof, cases: of }: { proof: string; cases: VisaExample[] }) =>
    of.map((one) => [proof, one]),
  )

describe('the policy of visas', () => {
  test.each(cases())('%s: %j', (proof, one) => {
    const issuers = [
      {
        ...{
          issuer: alice.issuer,
          jwks: `${alice.issuer}/jwks`,
          algorithms: ['ES256' as const],
          broker: false,
        },
        sources: { [one.given.type]: [alice.issuer] },
      },
    ]
    const { vouched } = worthOf({ visas: [visaOf(one)], identities: [alice], issuers, policy, now: today })
    expect(vouched.map((found) => found.proof)).toEqual(one.expect === 'counts' ? [proof] : [])
  })

  const [rule] = file.rules
  const [counts, nothing] = ['counts', 'nothing'].map((word) =>
    rule.cases.filter((one: VisaExample) => one.expect === word),
  )
  test.each([
    ['a rule that anybody satisfies', { ...rule, by: [] }],
    ['a rule without a source', { ...rule, source: undefined }],
    ['a rule without a reason', { ...rule, why: '' }],
    ['a rule for a right', { ...rule, proof: 'habilitation' }],
    ['a rule on links', { ...rule, type: 'LinkedIdentities' }],
    ['a rule on a type that is not known', { ...rule, type: 'SuperUser' }],
    ['a value in a form of its own', { ...rule, value: 'regex:.*' }],
    ['a patience of three years', { ...rule, maximumAgeDays: 1_095 }],
    ['no case that counts', { ...rule, cases: nothing }],
    ['no case that does not', { ...rule, cases: counts }],
    ['a member that is not known', { ...rule, grant: true }],
  ])('%s does not load', (_, changed) => {
    expect(visaPolicy.safeParse({ ...file, rules: [rule] }).success).toBe(true)
    expect(visaPolicy.safeParse({ ...file, rules: [changed] }).success).toBe(false)
  })
})
