/** Acts of whoever instructs that take a few words or a choice: what each asks for, and the body that it sends. Pure. */
import type { Act, HabilitationRequest } from '../../requests.ts'

export type Values = Readonly<Record<string, string>>

export interface Input {
  readonly name: 'text' | 'comment' | 'reason' | 'reasons' | 'reference' | 'due' | 'choice' | 'scope' | 'line'
  readonly isOptional?: boolean
  /** Of a choice: codes whose words are `choice.<act>.<code>`. */
  readonly options?: readonly string[]
}

export interface SimpleAct {
  readonly act: Act
  readonly kind: 'main' | 'plain' | 'grave'
  readonly takes: readonly Input[]
  readonly body: (values: Values) => Readonly<Record<string, unknown>>
}

const reason: Input = { name: 'reason' }
const reasons: Input = { name: 'reasons' }
const nothing = () => ({})
const justReason = ({ reason: text = '' }: Values) => ({ reason: text })
const justReasons = ({ reasons: text = '' }: Values) => ({ reasons: text })

export const simpleActs = [
  {
    ...{ act: 'interests', kind: 'plain' },
    takes: [
      { name: 'choice', options: ['none', 'some'] },
      { name: 'text', isOptional: true },
    ],
    body: ({ choice, text = '' }) => (choice === 'none' ? { none: true } : { none: false, text }),
  },
  {
    ...{ act: 'opinions', kind: 'main' },
    takes: [
      { name: 'choice', options: ['favourable', 'conditions', 'unfavourable', 'recused'] },
      { name: 'comment', isOptional: true },
    ],
    body: ({ choice, comment = '' }) => ({ opinion: choice, comment: comment.trim() }),
  },
  { ...{ act: 'confirmation', kind: 'main' }, takes: [], body: nothing },
  {
    ...{ act: 'appeal-decision', kind: 'main' },
    takes: [{ name: 'choice', options: ['upheld', 'rejected'] }, reasons],
    body: ({ choice, reasons: text = '' }) => ({ upheld: choice === 'upheld', reasons: text }),
  },
  {
    ...{ act: 'external-references', kind: 'plain' },
    takes: [{ name: 'choice', options: ['cnil', 'cpp', 'atih', 'other'] }, { name: 'reference' }],
    body: ({ choice, reference = '' }) => ({ kind: choice, reference }),
  },
  { ...{ act: 'extension', kind: 'plain' }, takes: [reason], body: justReason },
  {
    ...{ act: 'lift', kind: 'main' },
    takes: [{ name: 'scope' }],
    body: ({ scope = '{}' }) => JSON.parse(scope),
  },
  {
    ...{ act: 'suspension', kind: 'grave' },
    takes: [{ name: 'scope' }, reason],
    body: ({ scope = '{}', ...values }) => ({ ...JSON.parse(scope), ...justReason(values) }),
  },
  {
    ...{ act: 'recall', kind: 'grave' },
    takes: [{ name: 'line' }, reason],
    body: ({ line, ...values }) => ({ line, ...justReason(values) }),
  },
  { ...{ act: 'revocation', kind: 'grave' }, takes: [reason], body: justReason },
  { ...{ act: 'dismissal', kind: 'plain' }, takes: [reasons], body: justReasons },
  { ...{ act: 'closure', kind: 'grave' }, takes: [], body: nothing },
  { ...{ act: 'attestation', kind: 'main' }, takes: [], body: nothing },
  {
    ...{ act: 'review-campaign', kind: 'plain' },
    takes: [{ name: 'due' }],
    body: ({ due = '' }) => ({ due }),
  },
  {
    ...{ act: 'access-review', kind: 'plain' },
    takes: [{ name: 'choice', options: ['nothing', 'followed-up'] }, { name: 'comment' }],
    body: ({ choice, comment = '' }) => ({ conclusion: choice, comment }),
  },
] as const satisfies readonly SimpleAct[]

export type SimpleName = (typeof simpleActs)[number]['act']

interface ScopeOption {
  /** The members of the body, as JSON. */
  readonly value: string
  readonly line?: string
  readonly person?: string
}

/** Parts that may be stopped: the whole, one line, one person; to start again, those that are stopped. */
export function scopesOf(request: HabilitationRequest, act: Act): readonly ScopeOption[] {
  if (act === 'lift') return request.suspensions.map(({ line, person }) => scopeOf(line, person))
  return [
    scopeOf(),
    ...linesInForce(request).map((dataset) => scopeOf(dataset)),
    ...request.grants.filter(({ state }) => state !== 'ended').map((person) => scopeOf(undefined, person)),
  ]
}

interface Person {
  readonly issuer: string
  readonly subject: string
}

function scopeOf(line?: string, person?: Person): ScopeOption {
  if (line !== undefined) return { value: JSON.stringify({ line }), line }
  if (person === undefined) return { value: '{}' }
  const { issuer, subject } = person
  return { value: JSON.stringify({ person: { issuer, subject } }), person: subject }
}

export function linesInForce({ lines }: HabilitationRequest): readonly string[] {
  return lines.filter(({ countersignature }) => countersignature !== null).map(({ dataset }) => dataset)
}
