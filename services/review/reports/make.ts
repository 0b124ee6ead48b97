/** The use-case of a report: who may, what is read, the entry that says so, the file and the signature on it. */
import type { Person } from '../../identity/person.ts'
import { sha256 } from '../../kernel/hash.ts'
import type { Receipt } from '../../kernel/id.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { Language } from '../../kernel/text.ts'
import { type Publisher, signPublished } from '../published.ts'
import { article30 } from './article-30.ts'
import { biennial } from './biennial.ts'
import { cnil } from './cnil.ts'
import type { ReportFacts } from './facts.ts'
import { type GatherNeeds, gatherReport, logSince } from './gather.ts'
import { holder } from './holder.ts'
import { periodOf, type ReportPeriod } from './period.ts'
import { persons } from './persons.ts'
import { processings } from './processings.ts'
import { type Format, rendered } from './render.ts'
import { invalid, type Report, type ReportName, reports, type Section, toCompleteOf } from './report.ts'
import { sec } from './sec.ts'
import { usesOf } from './uses.ts'
import { violations } from './violations.ts'

export interface ReportNeeds extends GatherNeeds {
  readonly keys: Publisher
}

export interface ReportAsked {
  readonly report: ReportName
  /** Days of Paris, both included; what is left out is the usual period of the report, until today. */
  readonly from?: string | undefined
  readonly until?: string | undefined
  /** Whose statement, of the report `holder`; one's own where one is a holder. */
  readonly organisation?: string | undefined
  readonly format: Format
  readonly language: Language
}

export interface Made {
  readonly bytes: Uint8Array
  readonly report: Report
  readonly sha256: string
  /** Over the SHA-256 of the bytes, with the receipt of the entry that holds it too. */
  readonly jws: string
  readonly receipt: Receipt
}

/**
 * Makes one report as a file. Its hash is in the log before the bytes are given out. Refusals: ROLE for whoever may not read this
 * one, INVALID for a period that ends before it begins
 * or a holder that nobody named, NOT_FOUND for one that is none, TOO_LARGE for a statement of too many uses.
 */
export async function makeReport(needs: ReportNeeds, by: Person, asked: ReportAsked): Promise<Made> {
  const { report: name, format, language } = asked
  if (!reports[name].readers.some((role) => by.roles.includes(role)))
    throw new Refusal('ROLE', { rule: 'report.reader' })
  const organisation = name === 'holder' ? await holderFor(needs, by, asked.organisation) : null
  const period = periodOf(asked, { now: needs.clock.now(), years: reports[name].years })
  const facts = await gatherReport(needs, period, language)
  const sections =
    name === 'holder' ? await statement(needs, facts, organisation ?? '') : builders[name](facts)
  const report = await reportOf(needs, { name, period, facts, sections })
  const bytes = await rendered(report, format, language)
  const hash = sha256(bytes)
  const { from, until } = period
  const entry = { type: 'report.made', report: name, format, from, until, sha256: hash } as const
  const holders = organisation === null ? {} : { holders: [organisation] }
  const receipt = await needs.audit.append(entry, { by, ...holders })
  const about = { report: name, format, from, until, ...(organisation && { organisation }) }
  const now = needs.clock.now()
  const jws = signPublished(needs.keys, { kind: 'report', sha256: hash, receipt, about, now })
  return { bytes, report, sha256: hash, jws, receipt }
}

type Builder = (facts: ReportFacts) => readonly Section[]

const builders: Readonly<Record<Exclude<ReportName, 'holder'>, Builder>> = {
  'article-30': article30,
  persons,
  processings,
  cnil,
  biennial,
  violations,
  sec,
}

/** A holder reads its own statement and no other; an organisation that is none gets no number in the log. */
async function holderFor(
  { accounts }: Pick<ReportNeeds, 'accounts'>,
  by: Person,
  organisation: string | undefined,
): Promise<string> {
  const isStaff = by.roles.some((role) => role === 'dpo' || role === 'authority')
  const whose = organisation ?? (by.roles.includes('holder') ? by.organisation : undefined)
  if (whose === undefined) throw invalid('organisation', 'de quel détenteur ? · of which holder?')
  if (!isStaff && whose !== by.organisation) throw new Refusal('ROLE', { rule: 'report.holder' })
  const known = await accounts.organisations()
  if (!known.some(({ id }) => id === whose)) throw new Refusal('NOT_FOUND', { rule: 'report.holder' })
  return whose
}

async function statement(
  needs: ReportNeeds,
  facts: ReportFacts,
  organisation: string,
): Promise<readonly Section[]> {
  const datasets = facts.datasets.filter((one) => one.holder === organisation).map(({ name }) => name)
  const projects = facts.requests.flatMap(({ habilitation: { project, lines } }) =>
    project !== undefined && datasets.some((one) => lines[one]?.answer === 'countersigned') ? [project] : [],
  )
  const asked = { organisation, datasets, projects, period: facts.period }
  return holder({ ...facts, ...(await usesOf(needs, asked)) })
}

interface Parts {
  readonly name: ReportName
  readonly period: ReportPeriod
  readonly facts: ReportFacts
  readonly sections: readonly Section[]
}

async function reportOf(needs: ReportNeeds, { name, period, facts, sections }: Parts): Promise<Report> {
  const { audit, node } = needs
  return {
    report: name,
    node,
    from: period.from,
    until: period.until,
    asOf: new Date(facts.at).toISOString(),
    log: { origin: audit.origin, size: audit.size, since: await logSince(needs) },
    sections,
    toComplete: toCompleteOf(sections),
  }
}
