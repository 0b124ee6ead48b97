/** The cases of policies/cases, played on any rulebook: the one of the house, or one with a clause taken out. */
import { readFileSync } from 'node:fs'
import { type CaseBase, caseBase } from '../services/habilitation/case-base.ts'
import type { Decision, Rulebook } from '../services/habilitation/decision.ts'
import { type QueryCase, queryCases, questionOf } from '../services/habilitation/query-cases.ts'
import { policies } from './habilitation/fixtures.ts'

const read = (name: string): unknown => JSON.parse(readFileSync(`${policies}cases/${name}.json`, 'utf8'))

export const base: CaseBase = caseBase.parse(read('base'))
export const cases: readonly QueryCase[] = queryCases.parse(read('query'))

export function decided(rules: Pick<Rulebook, 'decide'>, one: QueryCase): Decision {
  const { ask, current } = questionOf(one, base)
  return rules.decide(ask, current)
}
