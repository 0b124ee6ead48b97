/**
 * actOn: one command of a person on one request or permit. A crash between entry and row leaves an act that was begun, which the start
 * of the node ends (security.md 4.10); never a row without an entry.
 */
import { z } from 'zod'
import type { Person } from '../identity/person.ts'
import { parisDay } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type ActNeeds, change } from './change.ts'
import { destroyExtract } from './closing.ts'
import type { Command } from './commands.ts'
import { escalated } from './escalation.ts'
import type { HabilitationEvent } from './event.ts'
import { entryOf } from './evidence.ts'
import { copyOf } from './form/seen.ts'
import { mayEver, notTheirs, possibleCapacities } from './matrix.ts'
import { readBody, readHabilitation } from './read.ts'
import { recordAct } from './recording.ts'
import { type Body, patched } from './request.ts'
import { factsFor } from './surroundings.ts'
import type { HabilitationView } from './view.ts'

export interface Act {
  /** Absent for `opening` only. */
  readonly id?: string
  readonly command: Command
}

/**
 * Carries out one command and gives back the request as this person sees it. Refusals: ROLE before anything is looked up,
 * NOT_FOUND, then those of `command`. When it resolves, entry and row are durable and the effects have begun; of a
 * closure, the extract and its keys are gone.
 */
export async function actOn(needs: ActNeeds, by: Person, act: Act): Promise<HabilitationView> {
  const asked = act.command
  const { roles } = needs.rulebook.vocabularies
  if (!mayEver(roles, possibleCapacities(by), asked.type)) throw notTheirs(roles, asked.type)
  if (asked.type === 'opening') return readHabilitation(needs, by, await open(needs, by, asked.request))
  if (act.id === undefined) throw new Refusal('NOT_FOUND')
  await change(needs, act.id, { by, asked })
  if (asked.type === 'closure') await destroyExtract(needs, by, act.id)
  return readHabilitation(needs, by, act.id)
}

async function open(needs: ActNeeds, by: Person, asked: unknown): Promise<string> {
  const { request, copiedFrom } = await begun(needs, by, asked)
  const { issuer, subject, organisation } = by
  const facts = await factsFor(needs, [request])
  const actor = { issuer, subject, organisation }
  const first = {
    type: 'opened',
    lead: actor,
    request,
    ...(copiedFrom !== undefined && { copiedFrom }),
  } as const
  let id = ''
  await needs.registry.open(async (next) => {
    const now = needs.clock.now()
    const year = parisDay(now).slice(0, 4)
    id = `D-${year}-${String(await next(`request/${year}`)).padStart(4, '0')}`
    const steps = [first, ...escalated(request, facts)].map((happening) => ({
      event: { v: 1, at: now, by: actor, ...happening } satisfies HabilitationEvent,
      entry: entryOf(happening, { habilitation: id, state: 'draft' }),
      about: {},
    }))
    await recordAct(needs, { id, events: [] }, { by, asked: request, steps })
  })
  return id
}

/** A blank request, or a copy of an older one that this person may read, with what is sent beside on top. */
async function begun(
  needs: ActNeeds,
  by: Person,
  asked: unknown,
): Promise<{ readonly request: Body; readonly copiedFrom?: string }> {
  const { copyOf: copiedFrom, ...patch } = z
    .looseObject({ copyOf: z.string().max(100).optional() })
    .catch({})
    .parse(asked)
  if (copiedFrom === undefined) return { request: patched({}, asked) }
  const before = await readBody(needs, by, copiedFrom)
  return { request: patched(copyOf(before), patch), copiedFrom }
}
