/**
 * Random timelines of one permit: grants, amendments, renewals, suspensions, lifts, recalls, revocations, ends, lapsed proofs,
 * grants of persons and their reviews, and
 * jumps of the clock, with queries that begin, go on and end among them. The rules must say of each query, at its start and at its
 * release, what an independent model says.
 */
import { command, type Later } from '../../services/habilitation/command.ts'
import { missing } from '../../services/habilitation/completeness.ts'
import type { HabilitationEvent } from '../../services/habilitation/event.ts'
import { fold } from '../../services/habilitation/fold.ts'
import type { Given } from '../../services/habilitation/guard.ts'
import { standingOf } from '../../services/habilitation/lifetime.ts'
import type { CurrentPermit, Permit } from '../../services/habilitation/permit.ts'
import type { OpenRulebook } from '../../services/habilitation/rulebook.ts'
import type { Person, Proofs } from '../../services/identity/person.ts'
import { addDays, parisDay } from '../../services/kernel/clock.ts'
import { canonical, sha256 } from '../../services/kernel/hash.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import {
  accountOf,
  facts,
  issuer,
  leastBody,
  node,
  person,
  secondLine,
  today,
} from '../habilitation/fixtures.ts'
import { type Body, type ModelQuery, PermitModel } from './permit-model.ts'
import { dice } from './seed.ts'

export interface TimelineFigures {
  readonly seed: number
  readonly timelines: number
  readonly asked: number
  readonly answered: number
  /** Allowed at their start and refused at their release. */
  readonly cut: number
  readonly acts: Readonly<Record<string, number>>
  /** What the rules and the model said differently. */
  readonly faults: readonly string[]
}

const DAY_MS = 86_400_000
const analyst = (subject: string, until?: string) => ({
  issuer: 'demo',
  subject,
  profile: 'analyst',
  ...(until && { until }),
})
type Dice = ReturnType<typeof dice>
type Act = readonly [who: string, what: Later, body?: Body]

interface Life {
  readonly dice: Dice
  readonly rules: OpenRulebook
  readonly model: PermitModel
  readonly events: HabilitationEvent[]
  readonly permits: Map<string, Permit>
  readonly proofs: Map<string, Proofs>
  body: Body
  now: number
  running: ModelQuery[]
  current: CurrentPermit | null
}

/** Counts kept over all timelines. */
interface Tally {
  asked: number
  answered: number
  cut: number
  readonly acts: Record<string, number>
  readonly faults: string[]
}

/** Runs so many timelines from a seed; the figures name what differs, if anything does. */
export function timelines(rules: OpenRulebook, seed: number, count: number): TimelineFigures {
  const tally: Tally = { asked: 0, answered: 0, cut: 0, acts: {}, faults: [] }
  for (let i = 0; i < count; i += 1) {
    const life = begin(rules, dice(seed * 1_000_003 + i))
    for (let step = 0; step < 45; step += 1) live(life, tally, `timeline ${i} step ${step}`)
  }
  return { seed, timelines: count, ...tally }
}

function begin(rules: OpenRulebook, dice: Dice): Life {
  const request = {
    ...leastBody,
    lines: dice.chance(0.5) ? leastBody.lines : [...leastBody.lines, secondLine],
    persons: dice.chance(0.5) ? [analyst('alice')] : [analyst('alice'), analyst('bruno', '2027-03-31')],
    accessPeriod: {
      from: dice.pick(['2026-11-01', '2026-12-15']),
      until: dice.pick(['2027-03-28', '2027-10-31']),
    },
  }
  const { issuer: by, subject, organisation } = person('paul')
  const lead = { issuer: by, subject, organisation }
  const opened = { v: 1, at: today, by: lead, type: 'opened', lead, request } as unknown as HabilitationEvent
  const life: Life = {
    ...{
      dice,
      rules,
      model: new PermitModel(request),
      events: [opened],
      permits: new Map(),
      proofs: new Map(),
    },
    ...{ body: request, now: today, running: [], current: null },
  }
  life.model.isByPermit = dice.chance(0.5)
  for (const act of walk(life)) attempt(life, act)
  for (const act of [...granting('alice'), ...granting('bruno')]) attempt(life, act)
  return life
}

function walk({ body }: Life): readonly Act[] {
  const holders = body.lines.map(({ dataset }): Act => signature(dataset))
  return [
    ['paul', { type: 'submission' }],
    ['lucie', { type: 'completeness', complete: true }],
    ...holders,
    ['claire', { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] }],
    ['yves', { type: 'confirmation' }],
    ['paul', { type: 'acceptance' }],
  ]
}

const holderOf = (dataset: string) => (dataset === 'lab-demo' ? 'havre' : 'rouen')
const signature = (dataset: string): Act => [
  holderOf(dataset),
  { type: 'countersignatures', dataset, decision: 'accept' },
]

