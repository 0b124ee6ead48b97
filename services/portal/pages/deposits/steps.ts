/** The six steps of a deposit, from what the API tells of its work and of its findings. Pure. */
import type { Deposit } from '../../deposits.ts'

const stepNames = ['read', 'encoding', 'schema', 'identifiers', 'quality', 'publication'] as const
type StepName = (typeof stepNames)[number]

export interface Step {
  readonly name: StepName
  readonly state: 'todo' | 'doing' | 'done' | 'failed'
  /** Findings of this step. */
  readonly count: number
}

const beginnings: readonly (readonly [RegExp, StepName])[] = [
  [/^(encoding|dialect|ragged|quote|nul|line\.length|fixed)/, 'encoding'],
  [/^(format|gzip|zip|json|fhir|table\.absent|manifest|sandbox|internal)/, 'read'],
  [/^(identifier|opt-out|quasi-identifier)/, 'identifiers'],
  [/^(validity|order)/, 'quality'],
]

/** The step that a rule belongs to: what is none of the others is about the schema. */
function stepOfRule(rule: string): StepName {
  return beginnings.find(([beginning]) => beginning.test(rule))?.[1] ?? 'schema'
}

/** Which steps are over, and which are being done, at each step of the node. It reads, decodes and looks for identifiers in one go. */
const places: Readonly<Record<string, { readonly done: number; readonly doing: number }>> = {
  read: { done: 0, doing: 4 },
  relate: { done: 2, doing: 2 },
  measure: { done: 4, doing: 1 },
  write: { done: 5, doing: 1 },
  publish: { done: 5, doing: 1 },
}

export function stepsOf(deposit: Deposit): readonly Step[] {
  const { findings } = deposit
  const stateOf = deposit.status === 'checking' ? atWork(deposit) : atTheEnd(deposit)
  return stepNames.map((name, at) => ({
    name,
    state: stateOf(name, at),
    count: findings.filter(({ rule }) => stepOfRule(rule) === name).length,
  }))
}

type StateOf = (name: StepName, at: number) => Step['state']

function atWork({ progress }: Deposit): StateOf {
  const { done, doing } = places[progress?.step ?? ''] ?? { done: 0, doing: 0 }
  return (_, at) => {
    if (at < done) return 'done'
    return at < done + doing ? 'doing' : 'todo'
  }
}

/** What comes after the last step that stopped it was not done. */
function atTheEnd({ status, findings }: Deposit): StateOf {
  const grave = findings.filter(({ severity }) => severity !== 'warning')
  const stopped = new Set(grave.map(({ rule }) => stepOfRule(rule)))
  const last = stepNames.findLastIndex((name) => stopped.has(name))
  return (name, at) => {
    if (status === 'accepted' || (at < last && !stopped.has(name))) return 'done'
    return stopped.has(name) ? 'failed' : 'todo'
  }
}

export interface RuleGroup {
  readonly rule: string
  readonly step: StepName
  readonly findings: readonly Deposit['findings'][number][]
}

/** Findings by rule: those that stop a deposit first, then in the order of the steps. */
export function groupsOf(findings: Deposit['findings']): readonly RuleGroup[] {
  const rules = [...new Set(findings.map(({ rule }) => rule))]
  const groups = rules.map((rule) => ({
    rule,
    step: stepOfRule(rule),
    findings: findings.filter((one) => one.rule === rule),
  }))
  const weight = ({ step, findings: found }: RuleGroup) =>
    (found.every(({ severity }) => severity === 'warning') ? 10 : 0) + stepNames.indexOf(step)
  return groups.sort((a, b) => weight(a) - weight(b))
}
