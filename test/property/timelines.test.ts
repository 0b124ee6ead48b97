/** No query is answered outside its permit, whatever happens to it meanwhile; the full count is a trial. */
import { expect, test } from '@jest/globals'
import { rulebook } from '../habilitation/fixtures.ts'
import { timelines } from './timelines.ts'

test('in 150 random timelines the rules say of every query what the independent model says', async () => {
  const { faults, asked, answered, cut, acts } = timelines(await rulebook(), 20261121, 150)
  expect(faults).toEqual([])
  // The timelines were not dull.
  const wanted = [
    'amended',
    'suspended',
    'lifted',
    'recalled',
    'noticed',
    'dismissed',
    'revoked',
    'renounced',
    'grantEnded',
    'grantIssued',
    'grantReviewed',
    'reviewAsked',
  ]
  expect(wanted.filter((type) => (acts[type] ?? 0) < 5)).toEqual([])
  expect(Math.min(asked / 50, answered, cut * 10)).toBeGreaterThan(100)
})

const seeds = Array.from({ length: 120 }, (_, i) => 700 + i)

test('rules that forget a suspension, an end or a person are caught: the model is not blind', async () => {
  const rules = await rulebook()
  const forgetful = (change: (current: NonNullable<Parameters<typeof rules.decide>[1]>) => object) => ({
    ...rules,
    decide: (ask: Parameters<typeof rules.decide>[0], current: Parameters<typeof rules.decide>[1]) =>
      rules.decide(ask, current && { ...current, ...change(current) }),
  })
  const mutants = {
    suspension: forgetful(({ standing }) => ({ standing: { ...standing, state: 'active' } })),
    lines: forgetful(({ standing, permit }) => ({
      standing: { ...standing, suspendedLines: [], openLines: permit.lines.map(({ id }) => id) },
    })),
    grants: forgetful(({ standing }) => ({
      standing: { ...standing, grants: standing.grants.map((one) => ({ ...one, stored: 'active' })) },
    })),
    reviews: forgetful(({ standing }) => ({
      standing: {
        ...standing,
        grants: standing.grants.map(({ managerDue: _, ...one }) => ({
          ...{ ...one, leadUntil: Number.MAX_SAFE_INTEGER },
        })),
      },
    })),
    persons: forgetful(({ standing }) => ({ standing: { ...standing, suspendedPersons: [] } })),
    end: forgetful(({ permit }) => ({
      permit: {
        ...permit,
        exp: permit.exp + 1,
        persons: permit.persons.map((one) => ({ ...one, exp: one.exp + 1 })),
      },
    })),
  }
  // A timeline of each seed, until one sees it.
  const isSeen = (mutant: typeof rules) => seeds.some((seed) => timelines(mutant, seed, 1).faults.length > 0)
  const blind = Object.entries(mutants).filter(([, mutant]) => !isSeen(mutant))
  expect(blind.map(([name]) => name)).toEqual([])
})
