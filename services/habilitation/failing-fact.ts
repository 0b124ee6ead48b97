/** Why a rule said no, in the words of the permit and of the asker: never of anybody else, never of the data. Pure. */
import { proofNames, proofUntil } from '../identity/person.ts'
import { parisDay } from '../kernel/clock.ts'
import type { Sentence } from '../kernel/refusal.ts'
import type { Ask } from './decision.ts'
import { samePerson } from './matrix.ts'
import type { CurrentPermit } from './permit.ts'

type Fact = (ask: Ask, current: CurrentPermit) => Sentence | undefined

const fact = (key: string, about: Record<string, string | number> = {}): Sentence => ({
  key: `fact.${key}`,
  with: about,
})
const list = (words: readonly string[]) => words.join(', ')
const stateFact: Fact = (_, { standing }) => fact('state', { state: standing.state })

/** What failed, by rule of policies/query.cedar. A stranger is told nothing: `no-habilitation` has none. */
const facts: Readonly<Record<string, Fact>> = {
  'wrong-node': (_, { permit }) => fact('node', { nodes: list(permit.node) }),
  revoked: stateFact,
  ended: stateFact,
  suspended: suspendedPart,
  'not-yet-valid': (ask, current) => fact('from', { day: parisDay(periodOf(ask, current).from * 1000) }),
  expired: (ask, current) => fact('until', { day: parisDay(periodOf(ask, current).until * 1000 - 1) }),
  superseded: (_, { permit, standing }) =>
    fact('version', { version: permit.version, current: standing.currentVersion }),
  'person-not-listed': (_, { permit }) => fact('notListed', { permit: permit.jti }),
  'person-not-cleared': (ask) => fact('proofs', { proofs: list(lapsedProofs(ask)) }),
  'assurance-too-low': ({ by }) => fact('level', { level: by.level }),
  'purpose-not-granted': (_, { permit }) => fact('purposes', { purposes: list(permit.purposes) }),
  'objective-not-granted': (_, { permit }) =>
    fact('objectives', { objectives: list(permit.objectives.map(({ id }) => id)) }),
  'default-deny': () => fact('noRule'),
  'rule-failed': () => fact('ruleFailed'),
  'line-closed': (ask, { permit, standing }) => {
    const open = permit.lines.filter(({ id }) => standing.openLines.includes(id))
    const closed = (ask.datasets ?? []).filter((name) => !open.some(({ dataset }) => dataset === name))
    return fact('lines', { datasets: list(closed) })
  },
}

/** The fact that made a rule say no; nothing for a rule that tells none. */
export function failingFact(rule: string, ask: Ask, current: CurrentPermit): Sentence | undefined {
  return Object.hasOwn(facts, rule) ? facts[rule]?.(ask, current) : undefined
}

function suspendedPart({ by, now, datasets = [] }: Ask, { permit, standing }: CurrentPermit): Sentence {
  if (standing.state === 'suspended') return fact('suspendedWhole')
  if (standing.suspendedPersons.some((person) => samePerson(person, by))) return fact('suspendedPerson')
  if (standing.selfSuspendsAt !== undefined && now >= standing.selfSuspendsAt)
    return fact('suspendedOpinions')
  const stopped = permit.lines.filter(({ id }) => standing.suspendedLines.includes(id))
  const named = stopped.flatMap(({ dataset }) => (datasets.includes(dataset) ? [dataset] : []))
  return fact('suspendedLines', { datasets: list(named) })
}

/** Seconds: the period of the permit, shortened to that of the person. */
function periodOf({ by }: Ask, { permit }: CurrentPermit): { from: number; until: number } {
  const person = permit.persons.find((one) => samePerson(one, by))
  return {
    from: Math.max(permit.nbf, person?.nbf ?? permit.nbf),
    until: Math.min(permit.exp, person?.exp ?? permit.exp),
  }
}

/** Such as `training (2026-11-20)`: the day of the lapse, where there ever was a proof. */
function lapsedProofs({ by, now }: Ask): readonly string[] {
  return proofNames.flatMap((name) => {
    const until = proofUntil(by, name)
    if (until !== undefined && now < until) return []
    return [until === undefined ? name : `${name} (${parisDay(until)})`]
  })
}
