/** The DPO's inbox of a month: what was found, and each finding closed with a reason that is itself an entry of the log. */

import type { ReviewThresholds } from '../habilitation/thresholds.ts'
import type { Person } from '../identity/person.ts'
import { addDays, startOfParisDay } from '../kernel/clock.ts'
import type { Receipt } from '../kernel/id.ts'
import { type Language, say } from '../kernel/text.ts'
import { type Concern, detect, type Evidence, type Finding } from './detectors.ts'
import type { EntryPlace } from './entry.ts'
import { alreadyClosed, type Conclusion, type Findings, type KeptFinding } from './findings.ts'
import { gather, periodOf } from './gather.ts'
import { type IncidentNeeds, openIncident } from './incident-acts.ts'
import { recordedOf } from './recorded.ts'
import type { SearchNeeds } from './search.ts'

export interface ReviewNeeds extends SearchNeeds, IncidentNeeds {
  readonly findings: Findings
  readonly thresholds: ReviewThresholds
}

/** Entries of a finding that are shown at most; a search leads to the others. */
const shownEntries = 100
/** Of the reason, in the list of incidents. */
const titleLength = 200

/**
 * Looks for findings in the month, keeps them and answers all of them. Whoever asks again gets the same ones: each was raised in
 * the log once, before it was kept. Refusal UNAVAILABLE when index, database or log cannot be used.
 */
export async function readMonth(needs: ReviewNeeds, month: string): Promise<readonly KeptFinding[]> {
  const now = needs.clock.now()
  const recorded = await recordedOf(needs, periodOf(month).from)
  for (const finding of detect(await gather(needs, month, now), needs.thresholds)) {
    const known = recorded.get(finding.id)
    const { id, family, concern } = finding
    const raise = async () => {
      if (known !== undefined) return
      await needs.audit.append({ type: 'anomaly.raised', anomaly: id, family }, projectOf(concern))
    }
    const entries = await placesOf(needs, finding)
    const kept = { ...finding, entries, foundAt: known?.raisedAt ?? now, closed: known?.closed ?? null }
    await needs.findings.keep(kept, raise)
  }
  return needs.findings.ofMonth(month)
}

/**
 * Closes one finding. Its conclusion and its reason, sealed, are on disk before its state changes. What is an incident is in the
 * register of incidents before that, and its clocks run from now. Refusals: NOT_FOUND when it was not found in that month, CONFLICT
 * when it is closed.
 */
export async function closeFinding(
  needs: Omit<ReviewNeeds, 'thresholds'>,
  by: Person,
  { id, conclusion, reason }: { id: string; conclusion: Conclusion; reason: string },
): Promise<{ readonly finding: KeptFinding; readonly receipt: Receipt; readonly incident?: string }> {
  const receipts: Receipt[] = []
  let incident: string | undefined
  const finding = await needs.findings.close(id, async ({ month, concern }) => {
    // A crash may have come between the entry and the state: then the log has the conclusion, and the state follows it.
    const known = (await recordedOf(needs, periodOf(month).from)).get(id)
    if (known?.closed) return known.closed
    if (conclusion === 'incident') {
      const title = reason.slice(0, titleLength)
      incident = (await openIncident(needs, by, { title, finding: { id, ...projectOf(concern) } })).id
    }
    const about = { by, sealed: { reason }, ...projectOf(concern) }
    receipts.push(await needs.audit.append({ type: 'anomaly.closed', anomaly: id, conclusion }, about))
    return { conclusion, at: needs.clock.now(), by: by.subject }
  })
  const [receipt] = receipts
  if (receipt === undefined) throw alreadyClosed()
  return { finding, receipt, ...(incident !== undefined && { incident }) }
}

/** What was found, as one sentence. */
export function sentenceOf({ detector, count, concern }: KeptFinding, language: Language): string {
  const unknown = '–'
  const { actor = unknown, project = unknown, dataset = unknown, day = unknown } = concern
  return say(language, { key: `finding.${detector}`, with: { count, actor, project, dataset, day } })
}

function projectOf({ project }: Concern): { readonly project?: string } {
  return project === undefined ? {} : { project }
}

async function placesOf(needs: SearchNeeds, finding: Finding): Promise<readonly EntryPlace[]> {
  const { entries } = finding
  return 'length' in entries ? entries.slice(0, shownEntries) : searched(needs, finding, entries)
}

/** Entries behind a count, by the index: whoever opens one reads it in the log. */
async function searched(
  { auditIndex }: SearchNeeds,
  { month, concern }: Finding,
  { codes, ...evidence }: Evidence,
): Promise<readonly EntryPlace[]> {
  const { actor, day } = concern
  const period =
    day === undefined ? periodOf(month) : { from: startOfParisDay(day), to: startOfParisDay(addDays(day, 1)) }
  const about = { ...(actor === undefined ? {} : { actor }), ...projectOf(concern) }
  const limit = codes === undefined ? shownEntries : shownEntries * 10
  const { entries } = await auditIndex.search({ ...evidence, ...period, ...about, limit })
  return entries
    .filter(({ code }) => codes === undefined || codes.includes(code ?? ''))
    .slice(0, shownEntries)
    .map(({ shard, seq }) => ({ shard, seq }))
}
