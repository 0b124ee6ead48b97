/**
 * Every case of a bundle of rules, played by the code that decides: what a change breaks, before anybody is under it. The room of
 * the review is the lowest that sees the rules, the disclosure control and the detectors.
 */
import type { Bundle } from '../habilitation/bundle.ts'
import { caseBase } from '../habilitation/case-base.ts'
import { type Played, playQueries, playVocabularies } from '../habilitation/cases.ts'
import { disclosure } from '../habilitation/parameters.ts'
import { queryCases } from '../habilitation/query-cases.ts'
import { type NodeRulebook, readPolicy, rulebookOf } from '../habilitation/rulebook.ts'
import { playParameters } from '../query/parameter-cases.ts'
import { playFindings } from './finding-cases.ts'
import { playVisas } from './visa-cases.ts'

/**
 * Validates a bundle and plays all its cases. Error, with file and place, when it does not validate, or when a rule has no case
 * that it lets through, or a prohibition none that it stops.
 */
export function playBundle(bundle: Bundle): readonly Played[] {
  const base = readPolicy(bundle, 'cases/base.json', caseBase)
  const rules = rulebookOf(bundle, { node: base.node })
  const queries = readPolicy(bundle, 'cases/query.json', queryCases)
  for (const policy of rules.policies) insistOnCases(policy, queries)
  return [
    ...playQueries(rules, queries, base),
    ...playVocabularies(rules.vocabularies, base),
    ...playParameters(readPolicy(bundle, 'disclosure.json', disclosure)),
    ...playFindings(rules.review),
    ...playVisas(rules.visas, base.today),
  ]
}

function insistOnCases(
  { id, effect, annotations }: NodeRulebook['policies'][number],
  cases: readonly { readonly rule: string; readonly expect: string }[],
): void {
  const of = cases.filter(({ rule }) => rule === id)
  const passes = of.some(({ expect }) => expect === 'permit')
  const stops = effect === 'permit' || of.some(({ expect }) => expect === annotations.code)
  if (!passes) throw new Error(`policies: cases/query.json: ${id}: one passing case`)
  if (!stops) throw new Error(`policies: cases/query.json: ${id}: one failing case`)
}
