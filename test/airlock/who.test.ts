/** Who is what to a release: each guard with the person whom it alone keeps out. */
import { describe, expect, test } from '@jest/globals'
import { outcomeOf, type Release } from '../../services/airlock/release.ts'
import {
  type Around,
  conflictOf,
  mayDownload,
  mayReadExact,
  mayReadFiles,
  maySee,
  offeredTo,
  votesFor,
} from '../../services/airlock/who.ts'
import type { CurrentPermit } from '../../services/habilitation/permit.ts'
import type { Role } from '../../services/identity/person.ts'

const person = (subject: string, organisation = 'univ-caen', ...roles: Role[]) => ({
  ...{ issuer: 'demo', subject, organisation },
  roles,
})
const louis = person('louis', 'univ-caen', 'checker')
const emma = person('emma', 'univ-caen', 'checker')
const alice = person('alice', 'chu-rouen', 'researcher')
const nadia = person('nadia', 'region-normandie', 'dpo')

const current = {
  lead: { issuer: 'demo', subject: 'paul' },
  permit: { persons: [{ issuer: 'demo', subject: 'bruno' }] },
} as unknown as CurrentPermit
const around: Around = { current, organisations: ['chu-rouen', 'gh-havre'] }

const said = { singlingOut: 'none', linkability: 'none', inference: 'none' } as const
const vote = (by: { issuer: string; subject: string }, round = 1) => ({
  ...{ round, vote: 'approve' as const, comment: '', verdicts: said, at: 0 },
  by: { issuer: by.issuer, subject: by.subject },
})
const release = (changes: Partial<Release>) =>
  ({ asker: alice, state: 'review', round: 1, askedAt: 1, reviews: [], ...changes }) as Release
const asked = release({})

describe('a checker', () => {
  test('may not check what is hers, her project’s, or of those with whom she works', () => {
    expect(conflictOf(louis, asked, around)).toBeNull()
    expect(conflictOf({ ...alice, roles: ['checker'] }, asked, around)).toBe('author')
    expect(conflictOf(person('paul', 'elsewhere', 'checker'), asked, around)).toBe('member')
    expect(conflictOf(person('bruno', 'elsewhere', 'checker'), asked, around)).toBe('member')
    expect(conflictOf(person('zoe', 'chu-rouen', 'checker'), asked, around)).toBe('colleague')
    expect(conflictOf(person('zoe', 'gh-havre', 'checker'), asked, around)).toBe('colleague')
  })

  test('of another issuer is another person', () => {
    expect(conflictOf({ ...louis, issuer: 'other', subject: 'alice' }, asked, around)).toBeNull()
  })

  test('sees nothing before it is asked, and the other’s vote only after hers', () => {
    expect(maySee(louis, release({ askedAt: null }), around)).toBe(false)
    const one = release({ reviews: [vote(louis)] })
    expect(votesFor(emma, one, around)).toEqual([])
    expect(votesFor(louis, one, around)).toHaveLength(1)
    const both = release({ reviews: [vote(louis), vote(emma)], state: 'changes' })
    expect(votesFor(emma, both, around)).toHaveLength(2)
  })

  test('who oversees too is as blind as the other', () => {
    const both = person('emma', 'univ-caen', 'checker', 'dpo')
    const one = release({ reviews: [vote(louis)] })
    expect(votesFor(both, one, around)).toEqual([])
    expect(votesFor(nadia, one, around)).toHaveLength(1)
  })

  test('of an earlier round is blind again in the next', () => {
    const next = release({ round: 2, reviews: [vote(louis), vote(emma), vote(louis, 2)] })
    expect(votesFor(emma, next, around).map(({ round }) => round)).toEqual([1, 1])
    expect(offeredTo(emma, next, around)).toEqual(['review'])
    expect(offeredTo(louis, next, around)).toEqual([])
  })
})

describe('files', () => {
  test('are read by the asker and her checkers while they lie there, and when refused by nobody', () => {
    expect(mayReadFiles(alice, asked, around)).toBe(true)
    expect(mayReadFiles(louis, asked, around)).toBe(true)
    expect(mayReadFiles(louis, release({ askedAt: null }), around)).toBe(false)
    expect(mayReadFiles(person('zoe', 'chu-rouen', 'checker'), asked, around)).toBe(false)
    expect(mayReadFiles(nadia, asked, around)).toBe(false)
    for (const state of ['refused', 'withdrawn'] as const)
      for (const who of [alice, louis]) expect(mayReadFiles(who, release({ state }), around)).toBe(false)
  })

  test('are read with their withheld cells by her checkers alone, once it is asked', () => {
    expect(mayReadExact(louis, asked, around)).toBe(true)
    const others = [
      alice,
      { ...alice, roles: ['checker'] as Role[] },
      person('bruno', 'elsewhere', 'checker'),
    ]
    for (const who of [...others, person('zoe', 'chu-rouen', 'checker'), nadia])
      expect(mayReadExact(who, asked, around)).toBe(false)
    for (const changes of [{ askedAt: null }, { state: 'refused' as const }])
      expect(mayReadExact(louis, release(changes), around)).toBe(false)
  })

  test('that left are downloaded by the asker and the lead', () => {
    expect(mayDownload(alice, asked, around)).toBe(true)
    expect(mayDownload(person('paul'), asked, around)).toBe(true)
    for (const who of [person('bruno'), louis, nadia]) expect(mayDownload(who, asked, around)).toBe(false)
  })
})

test.each([
  [['approve'], null],
  [['refuse'], null],
  [['approve', 'approve'], 'released'],
  [['approve', 'changes'], 'changes'],
  [['refuse', 'changes'], 'refused'],
  [['approve', 'refuse'], 'refused'],
] as const)('votes %j come to %s', (votes, outcome) => {
  expect(outcomeOf(votes.map((one) => ({ vote: one })))).toBe(outcome)
})
