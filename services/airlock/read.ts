/** What people read of releases. Hidden and unknown are the same answer. */
import { publisherOf } from '../habilitation/keys.ts'
import type { Person } from '../identity/person.ts'
import { isoInstant } from '../kernel/clock.ts'
import { sha256 } from '../kernel/hash.ts'
import { type Actor, samePerson } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type AirlockNeeds, aroundOf, findRelease } from './act.ts'
import { crateName, crateText, packedName, recordName, tokenName } from './crate.ts'
import { checkedName, exactName, isExact } from './exact.ts'
import { findingsName, storedName } from './files.ts'
import { type Findings, readFindings, shownPart } from './findings.ts'
import { namelessReview, openRecord, type RecordedReview } from './record.ts'
import { refused, wrongState } from './refused.ts'
import { isSent, limits, type Release, type ReleaseFile, type SentFile, turnOf, votesOf } from './release.ts'
import { insistOnChecker } from './review.ts'
import {
  type Around,
  mayDownload,
  mayReadExact,
  mayReadFiles,
  maySee,
  offeredTo,
  oversees,
  votesFor,
} from './who.ts'
import { zipOf } from './zip.ts'

interface ReviewView extends RecordedReview {
  readonly own: boolean
  /** For who oversees alone. */
  readonly by?: Actor
}

type Exact = NonNullable<ReleaseFile['exact']>

interface FileView extends Omit<ReleaseFile, 'found' | 'exact' | 'checked'> {
  readonly found: Omit<NonNullable<ReleaseFile['found']>, 'sha256'> | null
  /** That withheld cells are asked for, and why; which ones left, once they have. */
  readonly exact?: Pick<Exact, 'justification' | 'released'>
}

/** A release as one person may see it. Instants are UTC ISO 8601. */
export interface ReleaseView
  extends Pick<Release, 'id' | 'project' | 'title' | 'state' | 'round' | 'asker' | 'permit' | 'purpose'> {
  readonly turn: ReturnType<typeof turnOf>
  readonly openedAt: string
  readonly askedAt: string | null
  readonly endedAt: string | null
  readonly destroyedAt: string | null
  readonly files: readonly FileView[]
  readonly votes: { readonly given: number; readonly wanted: number }
  readonly reviews: readonly ReviewView[]
  readonly answers: readonly { readonly round: number; readonly text: string; readonly at: string }[]
  readonly earlier: readonly {
    readonly id: string
    readonly title: string
    readonly endedAt: string | null
  }[]
  readonly offered: readonly string[]
}

const iso = (at: number | null) => (at === null ? null : isoInstant(at))

function viewOf(
  by: Person,
  release: Release,
  around: Around & { readonly earlier: readonly Release[] },
): ReleaseView {
  const { id, project, title, state, round, asker, permit, purpose, answers } = release
  const files = release.files.map((file) => fileView(file, mayReadExact(by, release, around)))
  const isNamed = oversees(by) && !by.roles.includes('checker')
  const reviews = votesFor(by, release, around).map((one) => ({
    ...namelessReview(release, one),
    own: samePerson(one.by, by),
    ...(isNamed && { by: one.by }),
  }))
  return {
    ...{ id, project, title, state, turn: turnOf(release), round, asker, permit, purpose, files, reviews },
    ...{ openedAt: isoInstant(release.openedAt), askedAt: iso(release.askedAt) },
    ...{ endedAt: iso(release.endedAt), destroyedAt: iso(release.destroyedAt) },
    votes: { given: votesOf(release).length, wanted: limits.checkers },
    answers: answers.map(({ at, ...rest }) => ({ ...rest, at: isoInstant(at) })),
    earlier: around.earlier
      .filter((one) => one.id !== id && one.state === 'released')
      .map((one) => ({ id: one.id, title: one.title, endedAt: iso(one.endedAt) })),
    offered: offeredTo(by, release, around),
  }
}

/** What only checkers are told of a file is not even counted for others. */
function fileView({ exact, checked, ...file }: ReleaseFile, isChecker: boolean): FileView {
  const found = (isChecker ? checked : null) ?? file.found
  const { sha256: _, ...counted } = found ?? { sha256: '', serious: 0, look: 0, needsEyes: false }
  const { justification = '', released } = exact ?? {}
  return {
    ...file,
    found: found === null ? null : counted,
    ...(exact && { exact: { justification, ...(released && { released }) } }),
  }
}

/** What an act is answered with: the release after it, as who acted may see it. */
export async function viewAfter(needs: AirlockNeeds, by: Person, release: Release): Promise<ReleaseView> {
  const around = await aroundOf(needs, release)
  return viewOf(by, release, { ...around, earlier: await needs.register.list(release.project) })
}

/** Refusal NOT_FOUND. */
export async function readRelease(needs: AirlockNeeds, by: Person, id: string): Promise<ReleaseView> {
  return viewAfter(needs, by, (await findRelease(needs, by, id)).release)
}

/** Those of a project, or all, that this person may see: what waits for her vote first, the oldest before; then the newest. */
export async function listReleases(
  needs: AirlockNeeds,
  by: Person,
  project?: string,
): Promise<readonly ReleaseView[]> {
  const all = await needs.register.list(project)
  const seen: ReleaseView[] = []
  for (const release of all) {
    const around = await aroundOf(needs, release)
    const earlier = all.filter((one) => one.project === release.project)
    if (maySee(by, release, around) && concerns(by, release, around))
      seen.push(viewOf(by, release, { ...around, earlier }))
  }
  const waits = (one: ReleaseView) => one.offered.includes('review')
  const waiting = seen.filter(waits).sort((a, b) => String(a.askedAt).localeCompare(String(b.askedAt)))
  return [...waiting, ...seen.filter((one) => !waits(one))]
}

