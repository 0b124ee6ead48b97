/**
 * Who may do what, when: what policies/vocabulary/roles.json says, and nothing else. `may` is asked before any guard, so that a
 * forbidden caller never learns why the command would have failed (governance.md 5).
 */
import type { Account } from '../identity/person.ts'
import { type Actor, samePerson } from '../kernel/id.ts'
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

/** What somebody may ask of a request that is there. */
export const commandNames = [
  'change',
  'submission',
  'attachment',
  'detachment',
  'completeness',
  'completion',
  'opinions',
  'interests',
  'comments',
  'external-references',
  'questions',
  'answers',
  'extension',
  'countersignatures',
  'decision',
  'confirmation',
  'acceptance',
  'renunciation',
  'withdrawal',
  'appeal',
  'appeal-decision',
  'suspension',
  'lift',
  'recall',
  'revocation',
  'dismissal',
  'revocation-appeal',
  'amendment',
  'renewal',
  'closure',
  'shredding',
  'attestation',
  'grant-validation',
  'grant-issue',
  'grant-end',
  'grant-review',
  'review-campaign',
  'access-review',
  'results',
  'lapse',
  'escalation',
  'expiry',
] as const satisfies readonly Exclude<CommandType, 'opening'>[]
export type CommandName = (typeof commandNames)[number]

/** The powers of one capacity; policies/vocabulary/roles.json has one for each. */
export interface Powers {
  readonly code: Capacity
  readonly facts: {
    /** May open a request of its own. */
    readonly opens: boolean
    /** Its part in a change of the rules, which takes two persons (governance.md 5.1, T6). */
    readonly rules: readonly RulesAct[]
    /** The states in which it may give each command; one that is not named it never may. */
    readonly commands: Readonly<Partial<Record<CommandName, readonly State[]>>>
  }
}
export const rulesActs = ['propose', 'approve'] as const
export type RulesAct = (typeof rulesActs)[number]

/**
 * The rules that tell people apart (governance.md 5.1), and the commands that each may refuse: by person, never by role.
 * T1 nobody of the lead's side instructs; T2 the second of two steps is somebody else's; T3 nobody grants herself, and who issues is
 * not who validated; T4 a holder signs no request of their own, nor comments it as its holder; T7 lifting takes two; T9 whoever
 * destroyed does not attest; T10 whoever decided does not hear the appeal.
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
  roles: readonly Powers[],
  { held, state, command }: { held: readonly Capacity[]; state: State; command: CommandName },
): boolean {
  return powersOf(roles, held).some(({ commands }) => commands[command]?.includes(state) ?? false)
}

/** Whether any of these capacities may give the command in some state. */
export function mayEver(roles: readonly Powers[], held: readonly Capacity[], command: CommandType): boolean {
  const powers = powersOf(roles, held)
  if (command === 'opening') return powers.some(({ opens }) => opens)
  return powers.some(({ commands }) => commands[command] !== undefined)
}

/** The refusal of who may never give a command: it names who may. */
export function notTheirs(roles: readonly Powers[], command: CommandType): Refusal {
  const theirs = capacities.filter((capacity) => mayEver(roles, [capacity], command))
  return roleRefusal(`matrix.${command}`, theirs)
}

/** ROLE, with the roles that it takes. */
export function roleRefusal(rule: string, wanted: readonly string[]): Refusal {
  return new Refusal('ROLE', { rule, fact: { key: 'fact.roles', with: { roles: wanted.join(', ') } } })
}

/** The commands that these capacities may give in this state, whoever the person is; what she may herself is in possible.ts. */
export function offered(
  roles: readonly Powers[],
  { held, state }: { held: readonly Capacity[]; state: State },
): readonly CommandName[] {
  return commandNames.filter((command) => may(roles, { held, state, command }))
}

/** Whether any of these capacities has this part in a change of the rules. */
export function mayChangeRules(roles: readonly Powers[], held: readonly Capacity[], act: RulesAct): boolean {
  return powersOf(roles, held).some(({ rules }) => rules.includes(act))
}

function powersOf(roles: readonly Powers[], held: readonly Capacity[]): readonly Powers['facts'][] {
  return roles.filter(({ code }) => held.includes(code)).map(({ facts }) => facts)
}

/** Who instructs: sees every request from its submission on, and every project. */
export const staff = ['secretariat', 'dpo', 'ethics', 'authority', 'operator', 'registrar'] as const

/** What an account could be to some request; decides ROLE before any request is looked up. */
export function possibleCapacities(account: Pick<Account, 'roles'>): readonly Capacity[] {
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
