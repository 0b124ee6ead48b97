/** What time ends: releases that nobody goes on with, and the files of those that did not leave. */
import type { Person } from '../identity/person.ts'
import type { AirlockNeeds } from './act.ts'
import { hasEnded, isSent, limits, type Release, turnOf } from './release.ts'

const dayMs = 86_400_000

/** Withdraws what waits for its asker for too long, and destroys what did not leave, with its key; a second time there is nothing to do. */
export async function passAirlockTime(
  needs: Pick<AirlockNeeds, 'audit' | 'clock' | 'files' | 'register'>,
  by: Person,
): Promise<void> {
  const now = needs.clock.now()
  for (const release of await needs.register.list()) {
    if (isIdle(release, now)) await withdraw(needs, by, release.id)
    else if (isOver(release, now)) await destroy(needs, by, release.id)
  }
}

function isIdle(release: Release, now: number): boolean {
  return turnOf(release) === 'asker' && now >= release.actedAt + limits.idleDays * dayMs
}

function isOver(release: Release, now: number): boolean {
  const { state, endedAt, destroyedAt } = release
  const isKept = state === 'released' || !hasEnded(release) || destroyedAt !== null
  return !isKept && now >= (endedAt ?? now) + limits.quarantineDays * dayMs
}

type Needs = Parameters<typeof passAirlockTime>[0]

async function withdraw({ audit, clock, register }: Needs, by: Person, id: string): Promise<void> {
  await register.change(id, async (release) => {
    const now = clock.now()
    const about = { by, project: release.project }
    const receipt = await audit.append({ type: 'airlock.withdrawn', release: id, cause: 'time' }, about)
    return { release: { ...release, state: 'withdrawn', endedAt: now, actedAt: now }, receipt }
  })
}

/** The key first: from then on the files lead to nothing, whatever happens to this process. */
async function destroy({ audit, clock, files, register }: Needs, by: Person, id: string): Promise<void> {
  await files.destroy(id)
  await register.change(id, async (release) => {
    const gone = release.files.filter(isSent).map(({ bytes, sha256: hash }) => ({ bytes, sha256: hash }))
    const entry = { type: 'airlock.destroyed', release: id, files: gone } as const
    const receipt = await audit.append(entry, { by, project: release.project })
    return { release: { ...release, destroyedAt: clock.now() }, receipt }
  })
}
