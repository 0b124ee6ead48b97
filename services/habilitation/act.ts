/**
 * actOn: one command of a person on one request or permit. A crash between entry and row leaves an entry without a row, which
 * the start of the node sees (security.md 4.10); never a row without an entry.
 */
import { z } from 'zod'
import type { Person } from '../identity/person.ts'
import { parisDay } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type ActNeeds, change, withReceipts } from './change.ts'
import { destroyExtract } from './closing.ts'
import type { Command } from './commands.ts'
import { escalated } from './escalation.ts'
import type { HabilitationEvent } from './event.ts'
import { entryOf } from './evidence.ts'
import { copyOf } from './form/seen.ts'
import { mayEver, notTheirs, possibleCapacities } from './matrix.ts'
import { readBody, readHabilitation } from './read.ts'
import type { Addition } from './registry.ts'
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
  await withReceipts(needs, async (receipts) => {
    await needs.registry.open(async (next) => {
      const now = needs.clock.now()
      const year = parisDay(now).slice(0, 4)
      id = `D-${year}-${String(await next(`request/${year}`)).padStart(4, '0')}`
      const events: Addition['events'][number][] = []
      for (const happening of [first, ...escalated(request, facts)]) {
        const event: HabilitationEvent = { v: 1, at: now, by: actor, ...happening }
        const entry = entryOf(happening, { habilitation: id, state: 'draft' })
        const receipt = await needs.audit.append(entry, {
          by,
          ...(happening === first && { sealed: request }),
        })
        receipts.push(receipt)
        events.push({ event, receipt })
      }
      return { id, events }
    })
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
