/** The opinions that a route asks for, and those of an emergency that may come after the permit (governance.md 5.2). Pure. */
import type { Awaited, Opinion } from './state.ts'
import type { RouteFacts } from './vocabulary.ts'

export function opinionsOf({ ethics, dpo }: RouteFacts): readonly Awaited[] {
  return [
    ...(ethics === undefined ? [] : [{ role: 'ethics', wanted: ethics } as const]),
    ...(dpo === undefined ? [] : [{ role: 'dpo', wanted: dpo } as const]),
  ]
}

/** Those that nobody has given well enough; a recused opinion is none, and the last word counts. */
export function lackingOpinions(
  awaited: readonly Awaited[],
  opinions: readonly Pick<Opinion, 'role' | 'opinion'>[],
): readonly Awaited[] {
  return awaited.filter(({ role, wanted }) => {
    const said = opinions.findLast((one) => one.role === role && one.opinion !== 'recused')?.opinion
    const isEnough = said === 'favourable' || (wanted === 'favourable-or-conditions' && said === 'conditions')
    return !isEnough
  })
}
