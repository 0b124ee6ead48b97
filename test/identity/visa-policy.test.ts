/** The form of policies/visas.json is held by what it may not say; its cases are played with the bundle (test/policies.test.ts). */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { type VisaExample, visaPolicy } from '../../services/identity/visa-policy.ts'

const file = JSON.parse(readFileSync(new URL('../../policies/visas.json', import.meta.url), 'utf8'))

describe('the policy of visas', () => {
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
