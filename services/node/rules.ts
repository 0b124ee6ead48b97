/** The rules of a start: read, compared with those that were in force, admitted or refused, and recorded. */
import type { Body } from '../audit/entry.ts'
import type { Kept } from '../audit/kept.ts'
import type { AuditLog } from '../audit/writer.ts'
import { changedPaths, filesOf, textsOf } from '../habilitation/bundle.ts'
import { type Admission, admissionOf } from '../habilitation/policy-admission.ts'
import type { PolicyProposal, PolicyRegister } from '../habilitation/policy-register.ts'
import { retentionFault } from '../habilitation/retention-class.ts'
import { type NodeRulebook, openRulebook } from '../habilitation/rulebook.ts'
import type { Log } from '../kernel/log.ts'
import { loggedOf } from '../review/logged.ts'
import type { AuditIndex } from '../store/audit-index.ts'
import { StartError } from './listening.ts'

/** Exit status of rules that are not valid, or not approved: a configuration that is refused (security.md 0). */
const badRules = 78

/** Rules that do not validate are the operator's to mend: one line, and no start. */
export async function openRules(folder: string, node: string): Promise<NodeRulebook> {
  return openRulebook(folder, { node }).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError(`règles : ${why}`, badRules, { cause })
  })
}

/**
 * The same rules; the first time that one of them could not be evaluated, which is always a no, somebody is alarmed (security.md 13).
 */
export function alarming(rules: NodeRulebook, { audit, log }: { audit: AuditLog; log: Log }): NodeRulebook {
  let isTold = false
  return {
    ...rules,
    decide(ask, current) {
      const decision = rules.decide(ask, current)
      if (!isTold && decision.effect === 'deny' && decision.rule === 'rule-failed') {
        isTold = true
        log.error('a rule could not be evaluated: everybody it is about is refused')
        audit.append({ type: 'anomaly.raised', anomaly: 'rule-failed' }, {}).catch(() => {
          isTold = false
        })
      }
      return decision
    },
  }
}

/** How long the log is kept must be what the rules allow: they may only tighten what the log itself refuses. */
export function insistOnRetention(
  { vocabularies }: Pick<NodeRulebook, 'vocabularies'>,
  retention: { readonly months: number; readonly reason?: string },
): void {
  const rule = vocabularies.retention.find(({ code }) => code === 'JOURNAL')
  const fault = rule === undefined ? 'JOURNAL' : retentionFault(rule.facts, retention)
  if (fault !== null)
    throw new StartError(`règles : retention.months hors de vocabulary/retention.json (${fault})`, badRules)
}

export interface Admitting {
  readonly rules: NodeRulebook
  readonly audit: AuditLog
  readonly auditIndex: Pick<AuditIndex, 'search'>
  readonly kept: Kept
  readonly register: Pick<PolicyRegister, 'list'>
  readonly isProduction: boolean
}

export interface Admitted {
  /** What the start records of them, in this order, once it has said that it began. */
  readonly entries: readonly { readonly body: Body; readonly sealed?: unknown }[]
  /** Something that whoever starts the node should see; empty when nothing changed. */
  readonly notice: string
}

/**
 * Whether the rules that were found may be in force. They are kept first, so that what is decided can be decided again. Of a
 * refused start the entry is written here; StartError, status 78: nothing else may happen under these rules.
 */
export async function admitRules(needs: Admitting): Promise<Admitted> {
  const { rules, audit, kept, register, isProduction } = needs
  const { sha256 } = rules
  const proposals = await confirmed(audit, await register.list())
  const last = (await lastLoaded(needs)) ?? newestOf(proposals)?.sha256 ?? null
  const admission = admissionOf({ sha256, last, proposals, isProduction })
  const changed = await changedSince(needs, last)
  if (admission.basis === 'refused' && last !== null) {
    await audit.append({ type: 'policy.refused', sha256, previous: last, changed: [...changed] }, {})
    throw new StartError(unapproved(sha256, last, changed), badRules)
  }
  for (const text of textsOf(rules.files)) await kept.keep('policies', text)
  const activation = activationOf(admission, { sha256, last, changed })
  const loaded = { body: { type: 'policy.loaded', sha256 } } as const
  return {
    entries: activation === null ? [loaded] : [activation, loaded],
    notice: noticeOf(admission, changed),
  }
}

