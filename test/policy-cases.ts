/** The cases of policies/cases, played on any rulebook: the one of the house, or one with a clause taken out. */
import { readFileSync } from 'node:fs'
import type { Ask, Decision, Rulebook } from '../services/habilitation/decision.ts'
import type { CurrentPermit, PermitPayload } from '../services/habilitation/permit.ts'
import { mergePatch } from '../services/habilitation/request.ts'
import type { Person } from '../services/identity/person.ts'
import { currentPermit, person, policies, today } from './habilitation/fixtures.ts'

export interface Case {
  readonly rule: string
  readonly title: string
  readonly expect: string
  readonly given: {
    readonly by?: string
    readonly issuer?: string
    readonly level?: 0 | 1 | 2 | 3
    readonly versions?: Person['versions']
    readonly session?: Partial<Pick<Person, 'acr' | 'authenticatedAt'>>
    readonly proofs?: Readonly<Record<string, string | null>>
    readonly now?: string
    readonly purpose?: string
    readonly objective?: string
    readonly datasets?: readonly string[]
    readonly permit?: Partial<PermitPayload>
    readonly standing?: Partial<CurrentPermit['standing']>
  }
}

export const cases: readonly Case[] = JSON.parse(readFileSync(`${policies}cases/query.json`, 'utf8'))

function asking({ given }: Case): Person {
  const { by = 'alice', issuer, level, versions, session, proofs = {} } = given
  const base = person(by)
  const patch = Object.entries(proofs).map(([proof, until]) => [proof, until && Date.parse(until)])
  const merged = mergePatch(base.proofs, Object.fromEntries(patch)) as Person['proofs']
  const account = { ...base, ...session, versions: { ...base.versions, ...versions }, proofs: merged }
  return { ...account, ...(issuer && { issuer }), ...(level !== undefined && { level }) }
}

/** What the case asks, and of which permit. */
function questionOf(one: Case): { readonly ask: Ask; readonly current: CurrentPermit } {
  const { now, purpose, objective, datasets, permit, standing } = one.given
  const ask = {
    by: asking(one),
    now: now === undefined ? today : Date.parse(now),
    ...(purpose && { purpose }),
    ...(objective && { objective }),
    ...(datasets && { datasets }),
  }
  return { ask, current: currentPermit(permit, standing) }
}

export function decided(rules: Pick<Rulebook, 'decide'>, one: Case): Decision {
  const { ask, current } = questionOf(one)
  return rules.decide(ask, current)
}

/** `permit`, or the code of the refusal: what the case expects. */
export function wordOf(decision: Decision): string {
  return decision.effect === 'permit' ? 'permit' : decision.code
}
