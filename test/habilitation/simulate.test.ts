/** The simulator says what a query would meet: the same decision, with its rule, what failed and what to do. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { insist } from '../../services/habilitation/decide.ts'
import { failing } from '../../services/habilitation/failing-fact.ts'
import { type Simulated, simulate } from '../../services/habilitation/simulate.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { explain } from '../../services/kernel/text.ts'
import { currentPermit, openRoom, person, type Room, today } from './fixtures.ts'
import { act, granted } from './walk.ts'

let room: Room
let project: string
let id: string
beforeEach(async () => {
  room = await openRoom()
  ;({ id, project } = await granted(room))
})

const accounts = {
  find: async ({ subject }: { subject: string }) => (subject === 'mallory' ? null : person(subject)),
}
const told = (asked: Partial<Simulated> & { who?: string } = {}, by = 'nadia') => {
  const { who = 'alice', ...rest } = asked
  return simulate({ ...room, accounts }, person(by), {
    person: { issuer: 'demo', subject: who },
    project,
    ...rest,
  })
}

describe('a simulation', () => {
  test('that permits names the rule, the purpose and the permit', async () => {
    expect(await told({ dataset: 'pmsi-demo' })).toMatchObject({
      decision: 'permit',
      rule: 'query',
      purpose: 'SNDS-III-6',
      permit: { id: `${project}-v1` },
      policy: room.rulebook.sha256,
    })
  })

  const cases: readonly (readonly [string, Partial<Simulated> & { who?: string }, string])[] = [
    ['another purpose', { purpose: 'SNDS-III-1' }, 'fact.purposes'],
    ['an objective of another project', { objective: 'O9' }, 'fact.objectives'],
    ['a dataset without a line', { dataset: 'lab-demo' }, 'fact.lines'],
    ['a day before', { at: Date.parse('2026-01-01T00:00:00Z') }, 'fact.from'],
    ['a day after', { at: Date.parse('2030-01-01T00:00:00Z') }, 'fact.until'],
    ['one factor', { level: 1 }, 'fact.level'],
    ['the lead, who is not named', { who: 'paul' }, 'fact.notListed'],
  ]
  test.each(cases)('of %s denies, and says which fact failed', async (_, asked, fact) => {
    const { decision, rule, refusal, legalBasis } = await told(asked)
    expect({ decision, fact: refusal?.fact?.key }).toEqual({ decision: 'deny', fact })
    expect(room.rulebook.policies.map((policy) => policy.id)).toContain(rule)
    expect(legalBasis).not.toBe('')
  })

  test('follows the register: a suspension, a revocation', async () => {
    await act(room, id, ['nadia', { type: 'suspension', reason: 'x' }])
    expect(await told()).toMatchObject({
      rule: 'suspended',
      refusal: { fact: { key: 'fact.suspendedWhole' } },
    })
    await act(room, id, ['claire', { type: 'revocation', reason: 'x' }])
    expect(await told()).toMatchObject({ rule: 'revoked', refusal: { code: 'REVOKED' } })
  })

  test('of a stranger or of nobody tells no fact at all', async () => {
    for (const who of ['bruno', 'mallory']) {
      const { rule, refusal } = await told({ who })
      expect({ rule, ...refusal }).toEqual({ rule: 'no-habilitation', code: 'NO_HABILITATION' })
    }
  })

  test('is for the DPO, the authority and the lead of the project', async () => {
    expect(await told({}, 'claire')).toMatchObject({ decision: 'permit' })
    expect(await told({}, 'paul')).toMatchObject({ decision: 'permit' })
    await expect(told({}, 'alice')).rejects.toMatchObject({ code: 'ROLE' })
    const other = person('paul', { subject: 'pauline' })
    const asked = { person: { issuer: 'demo', subject: 'alice' }, project }
    await expect(simulate({ ...room, accounts }, other, asked)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(told({ project: 'FR-NOR-2026-999999' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('a refusal of a permit', () => {
  const refusalOf = (proofs: object): Refusal => {
    try {
      insist(room.rulebook.decide({ by: person('alice', { proofs }), now: today }, currentPermit()))
    } catch (error) {
      if (error instanceof Refusal) return error
    }
    throw new Error('not refused')
  }

  test('carries the rule, the fact that failed and what to do, in both languages', () => {
    const lapsed = refusalOf({ training: today - 86_400_000, review: today + 1 })
    expect(lapsed.facts.rule).toBe('person-not-cleared')
    expect(explain('en', lapsed)).toMatchObject({
      detail: expect.stringContaining('training (2026-11-20), charter'),
      hint: 'Follow the training in force; the registration office records it.',
    })
    expect(explain('fr', lapsed).detail).toContain('training (2026-11-20), charter')
  })

  test('every rule that forbids says a fact, but the one that a stranger meets', () => {
    const rules = room.rulebook.policies
      .filter(({ effect }) => effect === 'forbid')
      .map((policy) => policy.id)
    const ask = { by: person('alice'), now: today }
    const silent = rules.filter((name) => failing(name, ask, currentPermit()).fact === undefined)
    expect(silent).toEqual(['no-habilitation'])
  })
})
