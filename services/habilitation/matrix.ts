/**
 * Who may do what, when, on one page: the only place that says so. `may` is asked before any guard, so that a forbidden
 * caller never learns why the command would have failed (governance.md 5).
 */
import type { Account } from '../identity/person.ts'
import type { Actor } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { CommandType } from './commands.ts'

const requestStates = [
  'draft',
  'received',
  'awaiting_completion',
  'under_assessment',
  'pre_permit',
  'refused',
  'under_appeal',
  'withdrawn',
  'lapsed',
] as const
/** `granted` is the instant of acceptance: from then on a request shows the state of its permit. */
const permitStates = [
  'issued',
  'active',
  'suspended',
  'revocation_noticed',
  'expired',
  'revoked',
  'renounced',
  'closing',
  'closed',
] as const
export const states = [...requestStates, ...permitStates] as const
export type State = (typeof states)[number]

/** What someone is to one request: the lead of it, a holder of one of its lines, or staff by account role. */
export const capacities = [
  'lead',
  'secretariat',
  'dpo',
  'ethics',
  'authority',
  'holder',
  'operator',
  'manager',
  'registrar',
  'system',
] as const
export type Capacity = (typeof capacities)[number]

type Row = Partial<Record<Capacity, readonly State[]>>

const running = ['issued', 'active', 'suspended'] as const
const inForce = ['issued', 'active'] as const
const over = ['expired', 'revoked', 'renounced', 'closing'] as const
const ended = ['expired', 'revoked', 'renounced'] as const
const beforeDecision = ['draft', 'received', 'awaiting_completion', 'under_assessment'] as const

const beingRead = ['received', 'awaiting_completion', 'under_assessment'] as const
const reviewing = [...beingRead, 'under_appeal', ...running, 'revocation_noticed', 'revoked'] as const

const matrix: Readonly<Record<Exclude<CommandType, 'opening'>, Row>> = {
  change: { lead: ['draft', 'awaiting_completion'] },
  submission: { lead: ['draft', 'awaiting_completion'] },
  attachment: { lead: ['draft', 'awaiting_completion'] },
  detachment: { lead: ['draft'] },
  completeness: { secretariat: ['received'] },
  completion: { lead: ['awaiting_completion'] },
  opinions: { dpo: ['under_assessment', ...running], ethics: ['under_assessment', ...running] },
  interests: { dpo: reviewing, ethics: reviewing, authority: reviewing },
  comments: {
    lead: beingRead,
    secretariat: beingRead,
    dpo: beingRead,
    ethics: beingRead,
    authority: beingRead,
    holder: beingRead,
  },
  'external-references': { secretariat: ['under_assessment'] },
  questions: {
    secretariat: ['under_assessment'],
    dpo: ['under_assessment'],
    ethics: ['under_assessment'],
    authority: ['under_assessment'],
  },
  answers: { lead: ['under_assessment'] },
  extension: { authority: ['under_assessment'] },
  countersignatures: { holder: ['under_assessment', ...inForce] },
  decision: { authority: ['under_assessment', ...inForce] },
  confirmation: { authority: ['under_assessment', ...inForce] },
  acceptance: { lead: ['pre_permit'] },
  renunciation: { lead: ['pre_permit', ...running] },
  withdrawal: { lead: beforeDecision },
  appeal: { lead: ['refused'] },
  'appeal-decision': { authority: ['under_appeal', 'revoked'] },
  suspension: { dpo: running, authority: running, operator: running, holder: running },
  lift: { dpo: running, authority: running },
  recall: { holder: [...running, 'revocation_noticed'] },
  revocation: { authority: [...running, 'revocation_noticed'] },
  dismissal: { authority: ['revocation_noticed'] },
  'revocation-appeal': { lead: ['revoked'] },
  amendment: { lead: inForce },
  renewal: { lead: inForce },
  closure: { operator: ended },
  shredding: { system: ['closing'] },
  attestation: { dpo: ['closing'] },
  'grant-validation': { manager: running },
  'grant-issue': { registrar: running },
  'grant-end': { lead: running, manager: running, registrar: running, dpo: running },
  'grant-review': { lead: running, manager: running },
  'review-campaign': { dpo: running },
  'access-review': { lead: over, dpo: over },
  lapse: { system: running },
  escalation: { system: [...beforeDecision, ...running] },
  expiry: { system: ['lapsed', 'withdrawn', 'expired'] },
}