/** Only what the log says: a row that nobody recorded is nobody's approval. */
async function confirmed(
  audit: AuditLog,
  proposals: readonly PolicyProposal[],
): Promise<readonly PolicyProposal[]> {
  const found: PolicyProposal[] = []
  for (const proposal of proposals) if (await isRecorded(audit, proposal)) found.push(proposal)
  return found
}

async function isRecorded(audit: AuditLog, { proposed, approved, ...of }: PolicyProposal): Promise<boolean> {
  if (approved === null) return true
  const rows = [proposed.entry, approved.entry].map(({ log, seq }) => ({
    shard: log.split('/').at(-1) ?? '',
    seq,
  }))
  const [first, second] = await loggedOf(audit, rows)
  if (!(first && second)) return false
  const [one, other] = [first.body, second.body]
  if (one.type !== 'policy.proposed' || other.type !== 'policy.approved') return false
  const isSame = [one, other].every((body) => body.sha256 === of.sha256 && body.previous === of.previous)
  // A pseudonym is that of one year: of two years the two persons are told apart by the entry of the approval alone.
  const isTwo = first.shard !== second.shard || first.actor?.ps !== second.actor?.ps
  return isSame && isTwo && other.proposed.seq === proposed.entry.seq
}

function newestOf(proposals: readonly PolicyProposal[]): PolicyProposal | undefined {
  return proposals.find(({ approved }) => approved !== null)
}

/** The bundle of the last start, from the log itself; null when no start is in it. */
async function lastLoaded({ audit, auditIndex }: Admitting): Promise<string | null> {
  const { entries } = await auditIndex.search({ type: 'policy.loaded', limit: 1 })
  const [entry] = await loggedOf(audit, entries)
  return entry?.body.type === 'policy.loaded' ? entry.body.sha256 : null
}

/** Every path, where there were no rules before or their index is gone. */
async function changedSince({ rules, kept }: Admitting, last: string | null): Promise<readonly string[]> {
  const { index } = rules.files
  const before = last === null ? null : await kept.read('policies', last)
  return before === null ? [...filesOf(index).keys()] : changedPaths(before, index)
}

function activationOf(
  admission: Admission,
  { sha256, last, changed }: { sha256: string; last: string | null; changed: readonly string[] },
): Admitted['entries'][number] | null {
  const { basis } = admission
  if (basis === 'same' || basis === 'refused') return null
  const change = { sha256, ...(last !== null && { previous: last }), changed: [...changed] }
  const body = { type: 'policy.activated', ...change, basis } as const
  if (basis !== 'approved') return { body }
  const { proposed, approved } = admission.proposal
  const places = { proposed: proposed.entry, ...(approved && { approved: approved.entry }) }
  return { body: { ...body, ...places }, sealed: { proposed: proposed.by, approved: approved?.by } }
}

function noticeOf({ basis }: Admission, changed: readonly string[]): string {
  const files = changed.join(', ')
  if (basis === 'demo')
    return `RÈGLES CHANGÉES depuis le dernier démarrage (${files}) : admises en démonstration, sans seconde personne`
  return basis === 'approved' ? `règles nouvelles, approuvées à deux (${files})` : ''
}

function unapproved(sha256: string, last: string, changed: readonly string[]): string {
  return [
    `règles : ${sha256.slice(0, 12)} n’est pas le dernier lot approuvé (en vigueur : ${last.slice(0, 12)})`,
    `fichiers changés : ${changed.join(', ')}`,
    'remettez les règles en vigueur, ou faites approuver celles-ci par deux personnes : huisclos policies propose, approve',
  ].join(' ; ')
}