function live(life: Life, tally: Tally, where: string): void {
  const { dice } = life
  life.now += dice.chance(0.04) ? dice.below(90) * DAY_MS : dice.below(2 * DAY_MS)
  if (dice.chance(0.008)) life.now = lastSecond(life)
  if (dice.chance(0.1)) lapse(life)
  const before = life.events.length
  if (dice.chance(0.5)) for (const act of something(life)) attempt(life, act)
  for (const { type } of life.events.slice(before)) tally.acts[type] = (tally.acts[type] ?? 0) + 1
  ask(life, tally, where)
  release(life, tally, where)
}

/** The last millisecond of the permit, or the one after it. */
function lastSecond({ current, now, dice }: Life): number {
  const end = (current?.permit.exp ?? 0) * 1000
  return end > now ? end - dice.below(2) : now
}

/** A proof of somebody ends now, or is renewed. */
function lapse({ dice, proofs, model, now }: Life): void {
  const who = dice.pick(['alice', 'bruno'])
  const proof = dice.pick(['training', 'charter', 'review', 'workstation', 'affiliation'] as const)
  const until = dice.chance(0.2) ? now : now + 400 * DAY_MS
  proofs.set(who, { ...(proofs.get(who) ?? person(who).proofs), [proof]: until })
  model.proofs.set(`${who} ${proof}`, until)
}

/** One thing that people do to a permit, as the acts that it takes. */
function something(life: Life): readonly Act[] {
  const { dice } = life
  const scope = dice.pick([
    {},
    { line: 'pmsi-demo' },
    { line: 'lab-demo' },
    { person: { issuer: 'demo', subject: dice.pick(['alice', 'bruno']) } },
  ])
  const stop = (who: string): Act => [who, { type: 'suspension', reason: 'x', ...scope }]
  const { stops } = fold('D', life.events)
  const held = stops.length > 0 ? dice.pick(stops).scope : scope
  const lift: readonly Act[] = [
    ['nadia', { type: 'lift', ...held } as Later],
    [dice.pick(['claire', 'claire', 'nadia']), { type: 'lift', ...held } as Later],
  ]
  const kinds: readonly (readonly [weight: number, acts: () => readonly Act[]])[] = [
    [12, () => [stop(dice.pick(['nadia', 'claire', 'karim', 'rouen']))]],
    [30, () => lift],
    [25, () => amendment(life)],
    [4, () => [['paul', { type: 'renewal', until: '2028-06-30' }], ...decision]],
    [
      3,
      () => [
        [
          dice.pick(['rouen', 'havre']),
          { type: 'recall', line: dice.pick(['pmsi-demo', 'lab-demo']), reason: 'x' },
        ],
      ],
    ],
    [6, () => [['claire', { type: 'revocation', reason: 'x' }]]],
    [1, () => [['yves', { type: 'revocation', reason: 'x' }]]],
    [
      12,
      () => [
        ['claire', { type: 'dismissal', reasons: 'x' }],
        ['yves', { type: 'dismissal', reasons: 'x' }],
      ],
    ],
    [14, () => aboutPerson(life)],
    [1, () => [['paul', { type: 'renunciation' }]]],
    [1, () => [['karim', { type: 'closure' }]]],
  ]
  let left = dice.below(kinds.reduce((sum, [weight]) => sum + weight, 0))
  for (const [weight, acts] of kinds) {
    if (left < weight) return acts()
    left -= weight
  }
  return []
}

const managerOf = (subject: string) => (subject === 'alice' ? 'sylvie' : 'marc')

function granting(subject: string): readonly Act[] {
  const whom = { issuer: 'demo', subject }
  return [
    [managerOf(subject), { type: 'grant-validation', person: whom }],
    ['rene', { type: 'grant-issue', person: whom }],
  ]
}

/** The grant of somebody ended or made, a review, or a campaign that asks for all of them. */
function aboutPerson({ dice, now }: Life): readonly Act[] {
  const subject = dice.pick(['alice', 'alice', 'bruno'])
  const whom = { issuer: 'demo', subject }
  const manager = managerOf(subject)
  const due = addDays(parisDay(now), 1 + dice.below(80))
  return dice.pick<readonly Act[]>([
    [[dice.pick(['paul', 'rene', 'nadia']), { type: 'grant-end', person: whom, reason: 'x' }]],
    ...Array.from({ length: 3 }, () => granting(subject)),
    [['nadia', { type: 'review-campaign', due }]],
    ...['paul', manager, manager].map((who): readonly Act[] => [
      [who, { type: 'grant-review', person: whom }],
      ['paul', { type: 'grant-review', person: whom }],
    ]),
  ])
}

const decision: readonly Act[] = [
  ['claire', { type: 'decision', decision: 'grant', reasons: 'x', conditions: [] }],
  ['yves', { type: 'confirmation' }],
]

