/** Who is what to a release, and what each may see and do (governance.md T5). Pure. */
import type { CurrentPermit } from '../habilitation/permit.ts'
import type { Account } from '../identity/person.ts'
import { type Actor, samePerson } from '../kernel/id.ts'
import { hasEnded, type Release, type Review, votesOf } from './release.ts'

type Known = Pick<Account, 'issuer' | 'subject' | 'roles' | 'organisation'>

/** What surrounds a release: its permit as the register knows it now, and where its people work. */
export interface Around {
  readonly current: CurrentPermit | null
  /** Of the lead and of the asker. */
  readonly organisations: readonly string[]
}

/** The asker, the lead and the persons of the permit. */
function isOfProject(by: Actor, { asker }: Pick<Release, 'asker'>, { current }: Around): boolean {
  if (samePerson(by, asker)) return true
  if (current === null) return false
  return samePerson(by, current.lead) || current.permit.persons.some((person) => samePerson(person, by))
}

const overseers = ['dpo', 'authority'] as const

/** DPO and authority read everything but the files. */
export function oversees({ roles }: Pick<Known, 'roles'>): boolean {
  return overseers.some((role) => roles.includes(role))
}

/** To whom it is there: its project; staff that oversees; checkers, from when it is asked on. */
export function maySee(by: Known, release: Release, around: Around): boolean {
  if (isOfProject(by, release, around) || oversees(by)) return true
  return by.roles.includes('checker') && release.askedAt !== null
}

/**
 * Why a checker may not check: `author`, `member` (the lead among them) or `colleague` of the lead or the asker. Null where nothing
 * stands against it.
 */
export function conflictOf(
  by: Known,
  release: Pick<Release, 'asker'>,
  around: Around,
): 'author' | 'member' | 'colleague' | null {
  if (samePerson(by, release.asker)) return 'author'
  if (isOfProject(by, release, around)) return 'member'
  return around.organisations.includes(by.organisation) ? 'colleague' : null
}

/** Whether she may check this one: a checker against whom nothing stands. */
function mayCheck(by: Known, release: Pick<Release, 'asker'>, around: Around): boolean {
  return by.roles.includes('checker') && conflictOf(by, release, around) === null
}

/** Files are read by who asks, and, while they lie in the airlock or left it, by who may check. A refused one by nobody. */
export function mayReadFiles(by: Known, release: Release, around: Around): boolean {
  if (release.state === 'refused' || release.state === 'withdrawn') return false
  if (samePerson(by, release.asker)) return true
  return release.askedAt !== null && mayCheck(by, release, around)
}

/** Withheld cells are read by her checkers alone, while the files lie there: whoever else she is, she asks for none of them. */
export function mayReadExact(by: Known, release: Release, around: Around): boolean {
  return mayReadFiles(by, release, around) && mayCheck(by, release, around)
}

/** What was released is downloaded by who asked and by the lead. */
export function mayDownload(by: Actor, { asker }: Pick<Release, 'asker'>, { current }: Around): boolean {
  return samePerson(by, asker) || (current !== null && samePerson(by, current.lead))
}

/**
 * The votes that somebody may see: a checker her own, and that of the other in a round in which hers is given; the project those of
 * rounds that are over; who oversees, all.
 */
export function votesFor(by: Known, release: Release, around: Around): readonly Review[] {
  const { reviews, round, state } = release
  if (isOfProject(by, release, around))
    return reviews.filter((one) => one.round < round || hasEnded(release) || state === 'changes')
  // Who votes does not see before, whatever else she is.
  if (oversees(by) && !by.roles.includes('checker')) return reviews
  const own = new Set(reviews.filter((one) => samePerson(one.by, by)).map((one) => one.round))
  return reviews.filter((one) => own.has(one.round))
}

/** What somebody may do now; what a page offers as buttons. */
export function offeredTo(by: Known, release: Release, around: Around): readonly string[] {
  const { state } = release
  const offers: string[] = []
  if (samePerson(by, release.asker)) {
    if (state === 'draft') offers.push('files', 'submission')
    if (state === 'changes') offers.push('files', 'answers')
    if (!hasEnded(release)) offers.push('withdrawal')
  }
  const voted = votesOf(release).some((one) => samePerson(one.by, by))
  if (state === 'review' && !voted && mayCheck(by, release, around)) offers.push('review')
  if (state === 'released' && mayDownload(by, release, around)) offers.push('package')
  return offers
}