/**
 * The rules that tell people apart (governance.md 5.1), and the commands that each may refuse: by person, never by role.
 * T1 nobody of the lead's side instructs; T2 the second of two steps is somebody else's; T3 nobody grants herself; T4 a holder neither signs nor comments a request of their own;
 * T7 lifting takes two; T9 whoever destroyed does not attest; T10 whoever decided does not hear the appeal.
 */
export const personRules = {
  T1: [
    'completeness',
    'opinions',
    'external-references',
    'questions',
    'comments',
    'extension',
    'decision',
    'confirmation',
    'appeal-decision',
    'lift',
    'dismissal',
  ],
  T2: ['decision', 'confirmation', 'revocation', 'dismissal'],
  T3: ['grant-validation', 'grant-issue', 'grant-review'],
  T4: ['countersignatures', 'comments'],
  T7: ['lift'],
  T9: ['attestation'],
  T10: ['appeal-decision'],
} as const satisfies Readonly<Record<string, readonly CommandType[]>>
export type PersonRule = keyof typeof personRules

/** Whether any of these capacities may give the command in this state. */
export function may(
  held: readonly Capacity[],
  state: State,
  command: Exclude<CommandType, 'opening'>,
): boolean {
  const row = matrix[command]
  return held.some((capacity) => row[capacity]?.includes(state) ?? false)
}

/** Whether any of these capacities may give the command in some state. */
export function mayEver(held: readonly Capacity[], command: CommandType): boolean {
  if (command === 'opening') return held.includes('lead')
  const row = matrix[command]
  return held.some((capacity) => row[capacity] !== undefined)
}

/** The refusal of who may never give a command: it names who may. */
export function notTheirs(command: CommandType): Refusal {
  const row = command === 'opening' ? { lead: [] } : matrix[command]
  return roleRefusal(`matrix.${command}`, Object.keys(row))
}

/** ROLE, with the roles that it takes. */
export function roleRefusal(rule: string, wanted: readonly string[]): Refusal {
  return new Refusal('ROLE', { rule, fact: { key: 'fact.roles', with: { roles: wanted.join(', ') } } })
}

/** The commands that these capacities may give now; what a page offers as buttons. */
export function offered(held: readonly Capacity[], state: State): readonly string[] {
  return commandNames.filter((command) => may(held, state, command))
}

export const commandNames = Object.keys(matrix) as readonly (keyof typeof matrix)[]

const staff = ['secretariat', 'dpo', 'ethics', 'authority', 'operator', 'registrar'] as const

/** What an account could be to some request; decides ROLE before any request is looked up. */
export function possibleCapacities(account: Account): readonly Capacity[] {
  return capacities.filter((capacity) => capacity !== 'system' && account.roles.includes(capacity))
}

/** What a person is to this request. `holders` are the organisations of its lines, `managers` those who answer for its persons. */
export function capacitiesOf(
  account: Account,
  { lead, holders, managers = [] }: { lead: Actor; holders: readonly string[]; managers?: readonly Actor[] },
): readonly Capacity[] {
  const held: Capacity[] = staff.filter((role) => account.roles.includes(role))
  if (account.roles.includes('lead') && samePerson(account, lead)) held.push('lead')
  if (account.roles.includes('holder') && holders.includes(account.organisation)) held.push('holder')
  const isManager = managers.some((manager) => samePerson(account, manager))
  if (account.roles.includes('manager') && isManager) held.push('manager')
  return held
}

/** A person is the pair (issuer, subject), never a name or an address. */
export function samePerson(a: Actor, b: Actor): boolean {
  return a.issuer === b.issuer && a.subject === b.subject
}
