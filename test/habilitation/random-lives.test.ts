/**
 * Random lives of requests, by random persons at random times, against oracles that read the events alone and share no code
 * with the fold: nobody is answered past an end or a stop, nobody decides alone, one owner of the ball.
 */
import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { command, type Later } from '../../services/habilitation/command.ts'
import { missing } from '../../services/habilitation/completeness.ts'
import type { HabilitationEvent } from '../../services/habilitation/event.ts'
import { fold } from '../../services/habilitation/fold.ts'
import type { Given } from '../../services/habilitation/guard.ts'
import { standingOf, stateAt } from '../../services/habilitation/lifetime.ts'
import { mayEver, type Powers, possibleCapacities, states } from '../../services/habilitation/matrix.ts'
import type {
  CurrentPermit,
  Permit,
  PermitPayload,
  UnsignedLine,
} from '../../services/habilitation/permit.ts'
import { possibleFor } from '../../services/habilitation/possible.ts'
import type { OpenRulebook } from '../../services/habilitation/rulebook.ts'
import { turnOf } from '../../services/habilitation/view.ts'
import { parisDay } from '../../services/kernel/clock.ts'
import { canonical, sha256 } from '../../services/kernel/hash.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { accountOf, facts, issuer, leastBody, node, person, policies, rulebook, today } from './fixtures.ts'
import { steps } from './walk.ts'

let rules: OpenRulebook
beforeAll(async () => {
  rules = await rulebook()
})

const DAY_MS = 86_400_000
const everybody = [
  'paul',
  'lucie',
  'nadia',
  'claire',
  'yves',
  'rouen',
  'havre',
  'ines',
  'karim',
  'alice',
  'bruno',
]
const reason = 'x'
const commands: readonly Later[] = [
  ...steps.map(([, one]) => one as Later),
  { type: 'completeness', items: [{ field: 'aim', comment: 'x' }] },
  { type: 'completion' },
  { type: 'opinions', opinion: 'favourable', comment: '' },
  { type: 'countersignatures', dataset: 'pmsi-demo', decision: 'decline' },
  { type: 'decision', decision: 'refuse', reasons: 'x', conditions: [] },
  { type: 'withdrawal' },
  { type: 'renunciation' },
  { type: 'appeal', reasons: 'x' },
  { type: 'appeal-decision', upheld: true, reasons: 'x' },
  { type: 'suspension', reason },
  { type: 'suspension', reason, line: 'L1' },
  { type: 'suspension', reason, person: { issuer: 'demo', subject: 'alice' } },
  { type: 'lift' },
  { type: 'lift', line: 'L1' },
  { type: 'recall', line: 'L1', reason },
  { type: 'revocation', reason },
  { type: 'dismissal', reasons: 'x' },
  { type: 'revocation-appeal', reasons: 'x' },
  {
    type: 'amendment',
    patch: { persons: [...leastBody.persons, { issuer: 'demo', subject: 'paul', profile: 'analyst' }] },
  },
  { type: 'renewal', until: '2028-06-30' },
  { type: 'closure' },
  { type: 'attestation' },
]

const roles: readonly Powers[] = JSON.parse(readFileSync(`${policies}vocabulary/roles.json`, 'utf8'))

/** Who might well succeed with a command; anybody tries anything too. */
const capable = commands.flatMap((what) =>
  everybody
    .filter((who) => mayEver(roles, possibleCapacities(person(who)), what.type))
    .map((who) => ({ who, what })),
)

/** One step: the next of the ordinary walk, or somebody trying something, after some time. */
type Move = { readonly who?: string; readonly what?: Later; readonly after: number }
const after = fc.oneof(
  { weight: 40, arbitrary: fc.integer({ min: 0, max: 2 * DAY_MS }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 400 * DAY_MS }) },
)
const anybody = fc.record({ who: fc.constantFrom(...everybody), what: fc.constantFrom(...commands) })
const tried = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...capable) },
  { weight: 1, arbitrary: anybody },
)
const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ after }) },
    { weight: 3, arbitrary: fc.tuple(tried, after).map(([move, time]) => ({ ...move, after: time })) },
  ),
  { minLength: 12, maxLength: 45 },
)

interface Life {
  readonly events: HabilitationEvent[]
  readonly permits: Map<string, Permit>
}

function given(by: string, now: number): Given {
  const around = { vocabularies: rules.vocabularies, facts, today: parisDay(now) }
  return {
    by: person(by),
    now,
    vocabularies: rules.vocabularies,
    grants: { policy: 'by-permit', accountOf, rules: rules.persons },
    facts,
    missingOf: (body) => missing(body, around, () => null),
    signing: {
      line: (line: UnsignedLine) => ({ ...line, holderJws: 'signed' }),
      isSigned: () => true,
      permit: (content: PermitPayload) => ({ ...content, sha256: sha256(canonical(content)), jws: 'signed' }),
    },
    node,
    issuer,
    policyHash: rules.sha256,
    base: 'FR-NOR-2026-000001',
  }
}

