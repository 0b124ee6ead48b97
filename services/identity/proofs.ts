/**
 * Proofs of persons recorded (governance.md 7): each by whoever may say so, with its entry in the log before its row. Training
 * and contracts are the registrar's to record, the charter and the workstation the person's own, the yearly word her line manager's.
 */
import type { Audit } from '../audit/record.ts'
import type { Clock } from '../kernel/clock.ts'
import { type Actor, samePerson } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { say } from '../kernel/text.ts'
import type { Store } from '../store/store.ts'
import type { Account, Accounts, Person, ProofKind } from './person.ts'
import { type ProofRules, proofEnd } from './proof-rules.ts'
import { addProof, proofsOf, type RecordedProof } from './proof-table.ts'

export interface ProofNeeds {
  readonly accounts: Pick<Accounts, 'find'>
  readonly audit: Audit
  readonly clock: Clock
  readonly store: Pick<Store, 'db'>
  readonly rules: ProofRules
}

export interface ProofAsked {
  /** Oneself when left out. */
  readonly person?: Actor | undefined
  readonly proof: ProofKind
  /** Of the training that was followed, or of the charter that is signed: the one in force. */
  readonly version?: string | undefined
  /** Last day of an affiliation, YYYY-MM-DD. */
  readonly until?: string | undefined
  /** It ends now: withdrawn, left, or no longer true. */
  readonly ended?: boolean | undefined
}

type Recorder = 'self' | 'registrar' | 'manager'

/** Who may record each proof. */
const recorders: Readonly<Record<ProofKind, readonly Recorder[]>> = {
  training: ['registrar'],
  charter: ['self'],
  workstation: ['self'],
  affiliation: ['registrar'],
  review: ['manager'],
}

/**
 * Records one proof, or its end. Refusals: ROLE before anything is looked up, NOT_FOUND for somebody without an account or, to a
 * line manager, of another one's, CONFLICT_OF_INTEREST for a registrar's own, INVALID for a version that is not in force.
 */
export async function recordProof(needs: ProofNeeds, by: Person, asked: ProofAsked): Promise<RecordedProof> {
  const isSelf = asked.person === undefined || samePerson(asked.person, by)
  const held = recorders[asked.proof].filter((one) => (one === 'self' ? isSelf : by.roles.includes(one)))
  if (held.length === 0) throw new Refusal('ROLE', { rule: 'proof.recorder' })
  if (isSelf && !held.includes('self')) throw new Refusal('CONFLICT_OF_INTEREST', { rule: 'T3' })
  const account = await needs.accounts.find(asked.person ?? by)
  if (account === null || !answersFor(by, account, held)) throw new Refusal('NOT_FOUND')
  const proof = proofOf(needs, { by, account, asked })
  const { issuer, subject } = account
  const body = {
    type: 'proof.recorded',
    proof: proof.proof,
    ...(proof.version !== undefined && { version: proof.version }),
    until: new Date(proof.until).toISOString(),
  } as const
  const receipt = await needs.audit.append(body, { by, sealed: { issuer, subject } })
  try {
    await needs.store.db.transaction().execute((transaction) => addProof(transaction, proof, receipt))
  } catch (error) {
    await needs.audit.append({ type: 'state.aborted', of: receipt.seq }, {})
    throw error
  }
  return proof
}

function proofOf(
  { clock, rules }: ProofNeeds,
  { by, account, asked }: { by: Person; account: Account; asked: ProofAsked },
): RecordedProof {
  const { proof, version, until: lastDay, ended } = asked
  const now = clock.now()
  const missing = ended ? [] : faultsOf(asked, rules)
  if (missing.length > 0) throw new Refusal('INVALID', { rule: 'proof.form', missing })
  return {
    person: { issuer: account.issuer, subject: account.subject },
    proof,
    version,
    at: now,
    until: ended ? now : proofEnd(proof, { rules, now, lastDay }),
    by: { issuer: by.issuer, subject: by.subject },
  }
}

/** A version is that in force; a last day is that of an affiliation, and of nothing else. */
function faultsOf({ proof, version, until }: ProofAsked, rules: ProofRules) {
  const inForce = proof === 'training' || proof === 'charter' ? rules[proof].version : undefined
  const fault = (path: string, rule: string) => ({ path, message: say('fr', { key: `missing.${rule}` }) })
  return [
    ...(version === inForce ? [] : [fault('version', 'proofVersion')]),
    ...((until !== undefined) === (proof === 'affiliation') ? [] : [fault('until', 'proofUntil')]),
  ]
}

function answersFor(by: Person, account: Account, held: readonly Recorder[]): boolean {
  if (!held.includes('manager')) return true
  return account.manager !== undefined && samePerson(account.manager, by)
}

export interface ProofsRead {
  readonly account: Account
  readonly history: readonly RecordedProof[]
}

const readers = ['registrar', 'dpo'] as const

/** The proofs of a person, for herself, her line manager, the registrar and the DPO. Refusal NOT_FOUND for anybody else. */
export async function readProofs(
  { accounts, store }: Pick<ProofNeeds, 'accounts' | 'store'>,
  by: Person,
  person: Actor,
): Promise<ProofsRead> {
  const account = await accounts.find(person)
  const isReader = samePerson(by, person) || readers.some((role) => by.roles.includes(role))
  const isManager = account?.manager !== undefined && samePerson(account.manager, by)
  if (account === null || !(isReader || isManager)) throw new Refusal('NOT_FOUND')
  return { account, history: await proofsOf(store.db, person) }
}