/** A checker's list is of what she may vote on, or has; of nobody's else. */
function concerns(by: Person, release: Release, around: Around): boolean {
  if (!by.roles.includes('checker') || mayReadAsOther(by, release, around)) return true
  const isHers = release.reviews.some((one) => samePerson(one.by, by))
  return isHers || offeredTo(by, release, around).includes('review')
}

const mayReadAsOther = (by: Person, release: Release, around: Around) =>
  oversees(by) || maySee({ ...by, roles: [] }, release, around)

interface Part {
  readonly id: string
  readonly number: number
}

/** Who may read what lies in the airlock. Refusals: ROLE, CONFLICT_OF_INTEREST, WRONG_STATE where nobody may any more. */
async function insistFile(
  needs: AirlockNeeds,
  by: Person,
  { id, number }: Part,
): Promise<{ readonly release: Release; readonly file: SentFile; readonly isChecker: boolean }> {
  const { release, around } = await findRelease(needs, by, id)
  if (!mayReadFiles(by, release, around)) {
    if (!samePerson(by, release.asker)) insistOnChecker(by, release, around)
    throw wrongState(release.state)
  }
  const file = release.files.find((one) => one.number === number)
  if (file === undefined || !isSent(file)) throw new Refusal('NOT_FOUND', { rule: 'airlock.file' })
  return { release, file, isChecker: mayReadExact(by, release, around) }
}

/** The bytes of a file, once the log knows who reads it; for its checkers with the withheld cells that it asks for. Refusals: NOT_FOUND, ROLE, CONFLICT_OF_INTEREST, WRONG_STATE. */
export async function readReleaseFile(
  needs: AirlockNeeds,
  by: Person,
  part: Part,
): Promise<SentFile & { readonly content: Buffer }> {
  const { release, file, isChecker } = await insistFile(needs, by, part)
  if (isChecker && isExact(file) && file.exact.released === undefined) {
    const content = await needs.files.read(release.id, exactName(file), file.exact.table)
    await recordRead(needs, by, { release, file, part: 'exact' })
    return { ...file, sha256: file.exact.table, content }
  }
  const content = await needs.files.read(release.id, storedName(file), file.sha256)
  await recordRead(needs, by, { release, file, part: 'file' })
  return { ...file, content }
}

/** What the machine found in a file when it was asked. Refusals as of the file; NOT_FOUND before it was asked. */
export async function readReleaseFindings(needs: AirlockNeeds, by: Person, part: Part): Promise<Findings> {
  const { release, file, isChecker } = await insistFile(needs, by, part)
  if (file.found === null) throw new Refusal('NOT_FOUND', { rule: 'airlock.findings' })
  if (isChecker && file.checked) {
    const name = checkedName(file, release.round)
    const checked = await needs.files.read(release.id, name, file.checked.sha256)
    await recordRead(needs, by, { release, file, part: isExact(file) ? 'exact-findings' : 'findings' })
    return shownPart(readFindings(checked))
  }
  const bytes = await needs.files.read(release.id, findingsName(file, release.round), file.found.sha256)
  await recordRead(needs, by, { release, file, part: 'findings' })
  return shownPart(readFindings(bytes))
}

async function recordRead(
  { audit }: Pick<AirlockNeeds, 'audit'>,
  by: Person,
  read: {
    readonly release: Release
    readonly file: SentFile
    readonly part: 'file' | 'findings' | 'exact' | 'exact-findings'
  },
): Promise<void> {
  const { release, file, part } = read
  const { number, bytes, sha256: hash } = file
  const entry = {
    type: 'airlock.read',
    release: release.id,
    file: number,
    part,
    bytes,
    sha256: hash,
  } as const
  await audit.append(entry, { by, project: release.project })
}

/** The signed record of what left. Refusals: NOT_FOUND, WRONG_STATE before it left. */
export async function readRecord(needs: AirlockNeeds, by: Person, id: string) {
  const { release } = await findRelease(needs, by, id)
  const signed = signedOf(release)
  return { record: openRecord(signed.jws, publisherOf(needs.keys)), ...signed }
}

function signedOf({ signed, state }: Release): NonNullable<Release['signed']> {
  if (signed === null) throw wrongState(state)
  return signed
}

/** What left, with its record, as a ZIP, once the log knows who takes it. Refusals: NOT_FOUND, ROLE for anybody but the asker and the lead, WRONG_STATE before it left. */
export async function packRelease(needs: AirlockNeeds, by: Person, id: string): Promise<Buffer> {
  const { release, around } = await findRelease(needs, by, id)
  if (!mayDownload(by, release, around)) throw refused('ROLE', 'package')
  const { jws } = signedOf(release)
  const record = openRecord(jws, publisherOf(needs.keys))
  const files = await Promise.all(
    release.files.filter(isSent).map(async (file) => ({
      path: packedName(file.name),
      content: await needs.files.read(id, storedName(file), file.sha256),
    })),
  )
  const texts = [
    [recordName, `${JSON.stringify(record, null, 2)}\n`],
    [tokenName, jws],
    [crateName, crateText(release)],
  ] as const
  const members = [...files, ...texts.map(([path, text]) => ({ path, content: Buffer.from(text) }))]
  const packed = zipOf(members, release.endedAt ?? release.actedAt)
  const entry = {
    type: 'airlock.delivered',
    release: id,
    bytes: packed.length,
    sha256: sha256(packed),
  } as const
  await needs.audit.append(entry, { by, project: release.project })
  return packed
}
