/** What the asker does: opens a release, fills it, asks, answers, takes it back. */
import { randomUUID } from 'node:crypto'
import { lacks } from '../habilitation/lacking.ts'
import type { Person } from '../identity/person.ts'
import { samePerson } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type AirlockNeeds, actOnRelease, findRelease, insistGranted, permitOf } from './act.ts'
import { exactDatasets, insistExactStill } from './exact.ts'
import { lookAtAll } from './look.ts'
import { refused, wrongState } from './refused.ts'
import type { Acted } from './register.ts'
import { hasEnded, isSent, type Release, type State } from './release.ts'

export interface Opening {
  readonly project: string
  readonly title: string
  readonly purpose?: string | undefined
  readonly objective?: string | undefined
}

/** Releases that a person may have open in a project. */
const mostOpen = 20

/** A draft without files. Refusals: those of the rules for who may not ask this project, QUOTA_EXCEEDED. */
export async function openRelease(needs: AirlockNeeds, by: Person, asked: Opening): Promise<Acted> {
  const { register, audit, clock } = needs
  const { project, title } = asked
  const { current, purpose, objective } = insistGranted(needs, by, {
    ...asked,
    current: await needs.permits.current(project),
  })
  const own = (await register.list(project)).filter((one) => samePerson(one.asker, by) && !hasEnded(one))
  if (own.length >= mostOpen) throw refused('QUOTA_EXCEEDED', 'open')
  const now = clock.now()
  const permit = permitOf(current)
  const { issuer, subject } = by
  const release: Release = {
    ...{ v: 1, id: randomUUID(), project, title, purpose, ...(objective !== undefined && { objective }) },
    ...{ asker: { issuer, subject }, session: sessionOf(by), state: 'draft', round: 1, permit },
    ...{ openedAt: now, actedAt: now, askedAt: null, endedAt: null, destroyedAt: null },
    ...{ files: [], reviews: [], answers: [], signed: null },
  }
  const receipt = await audit.append(
    { type: 'airlock.opened', release: release.id, permit },
    { by, project, sealed: { title, purpose, objective } },
  )
  await register.add({ release, receipt })
  return { release, receipt }
}

/** How she came in, for the decision that is made without her before anything leaves. */
function sessionOf({ level, methods, acr, authenticatedAt }: Person): Release['session'] {
  return {
    level,
    methods: [...methods],
    ...(acr !== undefined && { acr }),
    ...(authenticatedAt !== undefined && { authenticatedAt }),
  }
}

/** ROLE for anybody but the asker, WRONG_STATE where it is not her turn. */
export function insistOnAsker(by: Person, release: Release, turns: readonly State[]): void {
  if (!samePerson(by, release.asker)) throw refused('ROLE', 'asker')
  if (!turns.includes(release.state)) throw wrongState(release.state)
}

/**
 * The machine looks at every file, then it is the checkers' turn. Refusals: ROLE, WRONG_STATE, INCOMPLETE for a release without files
 * or with one that was not sent, those of the rules for a permit that does not hold, CONFLICT where a file was changed meanwhile.
 */
export function submitRelease(needs: AirlockNeeds, by: Person, id: string): Promise<Acted> {
  return askAgain(needs, by, { id, from: 'draft' })
}

/** Answers wishes for changes, and asks again: the next round begins. Refusals as of `submitRelease`. */
export function answerRelease(
  needs: AirlockNeeds,
  by: Person,
  { id, text }: { readonly id: string; readonly text: string },
): Promise<Acted> {
  return askAgain(needs, by, { id, from: 'changes', text })
}

interface Asking {
  readonly id: string
  readonly from: 'draft' | 'changes'
  readonly text?: string
}

function askAgain(needs: AirlockNeeds, by: Person, { id, from, text }: Asking): Promise<Acted> {
  return needs.turns.take(async () => {
    const { release } = await findRelease(needs, by, id)
    await insistAskable(needs, by, { release, from })
    const round = text === undefined ? 1 : release.round + 1
    const looked = await lookAtAll(needs, { ...release, round })
    return actOnRelease(needs, { by, id }, async ({ release: before, now, record }) => {
      const { permit } = await insistAskable(needs, by, { release: before, from })
      if (String(hashesOf(before)) !== String(hashesOf(release))) throw refused('CONFLICT', 'changed')
      const files = before.files.filter(isSent).map(({ bytes, sha256 }) => ({ bytes, sha256 }))
      const sum = (weight: 'serious' | 'look') =>
        looked.reduce((all, { found }) => all + (found?.[weight] ?? 0), 0)
      const entry = { release: id, round, permit, files, serious: sum('serious'), look: sum('look') }
      const answers = text === undefined ? before.answers : [...before.answers, { round, text, at: now }]
      const contexts = before.files.map(({ name, context }) => ({ name, context }))
      await record({ type: 'airlock.requested', ...entry }, { contexts, text })
      const asked = { state: 'review', askedAt: now, session: sessionOf(by), permit } as const
      return { ...before, ...asked, round, answers, files: looked }
    })
  })
}

async function insistAskable(
  needs: AirlockNeeds,
  by: Person,
  { release, from }: { readonly release: Release; readonly from: State },
): Promise<Pick<Release, 'permit'>> {
  insistOnAsker(by, release, [from])
  const { project, purpose, objective, files } = release
  const { current } = insistGranted(needs, by, {
    ...{ purpose, objective, datasets: exactDatasets(release) },
    current: await needs.permits.current(project),
  })
  insistExactStill(release, current)
  const unsent = files
    .filter((one) => !isSent(one))
    .map(({ number }) => lacks(`files[${number}]`, 'required'))
  const missing = files.length === 0 ? [lacks('files', 'required')] : unsent
  if (missing.length > 0) throw new Refusal('INCOMPLETE', { rule: 'airlock.files', missing })
  return { permit: permitOf(current) }
}

const hashesOf = ({ files }: Release) => files.map(({ number, sha256 }) => `${number} ${sha256}`)

/** Takes a release back. Refusals: ROLE, WRONG_STATE. */
export function withdrawRelease(needs: AirlockNeeds, by: Person, id: string): Promise<Acted> {
  return actOnRelease(needs, { by, id }, async ({ release, now, record }) => {
    insistOnAsker(by, release, ['draft', 'review', 'changes'])
    await record({ type: 'airlock.withdrawn', release: id, cause: 'asker' })
    return { ...release, state: 'withdrawn', endedAt: now }
  })
}
