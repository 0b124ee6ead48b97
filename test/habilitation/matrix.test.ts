/** Who may do what, when: the committed page is what the machine does. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { matrixPage } from '../../infra/matrix-page.ts'
import { command, type Later } from '../../services/habilitation/command.ts'
import { commandBodies } from '../../services/habilitation/commands.ts'
import type { HabilitationEvent } from '../../services/habilitation/event.ts'
import { fold } from '../../services/habilitation/fold.ts'
import type { Given } from '../../services/habilitation/guard.ts'
import { stateAt } from '../../services/habilitation/lifetime.ts'
import { commandNames, personRules, type State, states } from '../../services/habilitation/matrix.ts'
import type { OpenRulebook } from '../../services/habilitation/rulebook.ts'
import type { Habilitation } from '../../services/habilitation/state.ts'
import type { Person } from '../../services/identity/person.ts'
import { Refusal } from '../../services/kernel/refusal.ts'
import { accountOf, facts, leastBody, node, person, rulebook, today } from './fixtures.ts'

const page = readFileSync(new URL('../../docs/habilitation-matrix.md', import.meta.url), 'utf8')

let rules: OpenRulebook
beforeAll(async () => {
  rules = await rulebook()
})

/** Who stands for each column of the page. */
const people: Readonly<Record<string, string>> = {
  lead: 'paul',
  secretariat: 'lucie',
  dpo: 'nadia',
  ethics: 'ines',
  authority: 'claire',
  holder: 'rouen',
  operator: 'karim',
  manager: 'marc',
  registrar: 'rene',
  system: 'bruno',
}

interface Cell {
  readonly command: string
  readonly capacity: string
  readonly allowed: readonly string[]
}

/** The page as a table: one cell per command and capacity. */
function cells(): readonly Cell[] {
  const rows = page.split('\n').filter((row) => row.startsWith('| `') || row.startsWith('| command'))
  const [head = [], ...body] = rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  return body.flatMap(([name = '', ...columns]) =>
    columns.map((cell, i) => ({
      command: name.replaceAll('`', ''),
      capacity: head[i + 1] ?? '',
      allowed: cell === '·' ? [] : cell.split(' '),
    })),
  )
}

const bodies: Readonly<Record<string, object>> = {
  completeness: { complete: true },
  change: { patch: { title: 'x' } },
  opinions: { opinion: 'favourable', comment: '' },
  comments: { field: 'aim', text: 'x', audience: 'applicant' },
  'external-references': { kind: 'cnil', reference: 'DR-2026-1' },
  questions: { items: [{ field: 'aim', comment: 'x' }] },
  answers: { items: [{ field: 'aim', comment: 'x' }] },
  countersignatures: { dataset: 'pmsi-demo', decision: 'decline' },
  decision: { decision: 'refuse', reasons: 'x', conditions: [] },
  recall: { line: 'L1' },
  'appeal-decision': { upheld: false, reasons: 'x' },
  amendment: { patch: { title: 'x' } },
  renewal: { until: '2028-10-31' },
  shredding: { certificate: { sha256: '0'.repeat(64), jws: 'signed' } },
  escalation: { trigger: 'E1', dataset: 'pmsi-demo' },
}

const exp = Date.parse('2027-10-31T23:00:00Z') / 1000

/** A request in a state, with a permit where the state is one of a permit. */
function inState(state: State): Habilitation {
  const { organisation, issuer, subject } = person('paul')
  const lead = { organisation, issuer, subject }
  const opened: HabilitationEvent = {
    v: 1,
    at: today,
    by: lead,
    type: 'opened',
    lead,
    request: { ...leastBody, persons: [{ issuer: 'demo', subject: 'bruno', profile: 'analyst' }] },
  }
  const start = {
    ...fold('D-2026-0001', [opened]),
    submittedAt: today,
    decidedAt: today,
    returned: { items: [], at: today, due: exp * 1000 },
    acceptBy: exp * 1000,
  }
  const ref = { id: 'FR-NOR-2026-000001-v1', version: 1, sha256: 'a'.repeat(64), nbf: 0, exp }
  const granted = { ...start, project: 'FR-NOR-2026-000001', permits: [ref] }
  switch (state) {
    case 'lapsed':
    case 'withdrawn':
      return { ...start, stored: state }
    case 'expired':
      return { ...granted, stored: 'active', permits: [{ ...ref, exp: today / 1000 }] }
    case 'issued':
      return { ...granted, stored: 'active', permits: [{ ...ref, nbf: exp - 1 }] }
    case 'active':
    case 'suspended':
    case 'revocation_noticed':
    case 'revoked':
    case 'renounced':
    case 'closing':
    case 'closed':
      return { ...granted, stored: state }
    default:
      return { ...start, stored: state }
  }
}

function given(by: Person): Given {
  const never = () => {
    throw new Error('nothing is signed here')
  }
  const { vocabularies, sha256: policyHash } = rules
  const signing = { line: never, isSigned: never, permit: never }
  const missingOf = () => [{ path: 'x', message: 'x' }]
  const grants = { policy: 'by-permit', accountOf } as const
  const around = { vocabularies, facts, missingOf, signing, grants }
  return { by, now: today, ...around, node, issuer: 'x', policyHash, base: '' }
}

