/** Texts kept and shared among the members of a project. Nothing here is checked, run or answered: opening one asks nothing. */
import { isMember, isOver } from '../habilitation/membership.ts'
import { insistVisible, type ProjectNeeds } from '../habilitation/read.ts'
import type { Habilitation } from '../habilitation/state.ts'
import type { Person } from '../identity/person.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { SavedQueries, SavedQuery } from './saved-queries.ts'

export interface SavingNeeds extends Pick<ProjectNeeds, 'permits' | 'clock'> {
  readonly saved: SavedQueries
}

type Kept = Parameters<SavedQueries['add']>[1]

/** One’s own and those that others share; nobody but a member has or reads any. Refusal NO_HABILITATION. */
export async function listSaved(
  needs: SavingNeeds,
  by: Person,
  project: string,
): Promise<readonly SavedQuery[]> {
  const current = await insistVisible(needs, by, project)
  return isMember(by, current, needs.clock.now()) ? needs.saved.list(project, by) : []
}

/** Refusals of `insistMember`, QUOTA_EXCEEDED. */
export async function saveQuery(
  needs: SavingNeeds,
  by: Person,
  { project, kept }: { readonly project: string; readonly kept: Kept },
): Promise<SavedQuery> {
  return needs.saved.add({ project, by, allowed: () => insistMember(needs, by, project) }, kept)
}

interface Changing {
  readonly project: string
  readonly id: string
  /** That of the text it was changed on; absent where what was saved meanwhile may be overwritten. */
  readonly revision?: number
}

/** Its author alone changes it. Refusals of `insistMember`, NOT_FOUND, WRONG_STATE. */
export async function changeSaved(
  needs: SavingNeeds,
  by: Person,
  { kept, ...which }: Changing & { readonly kept: Kept },
): Promise<SavedQuery> {
  const allowed = () => insistMember(needs, by, which.project)
  return needs.saved.change({ ...which, by, allowed }, kept)
}

/** Its author alone removes it, also from a project that is over. Refusals NO_HABILITATION, NOT_FOUND. */
export async function removeSaved(
  needs: SavingNeeds,
  by: Person,
  { project, id }: Omit<Changing, 'revision'>,
): Promise<void> {
  await insistVisible(needs, by, project)
  await needs.saved.remove({ project, by, id })
}

/** Destroys again what an older copy of the database may have brought back of a project whose closure has begun. */
export async function forgetClosed(
  saved: Pick<SavedQueries, 'destroy'>,
  { project, stored }: Pick<Habilitation, 'project' | 'stored'>,
): Promise<void> {
  if (project !== undefined && (stored === 'closing' || stored === 'closed')) await saved.destroy(project)
}

/** NO_HABILITATION to whom the project is not there, PERSON_NOT_LISTED to whom it is and who is no member, EXPIRED once it is over. */
async function insistMember(needs: SavingNeeds, by: Person, project: string): Promise<void> {
  const current = await insistVisible(needs, by, project)
  const now = needs.clock.now()
  if (!isMember(by, current, now)) throw new Refusal('PERSON_NOT_LISTED', { rule: 'person-not-listed' })
  if (isOver(current, now)) throw new Refusal('EXPIRED', { rule: 'saved-queries.over' })
}
