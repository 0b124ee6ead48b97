/**
 * A change of the rules takes two persons (governance.md 5.1, T6): one proposes a bundle, another approves it, each in an entry
 * of the log. It comes into force at the next start that finds it in its folder (policy-admission.ts).
 */
import type { Body as EntryBody } from '../audit/entry.ts'
import type { Kept } from '../audit/kept.ts'
import type { Audit } from '../audit/record.ts'
import type { Person } from '../identity/person.ts'
import type { Clock } from '../kernel/clock.ts'
import { type Missing, Refusal } from '../kernel/refusal.ts'
import { type Bundle, bundleOf, changedPaths, type PolicyFile, textsOf } from './bundle.ts'
import { anotherThan } from './guard.ts'
import { capacities, mayChangeRules, possibleCapacities, type RulesAct, roleRefusal } from './matrix.ts'
import type { PolicyAct, PolicyProposal, PolicyRegister } from './policy-register.ts'
import type { OpenRulebook } from './rulebook.ts'

export interface PolicyNeeds {
  readonly audit: Audit
  readonly clock: Clock
  readonly kept: Kept
  readonly register: PolicyRegister
  readonly rulebook: OpenRulebook
}

export interface Proposed {
  readonly files: readonly PolicyFile[]
  readonly reason: string
  /** Rules of a later version, which this one cannot read: nothing is checked, and the second person knows. */
  readonly unchecked?: boolean
}

/** Refusal ROLE unless the rules in force give this person that part in a change of them. */
function insistOnRulesAct({ rulebook }: Pick<PolicyNeeds, 'rulebook'>, by: Person, act: RulesAct): void {
  const { roles } = rulebook.vocabularies
  if (mayChangeRules(roles, possibleCapacities(by), act)) return
  const theirs = capacities.filter((capacity) => mayChangeRules(roles, [capacity], act))
  throw roleRefusal('T6', theirs)
}

/**
 * Keeps and records a bundle that somebody proposes. `faults` is what is wrong with it: it validates, and its cases hold.
 * Refusals: ROLE, WRONG_STATE when it is in force already, CONFLICT when it waits already, INVALID with each fault.
 */
export async function proposePolicies(
  needs: PolicyNeeds,
  by: Person,
  { files, reason, unchecked = false, faults }: Proposed & { faults: (bundle: Bundle) => readonly Missing[] },
): Promise<PolicyProposal> {
  insistOnRulesAct(needs, by, 'propose')
  const { rulebook, kept, register } = needs
  const bundle = bundleOf(files)
  const { sha256 } = bundle
  const previous = rulebook.sha256
  if (sha256 === previous) throw new Refusal('WRONG_STATE', { rule: 'T6', hint: { key: 'policy.same.hint' } })
  const missing = unchecked ? [] : faults(bundle)
  if (missing.length > 0) throw new Refusal('INVALID', { rule: 'policies', missing })
  for (const text of textsOf(bundle)) await kept.keep('policies', text)
  const changed = changedPaths(rulebook.files.index, bundle.index)
  const checked = !unchecked
  const body: EntryBody = { type: 'policy.proposed', sha256, previous, changed: [...changed], checked }
  let proposed: PolicyAct | undefined
  const isNew = await register.propose({ sha256, previous, changed, reason, checked }, async () => {
    proposed = await recorded(needs, by, { body, sealed: { reason } })
    return proposed
  })
  if (!isNew || proposed === undefined)
    throw new Refusal('CONFLICT', { rule: 'T6', hint: { key: 'policy.pending.hint' } })
  return { sha256, previous, changed, reason, checked, proposed, approved: null }
}

/**
 * The second person agrees. Refusals: ROLE, NOT_FOUND when no such bundle waits, CONFLICT_OF_INTEREST for who proposed it,
 * WRONG_STATE when other rules are in force than those that it was compared with.
 */
export async function approvePolicies(
  needs: PolicyNeeds,
  by: Person,
  sha256: string,
): Promise<PolicyProposal> {
  insistOnRulesAct(needs, by, 'approve')
  const approved = await needs.register.approve(sha256, async ({ previous, changed, proposed }) => {
    anotherThan(by, [proposed.by], 'T6')
    if (previous !== needs.rulebook.sha256)
      throw new Refusal('WRONG_STATE', { rule: 'T6', hint: { key: 'policy.moved.hint' } })
    const change = { sha256, previous, changed: [...changed] }
    return recorded(needs, by, { body: { type: 'policy.approved', ...change, proposed: proposed.entry } })
  })
  if (approved === null) throw new Refusal('NOT_FOUND', { rule: 'policies.proposal' })
  return approved
}

async function recorded(
  { audit, clock }: PolicyNeeds,
  by: Person,
  { body, sealed }: { body: EntryBody; sealed?: unknown },
): Promise<PolicyAct> {
  const { log, seq } = await audit.append(body, { by, ...(sealed === undefined ? {} : { sealed }) })
  const { issuer, subject } = by
  return { by: { issuer, subject }, at: clock.now(), entry: { log, seq } }
}
