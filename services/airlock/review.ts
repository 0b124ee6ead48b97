/** Two checkers, blind to each other, decide (governance.md T5). */
import type { Granted } from '../habilitation/decision.ts'
import { lacks } from '../habilitation/lacking.ts'
import { roleRefusal } from '../habilitation/matrix.ts'
import type { Person } from '../identity/person.ts'
import { samePerson } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type Acting, type AirlockNeeds, actOnRelease, insistGranted, permitOf } from './act.ts'
import { exactDatasets, insistExactStill, takeOut } from './exact.ts'
import { recordOf, signRecord } from './record.ts'
import { refused, wrongState } from './refused.ts'
import type { Acted } from './register.ts'
import {
  criteria,
  isSent,
  outcomeOf,
  type Release,
  type Review,
  verdicts as verdictsForm,
  votesOf,
} from './release.ts'
import { type Around, conflictOf } from './who.ts'

export interface Voting extends Pick<Review, 'vote' | 'comment' | 'round'> {
  readonly id: string
  readonly verdicts: { readonly [criterion in keyof Review['verdicts']]?: 'none' | 'risk' | undefined }
}

/**
 * One vote. Refusals: NOT_FOUND; ROLE; CONFLICT_OF_INTEREST for the asker, a person of the project, a colleague of its lead, and for a
 * second vote in a round; WRONG_STATE, also for a round that is over; INCOMPLETE without all three verdicts, or without a comment where
 * one is due; INVALID for an approval that finds a risk; of an approval, those of the permit, decided anew for the asker.
 */
export function reviewRelease(needs: AirlockNeeds, by: Person, voting: Voting): Promise<Acted> {
  const { id, round, vote, comment } = voting
  return actOnRelease(needs, { by, id }, async (acting) => {
    const { release, around, now, record } = acting
    insistOnChecker(by, release, around)
    if (release.state !== 'review' || release.round !== round)
      throw release.state === 'review' ? refused('WRONG_STATE', 'round') : wrongState(release.state)
    if (votesOf(release).some((one) => samePerson(one.by, by))) throw refused('CONFLICT_OF_INTEREST', 'twice')
    const verdicts = completeVerdicts(voting)
    // Of every approval, so that the refusal tells nothing of the other vote.
    const granted = vote === 'approve' ? await insistStill(needs, release, around) : undefined
    const { issuer, subject } = by
    const review = { round, by: { issuer, subject }, vote, comment, verdicts, at: now }
    await record({ type: 'airlock.reviewed', release: id, round, vote }, { comment, verdicts })
    return close(needs, {
      ...acting,
      granted,
      release: { ...release, reviews: [...release.reviews, review] },
    })
  })
}

/** ROLE for anybody but a checker, CONFLICT_OF_INTEREST where something stands against this one. */
export function insistOnChecker(by: Person, release: Release, around: Around): void {
  if (!by.roles.includes('checker')) throw roleRefusal('airlock.checkers', ['checker'])
  const conflict = conflictOf(by, release, around)
  if (conflict !== null) throw refused('CONFLICT_OF_INTEREST', conflict)
}

function completeVerdicts({ vote, comment, verdicts }: Voting): Review['verdicts'] {
  const absent = criteria.filter((criterion) => verdicts[criterion] === undefined)
  const missing = [
    ...absent.map((criterion) => lacks(`verdicts.${criterion}`, 'required')),
    ...(vote !== 'approve' && comment.trim() === '' ? [lacks('comment', 'required')] : []),
  ]
  if (missing.length > 0) throw new Refusal('INCOMPLETE', { rule: 'airlock.verdicts', missing })
  const complete = verdictsForm.parse(verdicts)
  if (vote === 'approve' && criteria.some((criterion) => complete[criterion] === 'risk'))
    throw refused('INVALID', 'risk')
  return complete
}

/**
 * Whether the asker might still work on the project, with the proofs that she holds now and the session in which she asked: it was
 * fresh then, and nobody asks her to come back for the vote of others.
 */
async function insistStill(needs: AirlockNeeds, release: Release, { current }: Around): Promise<Granted> {
  const { asker, session, purpose, objective } = release
  const { acr, authenticatedAt, ...came } = session
  const account = await needs.accounts.find(asker)
  const then: Person = {
    ...asker,
    ...{ displayName: '', organisation: '', roles: [], proofs: {} },
    ...account,
    ...{ ...came, door: 'system' },
    ...(acr !== undefined && { acr }),
    ...(authenticatedAt !== undefined && { authenticatedAt: needs.clock.now() }),
  }
  const granted = insistGranted(needs, then, {
    ...{ current, purpose, objective, datasets: exactDatasets(release) },
  })
  insistExactStill(release, granted.current)
  return granted
}

interface Closing extends Acting {
  readonly granted: Granted | undefined
}

/** What the votes come to, once both are given. */
async function close(needs: AirlockNeeds, { release, granted, now, record }: Closing): Promise<Release> {
  const { id, round, files } = release
  const outcome = outcomeOf(votesOf(release))
  if (outcome === null) return release
  if (outcome === 'changes') {
    await record({ type: 'airlock.returned', release: id, round })
    return { ...release, state: 'changes' }
  }
  const over = { ...release, state: outcome, endedAt: now }
  if (outcome === 'refused' || granted === undefined) {
    await record({ type: 'airlock.refused', release: id, round, files: sumsOf(files) })
    return { ...over, state: 'refused' }
  }
  const left = await takeOut(needs.files, over)
  const exact = left.files.reduce((sum, file) => sum + (file.exact?.released?.cells.length ?? 0), 0)
  const permit = permitOf(granted.current)
  const { issuer, publisher } = needs.keys
  const signed = signRecord(recordOf({ ...left, permit }, { issuer, granted, now }), publisher)
  const { effect, bundle, rules } = granted
  const decision = { effect, bundle, rules: [...rules] }
  const entry = { release: id, round, permit, files: sumsOf(left.files), record: signed.sha256, decision }
  await record({ type: 'airlock.released', ...entry, ...(exact > 0 && { exact }) })
  return { ...left, permit, signed }
}

const sumsOf = (files: Release['files']) =>
  files.filter(isSent).map(({ bytes, sha256 }) => ({ bytes, sha256 }))

/** The form of the verdicts as they are sent: what is missing is told by name. */
export const verdictsSent = verdictsForm.partial()
