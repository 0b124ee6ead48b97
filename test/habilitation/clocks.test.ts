/** The statutory clocks of both regimes, their suspension, their lateness, and who is reminded of them. */
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { clocksOf, regimeOf } from '../../services/habilitation/clocks.ts'
import type { HabilitationEvent } from '../../services/habilitation/event.ts'
import { fold } from '../../services/habilitation/fold.ts'
import { readHabilitation } from '../../services/habilitation/read.ts'
import { listReminders } from '../../services/habilitation/reminders.ts'
import type { Body } from '../../services/habilitation/request.ts'
import type { OpenRulebook } from '../../services/habilitation/rulebook.ts'
import { leastBody, openRoom, person, type Room, rulebook, today } from './fixtures.ts'
import { act, granted, walked } from './walk.ts'

const DAY_MS = 86_400_000
let rules: OpenRulebook
beforeAll(async () => {
  rules = await rulebook()
})

const lead = { issuer: 'demo', subject: 'paul', organisation: 'chu-rouen' }
const at = (days: number) => today + days * DAY_MS
type Told = HabilitationEvent extends infer E
  ? E extends HabilitationEvent
    ? Omit<E, 'v' | 'by'>
    : never
  : never

/** The clocks of a request under assessment since today, after these events, some days on. */
function clocks(change: object, { after = [], days = 1 }: { after?: readonly Told[]; days?: number } = {}) {
  const request = { ...leastBody, ...change } as unknown as Body
  const told: Told[] = [
    { type: 'opened', at: today, lead, request },
    { type: 'submitted', at: today },
    { type: 'completed', at: today },
    ...after,
  ]
  const events = told.map((one) => ({ v: 1, by: lead, ...one }) as HabilitationEvent)
  return clocksOf(fold('D', events), regimeOf(request, rules.vocabularies), at(days))
}

const question: Told = { type: 'questioned', at: at(10), items: [{ field: 'aim', comment: 'x' }] }
const answer: Told = { type: 'answered', at: at(30), items: [{ field: 'aim', comment: 'x' }] }
const dueOf = (found: ReturnType<typeof clocks>) => found.map(({ id, dueAt }) => [id, dueAt.slice(0, 10)])

describe('the assessment', () => {
  test('is three months under the French routes, with the opinions that the route asks for', () => {
    expect(dueOf(clocks({}))).toEqual([['decision', '2027-02-21']])
    expect(dueOf(clocks({ route: 'MR_007' }))).toEqual([
      ['decision', '2027-02-21'],
      ['ethics.opinion', '2026-12-21'],
    ])
    expect(dueOf(clocks({ route: 'AUTORISATION_CNIL' }))).toEqual([
      ['decision', '2027-02-21'],
      ['ethics.opinion', '2026-12-21'],
      ['cnil.decision', '2027-01-21'],
    ])
  })

  test('is three and three months under the EHDS, two and one on the fast track of a mandated body', () => {
    const ehds = { route: 'EHDS_PERMIT', purposes: ['EHDS-53-1-a'] }
    const fast = { ...ehds, mandate: { text: 'x', reference: 'x' } }
    const extended: Told = { type: 'extended', at: at(20), reason: 'x' }
    expect(dueOf(clocks(ehds))).toEqual([['ehds.decision', '2027-02-21']])
    expect(dueOf(clocks(ehds, { after: [extended] }))).toEqual([['ehds.decision', '2027-05-21']])
    expect(dueOf(clocks(fast))).toEqual([['ehds.decision.fast', '2027-01-21']])
    expect(dueOf(clocks(fast, { after: [extended] }))).toEqual([['ehds.decision.fast', '2027-02-21']])
    const mixed = { ...fast, purposes: ['EHDS-53-1-a', 'EHDS-53-1-e'] }
    expect(dueOf(clocks(mixed))).toEqual([['ehds.decision', '2027-02-21']])
  })

  test('an opinion that was given no longer runs', () => {
    const given: Told = {
      type: 'opinionGiven',
      at: at(2),
      role: 'ethics',
      opinion: 'favourable',
      comment: '',
    }
    const cnil: Told = { type: 'externalRecorded', at: at(2), kind: 'cnil', reference: 'DR-1' }
    expect(dueOf(clocks({ route: 'AUTORISATION_CNIL' }, { after: [given, cnil] }))).toHaveLength(1)
  })
})

describe('a question', () => {
  test('suspends the French clocks until its answer, and they end so many days later', () => {
    const open = clocks({}, { after: [question], days: 200 })
    expect(open).toMatchObject([{ suspendedAt: new Date(at(10)).toISOString(), late: false }])
    const closed = clocks({}, { after: [question, answer], days: 31 })
    expect(dueOf(closed)).toEqual([['decision', '2027-03-13']])
    expect(closed[0]).not.toHaveProperty('suspendedAt')
  })

  test('asked while another is open counts once', () => {
    const second: Told = { type: 'questioned', at: at(20), items: [{ field: 'title', comment: 'x' }] }
    expect(dueOf(clocks({}, { after: [question, second, answer], days: 31 }))).toEqual([
      ['decision', '2027-03-13'],
    ])
  })

  test('does not stop the clock of the EHDS', () => {
    const ehds = { route: 'EHDS_PERMIT', purposes: ['EHDS-53-1-d'] }
    const open = clocks(ehds, { after: [question], days: 200 })
    expect(open).toMatchObject([{ id: 'ehds.decision', late: true }])
    expect(open[0]).not.toHaveProperty('suspendedAt')
  })
})

describe('reminders', () => {
  let room: Room
  beforeEach(async () => {
    room = await openRoom()
  })
  const told = async (who: string) =>
    (await listReminders(room, person(who))).map(({ clock, notice, turn }) => [clock, notice, turn])

  test('come seven days before a clock of the instruction, and say when it is late', async () => {
    await walked(room, 'completeness')
    expect(await told('lucie')).toEqual([])
    room.time.now = Date.parse('2027-02-16T09:00:00Z')
    expect(await told('lucie')).toEqual([['decision', 7, 'holder']])
    room.time.now = Date.parse('2027-02-22T09:00:00Z')
    expect(await told('lucie')).toEqual([['decision', 'late', 'holder']])
  })

  test('come 90, 30 and 7 days before an end, and cease to speak of a renewal that is too late', async () => {
    await granted(room)
    const from = { '2027-08-15': 90, '2027-10-10': 30, '2027-10-28': 7 }
    for (const [day, notice] of Object.entries(from)) {
      room.time.now = Date.parse(`${day}T09:00:00Z`)
      expect(await told('lucie')).toContainEqual(['access.end', notice, 'lead'])
    }
    expect((await told('lucie')).map(([clock]) => clock)).not.toContain('renewal.ask')
  })

  test('ask for the destruction until it is certified, and show nothing to a stranger', async () => {
    const { id } = await granted(room)
    await act(room, id, ['paul', { type: 'renunciation' }])
    room.time.now = Date.parse('2027-05-10T09:00:00Z')
    expect(await told('karim')).toEqual([
      ['review.end', 'late', 'operator'],
      ['delete.bulle', 30, 'operator'],
    ])
    await act(room, id, ['paul', { type: 'access-review', conclusion: 'nothing', comment: 'x' }])
    expect(await told('karim')).toEqual([['delete.bulle', 30, 'operator']])
    expect(await told('bruno')).toEqual([])
    await act(room, id, ['karim', { type: 'closure' }])
    expect(await told('karim')).toEqual([])
    const { clocks: left } = await readHabilitation(room, person('karim'), id)
    expect(left.map((clock) => clock.id)).toEqual(['results.publish'])
  })
})
