/** The security measures of MR-007 with what holds them and what the log shows of them in the period. Pure. */
import { counted, type ReportFacts, tally, wordsOf } from './facts.ts'
import { measures } from './measures.ts'
import type { Section } from './report.ts'

export function sec(facts: ReportFacts): readonly Section[] {
  const { language } = facts
  const word = wordsOf(language)
  return [
    {
      key: 'holdings',
      columns: ['holding', 'measures'],
      rows: tally(measures.map(({ holding }) => word(`holding.${holding}`))),
    },
    {
      key: 'measures',
      columns: ['measure', 'rule', 'holding', 'does', 'tests', 'entryTypes', 'evidence'],
      rows: measures.map(({ id, rule, holding, does, tests, entries }) => [
        ...[id, rule[language], word(`holding.${holding}`), does[language]],
        ...[tests.join(' ; '), entries.join(' ; ')],
        entries.reduce((sum, type) => sum + counted(facts, type), 0),
      ]),
    },
  ]
}