function attempt(life: Life, { who, what }: { who: string; what: Later }, now: number): void {
  const before = fold('D', life.events)
  const around = given(who, now)
  const { offered } = possibleFor(before, { ...around, ...around.grants })
  try {
    const outcome = command(before, what, around)
    // What a person may do, she is told that she may.
    expect(offered).toContain(what.type)
    const { issuer: by, subject, organisation } = person(who)
    for (const happening of outcome.happenings) {
      life.events.push({ v: 1, at: now, by: { issuer: by, subject, organisation }, ...happening })
    }
    if (outcome.permit) life.permits.set(outcome.permit.sha256, outcome.permit)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}

function current(life: Life): CurrentPermit | null {
  const habilitation = fold('D', life.events)
  const permit = life.permits.get(habilitation.permits.at(-1)?.sha256 ?? '')
  if (permit === undefined) return null
  return { permit, standing: standingOf(habilitation, permit.lines), lead: habilitation.lead }
}

/** Why nobody may be answered now, from the events alone; null when somebody might. */
function stopped({ events }: Life, now: number): string | null {
  const last = (...types: string[]) => events.findLastIndex(({ type }) => types.includes(type))
  const signed = events.findLast(
    (event) => event.type === 'granted' || event.type === 'amended' || event.type === 'restored',
  )
  if (signed === undefined || !('permit' in signed)) return 'nothing was granted'
  if (now >= signed.permit.exp * 1000) return 'past its end'
  if (last('noticed', 'revoked') > last('dismissed', 'restored')) return 'revoked'
  if (last('renounced', 'closing', 'closed', 'expired') > -1) return 'ended'
  const stops = events.filter((event) => event.type === 'suspended' && canonical(event.scope) === '{}').length
  const starts = events.filter((event) => event.type === 'lifted' && canonical(event.scope) === '{}').length
  return stops > starts ? 'suspended' : null
}

/** Who may not have done it, because of what came before it: the person rules, from the events alone. */
function forbidden(events: readonly HabilitationEvent[], i: number): readonly (string | undefined)[] {
  const before = events.slice(0, i)
  const last = (type: string) => before.findLast((event) => event.type === type)?.by?.subject
  switch (events[i]?.type) {
    case 'confirmed':
    case 'refused':
      return [last('proposed'), last('completed')]
    case 'proposed':
      return [last('completed')]
    case 'revoked':
      return [last('noticed')]
    case 'dismissed':
      return [last('dismissProposed')]
    case 'closed':
      return [last('closing')]
    default:
      return []
  }
}

const instructing = ['completed', 'returned', 'opinionGiven', 'proposed', 'confirmed', 'refused', 'lifted']

/** Events that somebody brought about who may not have, or alone where it takes two. */
function faults({ events }: Life): readonly string[] {
  return events.flatMap((event, i) => {
    const who = event.by?.subject
    const agreed = events.slice(0, i).filter(({ type }) => type === 'liftAgreed')
    const liftedAlone =
      event.type === 'lifted' && new Set(agreed.slice(-2).map(({ by }) => by?.subject)).size < 2
    const conflict = instructing.includes(event.type) && event.by?.organisation === 'chu-rouen'
    return liftedAlone || conflict || forbidden(events, i).includes(who) ? [`${event.type} by ${who}`] : []
  })
}

function open(): Life {
  const { issuer: by, subject, organisation } = person('paul')
  const lead = { issuer: by, subject, organisation }
  return {
    events: [{ v: 1, at: today, by: lead, type: 'opened', lead, request: leastBody as never }],
    permits: new Map(),
  }
}

const seen = new Set<string>()

test('in no life is anybody answered at or after an end or a stop, and nobody decides alone', () => {
  fc.assert(
    fc.property(moves, (life) => {
      const lived = open()
      let now = today
      let next = 0
      for (const move of life) {
        now += move.after
        const [who, what] = steps[next % steps.length] ?? ['paul', { type: 'submission' as const }]
        const before = lived.events.length
        attempt(lived, { who: move.who ?? who, what: move.what ?? (what as Later) }, now)
        if (move.what === undefined && lived.events.length > before) next += 1
        check(lived, now)
      }
    }),
    { numRuns: 40, seed: 20261121 },
  )
  // The lives were not dull.
  const reached = ['under_assessment', 'pre_permit', 'active', 'suspended', 'revocation_noticed', 'expired']
  expect(reached.filter((state) => !seen.has(state))).toEqual([])
})

function check(life: Life, now: number): void {
  const habilitation = fold('D', life.events)
  const state = stateAt(habilitation, now)
  seen.add(state)
  expect(states).toContain(state)
  expect(turnOf(habilitation, { now, vocabularies: rules.vocabularies })).toMatch(/^[a-z]+$/)
  expect(faults(life)).toEqual([])
  const running = current(life)
  if (running === null) return
  for (const who of ['alice', 'paul']) {
    const decision = rules.decide({ by: person(who), now, datasets: ['pmsi-demo'] }, running)
    if (decision.effect === 'permit') expect([who, stopped(life, now)]).toEqual([who, null])
  }
  // An end that comes while a query runs refuses its answer too.
  const end = running.permit.exp * 1000
  for (const late of [end, end + 10 * DAY_MS]) {
    expect(rules.decide({ by: person('alice'), now: late }, running).effect).toBe('deny')
  }
}

test('an answer that a broken oracle would let pass is caught: the check is not blind', () => {
  const life = open()
  for (const [who, what] of steps) attempt(life, { who, what: what as Later }, today)
  attempt(life, { who: 'nadia', what: { type: 'suspension', reason } }, today)
  const running = current(life)
  if (running === null) throw new Error('granted')
  const forgetful = { ...running, standing: { ...running.standing, state: 'active' as const } }
  expect(rules.decide({ by: person('alice'), now: today }, forgetful).effect).toBe('permit')
  expect(stopped(life, today)).toBe('suspended')
})
