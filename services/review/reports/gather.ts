/** Reads what reports are made of: requests as they stood, accounts, catalogue, and counts of the log. */
import type { Catalogue } from '../../dataset/catalogue.ts'
import { fold } from '../../habilitation/fold.ts'
import { stateAt } from '../../habilitation/lifetime.ts'
import type { ReadNeeds } from '../../habilitation/read.ts'
import type { Stored } from '../../habilitation/rows.ts'
import type { AccountTable } from '../../identity/accounts.ts'
import { parisDay } from '../../kernel/clock.ts'
import type { Language } from '../../kernel/text.ts'
import type { Incidents } from '../incidents.ts'
import type { SearchNeeds } from '../search.ts'
import type { ReportFacts, RequestFacts } from './facts.ts'
import type { ReportPeriod } from './period.ts'

export interface GatherNeeds extends SearchNeeds, Pick<ReadNeeds, 'clock' | 'registry' | 'rulebook'> {
  readonly accounts: Pick<AccountTable, 'list' | 'organisations'>
  readonly catalogue: Pick<Catalogue, 'list'>
  readonly incidents: Pick<Incidents, 'list'>
  /** This node, as its permits name it. */
  readonly node: string
}

export async function gatherReport(
  needs: GatherNeeds,
  period: ReportPeriod,
  language: Language,
): Promise<ReportFacts> {
  const { auditIndex, accounts, catalogue, rulebook, node, clock } = needs
  const at = Math.min(clock.now(), period.end - 1)
  const span = { from: period.start, to: period.end }
  const about = await auditIndex.byDataset(span)
  return {
    ...{ node, language, period, at },
    requests: [...(await needs.registry.list())].reverse().flatMap((stored) => requestAt(stored, at)),
    accounts: await accounts.list(),
    organisations: await accounts.organisations(),
    datasets: (await catalogue.list()).map(({ descriptor }) => descriptor),
    entries: await auditIndex.monthly(span),
    questions: new Map(
      about.filter(({ type }) => type === 'query.intent').map(({ dataset, entries }) => [dataset, entries]),
    ),
    incidents: await needs.incidents.list(),
    vocabularies: rulebook.vocabularies,
  }
}

/** A request as it stood; none before it was submitted. */
function requestAt({ id, events }: Stored, at: number): readonly RequestFacts[] {
  const until = events.filter((event) => event.at <= at)
  if (until.length === 0) return []
  const habilitation = fold(id, until)
  if (habilitation.submittedAt === undefined) return []
  return [{ habilitation, events: until, state: stateAt(habilitation, at) }]
}

/** The day of the oldest entry that the log still holds: what came before is in no figure of it. */
export async function logSince({ audit }: Pick<SearchNeeds, 'audit'>): Promise<string> {
  const [oldest] = audit.shards
  const first = oldest === undefined ? null : await audit.entry(0, oldest)
  return first === null ? '' : parisDay(Date.parse(first.ts))
}
