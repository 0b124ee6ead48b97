/** What time ends, and what ends with it: expiries written down, extracts destroyed and certified (governance.md 5.6). */
import type { Person } from '../identity/person.ts'
import { Refusal } from '../kernel/refusal.ts'
import { certificateOf, signCertificate } from './certificate.ts'
import { type ActNeeds, change } from './change.ts'
import { fold } from './fold.ts'
import { stateAt } from './lifetime.ts'
import type { Habilitation } from './state.ts'

/** Writes down what time has ended since; the answers of `decide` do not wait for it. Returns how many. */
export async function recordExpiries(needs: ActNeeds, system: Person): Promise<number> {
  const all = await needs.registry.list()
  const now = needs.clock.now()
  const over = all.filter(({ id, events }) => isOver(fold(id, events), now))
  for (const { id } of over) {
    const asked = { type: 'expiry' } as const
    await change(needs, id, { by: system, asked, asSystem: true }).catch(ignoreWrongState)
  }
  return over.length
}

/** Somebody was quicker: what was to be written stands already. */
function ignoreWrongState(error: unknown): void {
  if (!(error instanceof Refusal && error.code === 'WRONG_STATE')) throw error
}

function isOver(habilitation: Habilitation, now: number): boolean {
  const state = stateAt(habilitation, now)
  return state !== habilitation.stored && ['lapsed', 'withdrawn', 'expired'].includes(state)
}

/** Destroys again what a crash kept from being destroyed, or from being certified. Returns how many. */
export async function finishClosings(needs: ActNeeds, system: Person): Promise<number> {
  const all = await needs.registry.list()
  const open = all.filter(({ id, events }) => {
    const { stored, certificate } = fold(id, events)
    return stored === 'closing' && certificate === undefined
  })
  for (const { id } of open) await destroyExtract(needs, system, id)
  return open.length
}

/** Destroys again what a crash kept of lines that were taken back. */
export async function finishRecalls({ registry, permits, effects }: ActNeeds): Promise<void> {
  for (const { id, events } of await registry.list()) {
    const { project, closedLines, stored } = fold(id, events)
    if (project === undefined || closedLines.length === 0 || isDestroyed(stored)) continue
    const current = await permits.current(project).catch(invalidIsNull)
    if (current !== null) for (const dataset of closedLines) await effects.shred(current, dataset)
  }
}

/** A permit whose signature is not good stops its own project, and nothing else. */
function invalidIsNull(error: unknown): null {
  if (error instanceof Refusal && error.code === 'PERMIT_INVALID') return null
  throw error
}

function isDestroyed(stored: Habilitation['stored']): boolean {
  return stored === 'closing' || stored === 'closed'
}

/** Destroys the extract and the keys of a request that is closing, then signs and records the certificate. */
export async function destroyExtract(needs: ActNeeds, by: Person, id: string): Promise<void> {
  const stored = await needs.registry.read(id)
  const habilitation = stored && fold(id, stored.events)
  if (!habilitation?.project) throw new Refusal('NOT_FOUND')
  const destroyed = await needs.effects.destroy(habilitation.project)
  const content = certificateOf(habilitation, destroyed, {
    issuer: needs.keys.issuer,
    now: needs.clock.now(),
  })
  const asked = { type: 'shredding', certificate: signCertificate(content, needs.keys.operator) } as const
  await change(needs, id, { by, asked, asSystem: true }).catch(ignoreWrongState)
}