/** Persons, lines or the end of the period; some amendments are refused, some never decided. */
function amendment({ dice, body, now }: Life): readonly Act[] {
  const sooner = addDays(parisDay(now), 40 + dice.below(160))
  const all = [...leastBody.lines, secondLine] as unknown as Body['lines']
  const both = [analyst('alice'), analyst('bruno', sooner)]
  const roll = dice.below(8)
  const persons = roll < 4 ? dice.pick([[analyst('alice')], [analyst('bruno')], both, both]) : body.persons
  const lines = roll >= 4 && roll < 7 ? dice.pick([all, all, all.slice(0, 1), all.slice(1)]) : body.lines
  const accessPeriod = roll === 7 ? { ...body.accessPeriod, until: sooner } : body.accessPeriod
  const after: Body = { ...body, persons, lines, accessPeriod }
  const asked: Act = ['paul', { type: 'amendment', patch: { persons, lines, accessPeriod } }, after]
  const signed = lines.map(({ dataset }) => signature(dataset))
  const refused: Act = ['claire', { type: 'decision', decision: 'refuse', reasons: 'x', conditions: [] }]
  return dice.chance(0.2)
    ? [asked, ...signed, refused, ...decision.slice(1)]
    : [asked, ...signed, ...decision]
}

function attempt(life: Life, [who, what, body]: Act): void {
  const { events, permits, model, now } = life
  try {
    const outcome = command(fold('D', events), what, given(life, who))
    const { issuer: by, subject, organisation } = person(who)
    for (const happening of outcome.happenings) {
      events.push({ v: 1, at: now, by: { issuer: by, subject, organisation }, ...happening })
      const asked = happening.type === 'amendmentAsked' ? (body ?? (happening.request as Body)) : undefined
      model.note(happening, now, asked)
      if (happening.type === 'amended') life.body = fold('D', events).request as Body
    }
    if (outcome.permit) permits.set(outcome.permit.sha256, outcome.permit)
    life.current = currentOf(life)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}

function currentOf({ events, permits }: Life): CurrentPermit | null {
  const habilitation = fold('D', events)
  const permit = permits.get(habilitation.permits.at(-1)?.sha256 ?? '')
  return permit ? { permit, standing: standingOf(habilitation, permit.lines), lead: habilitation.lead } : null
}

function given({ rules, now, proofs, model }: Life, who: string): Given {
  const around = { vocabularies: rules.vocabularies, facts, today: parisDay(now) }
  return {
    ...{
      by: person(who),
      now,
      vocabularies: rules.vocabularies,
      grants: {
        policy: model.isByPermit ? 'by-permit' : 'individual',
        rules: rules.persons,
        accountOf: (actor) => {
          const account = accountOf(actor)
          return account && { ...account, proofs: proofs.get(actor.subject) ?? account.proofs }
        },
      },
      facts,
      node,
      issuer,
      policyHash: rules.sha256,
    },
    base: 'FR-NOR-2026-000001',
    missingOf: (body) => missing(body, around, () => null),
    signing: {
      line: (line) => ({ ...line, holderJws: 'signed' }),
      isSigned: () => true,
      permit: (content) => ({ ...content, sha256: sha256(canonical(content)), jws: 'signed' }),
    },
  }
}

function ask(life: Life, tally: Tally, where: string): void {
  const { dice } = life
  const query: ModelQuery = {
    who: dice.pick(['alice', 'alice', 'bruno', 'paul', 'emma']),
    datasets: dice.pick([['pmsi-demo'], ['lab-demo'], ['pmsi-demo', 'lab-demo'], []]),
    purpose: dice.chance(0.05) ? 'SNDS-III-1' : 'SNDS-III-6',
    objective: dice.chance(0.05) ? 'O2' : 'O1',
    level: dice.chance(0.05) ? 1 : 2,
  }
  tally.asked += 1
  if (isPermitted(life, query, { tally, where: `${where} start` })) life.running.push(query)
}

/** Some of what runs comes to its end. */
function release(life: Life, tally: Tally, where: string): void {
  const ending = life.running.filter(() => life.dice.chance(0.3))
  life.running = life.running.filter((query) => !ending.includes(query))
  for (const query of ending) {
    if (isPermitted(life, query, { tally, where: `${where} release` })) tally.answered += 1
    else tally.cut += 1
  }
}

function isPermitted(
  { rules, current, now, proofs, model }: Life,
  query: ModelQuery,
  { tally, where }: { tally: Tally; where: string },
): boolean {
  const { who, datasets, purpose, objective, level } = query
  const by: Person = {
    ...person(who, { level: level as Person['level'] }),
    proofs: proofs.get(who) ?? person(who).proofs,
  }
  const decided = rules.decide({ by, now, datasets, purpose, objective }, current)
  const expected = model.allows(query, now)
  if ((decided.effect === 'permit') !== expected) {
    const said = decided.effect === 'permit' ? 'permit' : `deny by ${decided.rule}`
    tally.faults.push(`${where}: ${said}, the model says ${expected ? 'permit' : 'deny'}`)
  }
  return decided.effect === 'permit'
}
