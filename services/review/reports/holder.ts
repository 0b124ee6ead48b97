/** What a data holder is told of the use of its data (governance.md 15): each question, without who asked. Pure. */
import {
  accessOf,
  dayOf,
  labelled,
  organisationName,
  purposes,
  type ReportFacts,
  type RequestFacts,
  wordsOf,
  written,
} from './facts.ts'
import { type Cell, joined, type Section } from './report.ts'

/** One question that was let through on a dataset of the holder, as the log has it. */
export interface Use {
  readonly shard: string
  readonly seq: number
  /** ISO 8601, UTC. */
  readonly ts: string
  readonly leaf: string
  readonly query: string
  readonly project: string
  readonly permit: string
  readonly purpose: string
  readonly objective: string | null
  /** Datasets of the holder that it read, each with the columns. */
  readonly columns: readonly string[]
  /** Hash of the text: the same text has the same. */
  readonly statement: string
  readonly outcome: 'answered' | 'stopped' | 'unknown'
  /** Pseudonym of the log of who asked: counted, never shown. */
  readonly actor: string | null
}

/** One question that was refused in a project with a line of the holder: the log does not say which data it was after. */
export interface Refused {
  readonly shard: string
  readonly seq: number
  readonly ts: string
  readonly leaf: string
  readonly project: string
  readonly code: string
}

/** One deposit that was decided. */
export interface Deposited {
  readonly ts: string
  readonly dataset: string
  readonly outcome: string
  readonly version: number | null
}

export interface HolderFacts extends ReportFacts {
  readonly organisation: string
  readonly uses: readonly Use[]
  readonly refusals: readonly Refused[]
  readonly deposits: readonly Deposited[]
}

export function holder(facts: HolderFacts): readonly Section[] {
  const { uses, refusals, deposits, organisation, language } = facts
  const word = wordsOf(language)
  const own = facts.datasets.filter((one) => one.holder === organisation).map(({ name }) => name)
  return [
    {
      key: 'holder',
      fields: {
        holder: organisation,
        name: organisationName(facts, organisation),
        datasets: joined(own),
        questions: uses.length,
        questionsRefused: refusals.length,
        projects: new Set(uses.map(({ project }) => project)).size,
        askers: new Set(uses.flatMap(({ actor }) => actor ?? [])).size,
      },
    },
    {
      key: 'lines',
      columns: ['request', 'permit', 'title', 'applicant', 'purposes', 'dataset', 'answer', 'from', 'until'],
      rows: facts.requests.flatMap((one) => linesOf(one, facts, own)),
    },
    {
      key: 'deposits',
      columns: ['instant', 'dataset', 'outcome', 'version'],
      rows: deposits.map(({ ts, dataset, outcome, version }) => [
        ...[ts, dataset, word(`outcome.${outcome}`)],
        version ?? '',
      ]),
    },
    {
      key: 'uses',
      columns: [
        ...['instant', 'entry', 'leaf', 'permit', 'purpose', 'objective', 'columns'],
        ...['statement', 'outcome'],
      ],
      rows: uses.map((use) => [
        ...[use.ts, `${use.shard}/${use.seq}`, use.leaf, use.permit, use.purpose, use.objective ?? ''],
        ...[use.columns.join(' ; '), use.statement, word(`outcome.${use.outcome}`)],
      ]),
    },
    {
      key: 'questionsRefused',
      columns: ['instant', 'entry', 'leaf', 'permit', 'code'],
      rows: refusals.map(({ ts, shard, seq, leaf, project, code }) => [
        ...[ts, `${shard}/${seq}`, leaf, project, code],
      ]),
    },
  ]
}

function linesOf(
  one: RequestFacts,
  facts: ReportFacts,
  own: readonly string[],
): readonly (readonly Cell[])[] {
  const { id, project = '', request, lines, lead } = one.habilitation
  const { language, at } = facts
  const word = wordsOf(language)
  const access = accessOf(one, at)
  return (request.lines ?? [])
    .filter(({ dataset }) => own.includes(dataset))
    .map(({ dataset }) => [
      ...[id, project, written(request.title), organisationName(facts, lead.organisation)],
      joined((request.purposes ?? []).map((code) => labelled(purposes(facts), code, language))),
      dataset,
      word(`answer.${lines[dataset]?.answer ?? 'pending'}`),
      ...(access === null ? ['', ''] : [dayOf(access.from), dayOf(access.to - 1)]),
    ])
}
