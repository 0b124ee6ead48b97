/** What the commands share: the person rules of governance.md 5.1, and refusals with what is missing. Pure. */
import type { Account, Person } from '../identity/person.ts'
import type { ProofRules } from '../identity/proof-rules.ts'
import { type Actor, samePerson } from '../kernel/id.ts'
import type { Missing } from '../kernel/refusal.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Command, CommandType } from './commands.ts'
import type { Happening } from './event.ts'
import type { DatasetFacts } from './lines.ts'
import { type PersonRule, personRules } from './matrix.ts'
import type { Permit, PermitLine, PermitPayload, UnsignedLine } from './permit.ts'
import type { Body } from './request.ts'
import type { Habilitation } from './state.ts'
import { roleOf } from './threads.ts'
import type { Vocabularies } from './vocabulary.ts'

/** Signatures, by keys that the core never sees. */
export interface Signing {
  /** The line signed with the key that this node keeps for its holder; null where the holder keeps its own. */
  line(unsigned: UnsignedLine): PermitLine | null
  isSigned(line: PermitLine): boolean
  permit(payload: PermitPayload): Permit
}

/** How this node grants persons: one by one, or at once where the standing words are there (docs/decisions/0013). */
export type GrantPolicy = 'individual' | 'by-permit'

/** What is known of the persons of a request. */
interface Granters {
  readonly policy: GrantPolicy
  /** Absent where a bundle has none. */
  readonly rules?: ProofRules | undefined
  readonly accountOf: (person: Actor) => Account | null
}

/** Everything a command may look at beside the state. */
export interface Given {
  readonly by: Person
  readonly now: number
  readonly vocabularies: Vocabularies
  readonly facts: ReadonlyMap<string, DatasetFacts | null>
  /** What this body lacks; the body of the request, or the amended one. */
  readonly missingOf: (body: Body) => readonly Missing[]
  readonly signing: Signing
  readonly node: string
  readonly issuer: string
  readonly policyHash: string
  /** Base id for a first permit. */
  readonly base: string
  readonly grants: Granters
}

export interface Outcome {
  readonly happenings: readonly Happening[]
  /** The version that was signed, to be stored with them. */
  readonly permit?: Permit
}

export function happened(...happenings: Happening[]): Outcome {
  return { happenings }
}

/** A guard that fails: INCOMPLETE with each item. */
export function demand(missing: readonly Missing[]): void {
  if (missing.length > 0) throw new Refusal('INCOMPLETE', { missing })
}

export function wrongState(): Refusal {
  return new Refusal('WRONG_STATE')
}

/** Those of a request, and the one of a change of the rules themselves. */
type AnyPersonRule = PersonRule | 'T6'

/** The person rule that says no (governance.md 5.1). */
export function conflict(rule: AnyPersonRule): Refusal {
  return new Refusal('CONFLICT_OF_INTEREST', { rule, fact: { key: `fact.conflict.${rule}` } })
}

/** A line belongs to its holder, and to no other. */
export function notHolder(): Refusal {
  return new Refusal('ROLE', { rule: 'line.holder', fact: { key: 'fact.notHolder' } })
}

/** Acts on a request that nobody of the lead's side may do. Stopping is not among them: anybody in charge may stop. */
const instructing: ReadonlySet<CommandType> = new Set<CommandType>(personRules.T1)

/** What takes a declaration of interests first: every word of a reviewer that weighs on the request. */
const declaring: ReadonlySet<CommandType> = new Set<CommandType>([
  'opinions',
  'decision',
  'confirmation',
  'appeal-decision',
])

/**
 * T1, T2: interests are declared before an opinion opens, by the person and never by the role: on this request, or once for
 * all of the time that the account says. Who declared an interest is out, but may say so as `recused`.
 */
export function insistDeclared(
  before: Habilitation,
  { by, now }: Pick<Given, 'by' | 'now'>,
  asked: Command,
): void {
  if (!declaring.has(asked.type)) return
  const own = before.interests.filter((one) => samePerson(one.by, by))
  const isRecusal = asked.type === 'opinions' && asked.opinion === 'recused'
  if (own.some(({ none }) => !none) && !isRecusal) {
    throw new Refusal('CONFLICT_OF_INTEREST', {
      rule: 'interests.declared',
      fact: { key: 'fact.interests.declared' },
    })
  }
  const standing = by.proofs.interests ?? 0
  if (own.length === 0 && standing <= now && !isRecusal) {
    throw new Refusal('CONFLICT_OF_INTEREST', {
      rule: 'interests.undeclared',
      fact: { key: 'fact.interests' },
      hint: { key: 'hint.interests' },
    })
  }
}

/** Who answers and who holds the data comment without instructing. */
const notReviewing: ReadonlySet<string> = new Set(['lead', 'holder'])

/** T1 and T4, by person: tested on who somebody is, never on a role. */
export function standApart(before: Habilitation, by: Person, command: CommandType): void {
  const involved = samePerson(by, before.lead) || isMember(before, by)
  if (command === 'countersignatures' && involved) throw conflict('T4')
  if (command === 'comments' && roleOf(before, by) === 'holder' && involved) throw conflict('T4')
  const isNoReview = command === 'comments' && notReviewing.has(roleOf(before, by))
  if (!instructing.has(command) || isNoReview) return
  if (involved || by.organisation === before.lead.organisation) throw conflict('T1')
}

/** A person of the request as it stands, of the amendment in hand, or of neither. */
function isMember({ request, amendment }: Habilitation, by: Actor): boolean {
  const persons = [...(request.persons ?? []), ...(amendment?.request.persons ?? [])]
  return persons.some((person) => samePerson(person, by))
}

/** T2, T6, T9, T10: the person must be another than each of these. */
export function anotherThan(by: Actor, others: readonly (Actor | undefined)[], rule: AnyPersonRule): void {
  if (others.some((other) => other !== undefined && samePerson(by, other))) throw conflict(rule)
}
