/**
 * The yearly review of the persons (governance.md 16 and 17): a campaign asks leads and line managers to confirm each person;
 * silence after its last day suspends, by the decision itself first, and in the register by the next round.
 */
import type { Person } from '../identity/person.ts'
import type { Actor } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type ActNeeds, change } from './change.ts'
import { fold } from './fold.ts'
import type { GrantState } from './grant-state.ts'
import { stateAt } from './lifetime.ts'
import type { State } from './matrix.ts'
import { hasLapsed } from './on-person.ts'
import { listHabilitations, type ReadNeeds } from './read.ts'
import { accountsFor, bodiesOf } from './surroundings.ts'

const running: ReadonlySet<State> = new Set<State>(['issued', 'active', 'suspended'])

/** Asks for the review of every active grant of every permit in force. Refusals: ROLE for anybody but the DPO, INCOMPLETE for a day that is none. */
export async function openCampaign(
  needs: ActNeeds,
  by: Person,
  { due }: { readonly due: string },
): Promise<{ readonly due: string; readonly habilitations: readonly string[] }> {
  if (!by.roles.includes('dpo')) throw new Refusal('ROLE', { rule: 'campaign.dpo' })
  const now = needs.clock.now()
  const asked = { type: 'review-campaign', due } as const
  const habilitations: string[] = []
  for (const { id, events } of await needs.registry.list()) {
    const habilitation = fold(id, events)
    const isMeant =
      running.has(stateAt(habilitation, now)) && habilitation.grants.some(({ stored }) => stored === 'active')
    if (!isMeant) continue
    await change(needs, id, { by, asked })
    habilitations.push(id)
  }
  return { due, habilitations }
}

/** One person of one project, and what is still to be said of her. */
export interface Reviewed extends Actor {
  readonly habilitation: string
  readonly project: string | null
  readonly title: string
  readonly state: GrantState
  readonly dueAt: string
  readonly awaits: readonly ('lead' | 'manager')[]
}

/** The active grants that the caller may see, the most urgent first. */
export async function listReviews(needs: ReadNeeds, by: Person): Promise<readonly Reviewed[]> {
  const all = await listHabilitations(needs, by)
  const found = all.flatMap(({ id, projectId, title = '', grants, state }) =>
    grants.flatMap(({ issuer, subject, state: grant, review }): Reviewed[] =>
      review === undefined || !running.has(state)
        ? []
        : [{ habilitation: id, project: projectId, title, issuer, subject, state: grant, ...review }],
    ),
  )
  return found.sort((a, b) => a.dueAt.localeCompare(b.dueAt))
}

/** Writes down whose review lapsed; `decide` does not wait for it. Returns how many. */
export async function recordLapses(needs: ActNeeds, system: Person): Promise<number> {
  const now = needs.clock.now()
  const { persons: rules } = needs.rulebook
  let count = 0
  for (const { id, events } of await needs.registry.list()) {
    const habilitation = fold(id, events)
    if (!running.has(stateAt(habilitation, now))) continue
    const accountOf = await accountsFor(needs, bodiesOf(habilitation).bodies)
    const given = { now, grants: { policy: needs.grants, rules, accountOf } }
    const silent = habilitation.grants.filter((grant) => !grant.lapsed && hasLapsed(grant, given))
    for (const { issuer, subject } of silent) {
      const asked = { type: 'lapse', person: { issuer, subject } } as const
      await change(needs, id, { by: system, asked, asSystem: true }).catch(ignoreWrongState)
      count += 1
    }
  }
  return count
}

/** Somebody was quicker: what was to be written stands already. */
function ignoreWrongState(error: unknown): void {
  if (!(error instanceof Refusal && error.code === 'WRONG_STATE')) throw error
}
