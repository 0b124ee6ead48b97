/** A deadline is that of the rules of the day on which it began: later rules do not move it. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { command } from '../../services/habilitation/command.ts'
import type { HabilitationEvent, Happening } from '../../services/habilitation/event.ts'
import { fold } from '../../services/habilitation/fold.ts'
import type { Given } from '../../services/habilitation/guard.ts'
import { stateAt } from '../../services/habilitation/lifetime.ts'
import type { OpenRulebook } from '../../services/habilitation/rulebook.ts'
import type { Vocabularies } from '../../services/habilitation/vocabulary.ts'
import { accountOf, facts, leastBody, node, person, rulebook, today } from './fixtures.ts'

let rules: OpenRulebook
beforeAll(async () => {
  rules = await rulebook()
})

const dayMs = 86_400_000
const lead = { issuer: 'demo', subject: 'paul', organisation: 'chu-rouen' }
const event = (happening: Happening): HabilitationEvent => ({ v: 1, at: today, by: lead, ...happening })
const opened = event({ type: 'opened', lead, request: { ...leastBody, persons: [] } as never })

/** The rules with one clock of another length. */
function withClock(id: string, count: number): Vocabularies {
  const clocks = rules.vocabularies.clocks.map((one) =>
    one.code === id ? { ...one, facts: { ...one.facts, count } } : one,
  )
  return { ...rules.vocabularies, clocks }
}

function given(subject: string, vocabularies: Vocabularies): Given {
  const signing = { line: () => null, isSigned: () => false, permit: () => fail() }
  const by = person(subject)
  const rest = { facts, missingOf: () => [], signing, node, issuer: 'x', policyHash: rules.sha256, base: '' }
  const grants = { policy: 'by-permit', accountOf, rules: rules.persons } as const
  return { by, now: today, vocabularies, grants, ...rest }
}

function fail(): never {
  throw new Error('nothing is signed here')
}

describe('a deadline', () => {
  const items = [{ field: 'aim', comment: 'x' }]

  test('is written into the event that starts it, with the length of the rules in force', () => {
    const received = fold('D', [opened, event({ type: 'submitted' })])
    const asked = { type: 'completeness', items } as const
    const { happenings } = command(received, asked, given('lucie', withClock('completeness.answer', 14)))
    expect(happenings).toEqual([{ type: 'returned', items, due: today + 14 * dayMs }])
  })

  test('ends what it is about then, whatever the rules have become', () => {
    const returned = event({ type: 'returned', items, due: today + 14 * dayMs })
    const waiting = fold('D', [opened, event({ type: 'submitted' }), returned])
    expect(stateAt(waiting, today + 14 * dayMs - 1)).toBe('awaiting_completion')
    expect(stateAt(waiting, today + 14 * dayMs)).toBe('lapsed')
    const confirmed = fold('D', [opened, event({ type: 'confirmed', due: today + dayMs })])
    expect(stateAt(confirmed, today + dayMs - 1)).toBe('pre_permit')
    expect(stateAt(confirmed, today + dayMs)).toBe('withdrawn')
  })

  test('that an older event does not name is that of the first rules', () => {
    const waiting = fold('D', [opened, event({ type: 'submitted' }), event({ type: 'returned', items })])
    expect(stateAt(waiting, today + 28 * dayMs - 1)).toBe('awaiting_completion')
    expect(stateAt(waiting, today + 28 * dayMs)).toBe('lapsed')
  })
})