/** What comes of it, as far as the matrix is concerned. */
function outcome(state: State, cell: Cell): 'ROLE' | 'WRONG_STATE' | 'let through' {
  const refusal = refusalOf(inState(state), cell, person(people[cell.capacity] ?? ''))
  return refusal?.code === 'ROLE' || refusal?.code === 'WRONG_STATE' ? refusal.code : 'let through'
}

function refusalOf(before: Habilitation, { command: type, capacity }: Cell, by: Person): Refusal | null {
  const asked = { type, reason: 'x', reasons: 'x', ...bodies[type] } as unknown as Later
  try {
    command(before, asked, { ...given(by), asSystem: capacity === 'system' })
  } catch (error) {
    if (error instanceof Refusal) return error
  }
  return null
}

/** A request of which one person has taken every step so far. */
function allBy(before: Habilitation, by: Person): Habilitation {
  const step = { by, at: today, reason: 'x' }
  const proposal = { decision: 'refuse', reasons: 'x', conditions: [], by, at: today } as const
  const agreed = (['dpo', 'authority'] as const).map((role) => ({ role, by }))
  return {
    ...before,
    ...{ completedBy: by, proposal, confirmedBy: by, notice: step, dismissal: { by }, closedBy: by },
    appeal: { reasons: 'x', at: today },
    lines: { 'pmsi-demo': { answer: 'declined', by, at: today } },
    stops: [{ scope: {}, reason: 'x', role: 'dpo', at: today, agreed: agreed.slice(0, 1) }],
  }
}

describe('the matrix', () => {
  test('is the committed page', () => {
    expect(page).toBe(matrixPage(rules.vocabularies.roles))
  })

  test('names every command that a person may send', () => {
    const named = new Set(cells().map((cell) => cell.command))
    expect(Object.keys(commandBodies).filter((name) => !named.has(name))).toEqual([])
  })

  test('names every command that there is, with a cell for every role', () => {
    expect([...new Set(cells().map((cell) => cell.command))]).toEqual(commandNames)
    const named = cells().filter(({ capacity }) => Object.hasOwn(people, capacity))
    expect(named).toHaveLength(commandNames.length * Object.keys(people).length)
  })

  test('every state of the page can be reached by the fixture', () => {
    for (const state of states) expect(stateAt(inState(state), today)).toBe(state)
  })

  test('whoever never may is told ROLE in every state, whatever the command would have found', () => {
    const never = cells().filter(({ allowed }) => allowed.length === 0)
    const told = never.flatMap((cell) =>
      states.map((state) => [cell.command, cell.capacity, state, outcome(state, cell)]),
    )
    expect(told.filter((row) => row[3] !== 'ROLE')).toEqual([])
  })

  test('whoever may, but not in this state, is told WRONG_STATE', () => {
    const sometimes = cells().filter(({ allowed }) => allowed.length > 0)
    const told = sometimes.flatMap((cell) =>
      states
        .filter((state) => !cell.allowed.includes(state))
        .map((state) => [cell.command, cell.capacity, state, outcome(state, cell)]),
    )
    expect(told.filter((row) => row[3] !== 'WRONG_STATE')).toEqual([])
  })

  test('whoever may in this state meets the guards of the command, never ROLE', () => {
    const told = cells().flatMap((cell) =>
      states
        .filter((state) => cell.allowed.includes(state))
        .map((state) => [cell.command, cell.capacity, state, outcome(state, cell)]),
    )
    expect(told.filter((row) => row[3] === 'ROLE')).toEqual([])
    expect(told.length).toBeGreaterThan(60)
  })
})

describe('the rules of persons', () => {
  const allowed = cells()
    .filter(({ capacity }) => capacity !== 'system' && capacity !== 'lead')
    .flatMap((cell) =>
      states.filter((state) => cell.allowed.includes(state)).map((state) => ({ cell, state })),
    )
  type Change = (before: Habilitation, by: Person) => readonly [Habilitation, Person]
  /** By rule, the commands that it refuses after a change of the request or of the person. */
  const refused = (change: Change) => {
    const found: Record<string, Set<string>> = {}
    for (const { cell, state } of allowed) {
      const [before, by] = change(inState(state), person(people[cell.capacity] ?? ''))
      const refusal = refusalOf(before, cell, by)
      if (refusal?.code !== 'CONFLICT_OF_INTEREST') continue
      const rule = refusal.facts.rule ?? ''
      found[rule] = (found[rule] ?? new Set()).add(cell.command)
    }
    return Object.fromEntries(Object.entries(found).map(([rule, names]) => [rule, [...names].sort()]))
  }
  const sorted = (rule: keyof typeof personRules) => [...personRules[rule]].sort()

  test('keep colleagues of the lead from instructing, and members from that and from signing', () => {
    const { organisation } = person('paul')
    expect(refused((before, by) => [before, { ...by, organisation }]).T1).toEqual(sorted('T1'))
    const asMember: Change = (before, by) => {
      const persons = [{ issuer: by.issuer, subject: by.subject, profile: 'analyst' }]
      return [{ ...before, request: { ...before.request, persons } }, by]
    }
    expect(refused(asMember)).toEqual({ T1: sorted('T1'), T4: sorted('T4') })
  })

  test('keep whoever took one step from the other: what the page says, and nothing else', () => {
    const { T1: _, ...others } = refused((before, by) => [allBy(before, by), by])
    const wanted = (['T2', 'T7', 'T9', 'T10'] as const).map((rule) => [rule, sorted(rule)])
    expect(others).toEqual(Object.fromEntries(wanted))
  })
})
