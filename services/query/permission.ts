/** What the permit and the policy say of a query, at each moment that it matters. */
import type { Ask, Decision, Granted } from '../habilitation/decision.ts'
import type { Person } from '../identity/person.ts'
import type { Actor } from '../kernel/id.ts'
import type { QueryNeeds, Question } from './question.ts'
import type { Start } from './running.ts'

/** The decision on the permit as the register knows it at this moment. */
export async function decideNow(
  { clock, permits, rulebook }: Pick<QueryNeeds, 'clock' | 'permits' | 'rulebook'>,
  by: Person,
  asked: Pick<Question, 'project' | 'purpose' | 'objective'> & Pick<Ask, 'datasets'>,
): Promise<Decision> {
  const { project, purpose, objective, datasets } = asked
  const ask = {
    by,
    now: clock.now(),
    ...(purpose === undefined ? {} : { purpose }),
    ...(objective === undefined ? {} : { objective }),
    ...(datasets === undefined ? {} : { datasets }),
  }
  return rulebook.decide(ask, await permits.current(project))
}

/** Who runs what, and until when: a query ends with the permit, or with the part of the person in it. */
export function startOf(
  { current: { permit } }: Granted,
  by: Actor,
  { project, signal }: Question,
): Omit<Start, 'id' | 'timeoutMs'> {
  const isAsker = (person: Actor) => person.issuer === by.issuer && person.subject === by.subject
  const ends = [permit.exp, ...permit.persons.filter(isAsker).map(({ exp }) => exp)]
  return { project, by, until: Math.min(...ends) * 1000, ...(signal ? { client: signal } : {}) }
}
