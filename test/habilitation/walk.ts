/** The ordinary walk of a request, act by act, as the contract tells it. */
import { actOn } from '../../services/habilitation/act.ts'
import type { Command } from '../../services/habilitation/commands.ts'
import type { HabilitationView } from '../../services/habilitation/view.ts'
import { leastBody, person, type Room } from './fixtures.ts'

export type Step = readonly [who: string, command: Exclude<Command, { type: 'opening' }>]

export const steps: readonly Step[] = [
  ['paul', { type: 'submission' }],
  ['lucie', { type: 'completeness', complete: true }],
  ['rouen', { type: 'countersignatures', dataset: 'pmsi-demo', decision: 'accept' }],
  ['claire', { type: 'decision', decision: 'grant', reasons: 'Complet.', conditions: [] }],
  ['yves', { type: 'confirmation' }],
  ['paul', { type: 'acceptance' }],
]

export async function opened(room: Room, body: unknown = leastBody): Promise<string> {
  const { id } = await actOn(room, person('paul'), { command: { type: 'opening', request: body } })
  return id
}

export function act(room: Room, id: string, [who, command]: Step): Promise<HabilitationView> {
  return actOn(room, person(who), { id, command })
}

/** Opens a request and walks it up to the act named, this one included. */
export async function walked(room: Room, last: string, body: unknown = leastBody): Promise<string> {
  const id = await opened(room, body)
  for (const step of steps) {
    await act(room, id, step)
    if (step[1].type === last) return id
  }
  throw new Error(`the walk has no ${last}`)
}

/** A granted request, and its project. */
export async function granted(
  room: Room,
  body: unknown = leastBody,
): Promise<{ id: string; project: string }> {
  const id = await walked(room, 'acceptance', body)
  const { events } = (await room.registry.read(id)) ?? { events: [] }
  const project = events.flatMap((event) => (event.type === 'granted' ? [event.project] : []))[0]
  if (project === undefined) throw new Error('not granted')
  return { id, project }
}
