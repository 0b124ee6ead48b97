/**
 * actOn: one command of a person on one request or permit. A crash between entry and row leaves an entry without a row, which
 * the start of the node sees (security.md 4.10); never a row without an entry.
 */
import type { Person } from '../identity/person.ts'
import { parisDay } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import { type ActNeeds, change, withReceipts } from './change.ts'
import { destroyExtract } from './closing.ts'
import type { Command } from './commands.ts'
import type { HabilitationEvent } from './event.ts'
import { entryOf } from './evidence.ts'
import { mayEver, possibleCapacities } from './matrix.ts'
import { readHabilitation } from './read.ts'
import { patched } from './request.ts'
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
  if (!mayEver(needs.rulebook.vocabularies.roles, possibleCapacities(by), asked.type))
    throw new Refusal('ROLE')
  if (asked.type === 'opening') return readHabilitation(needs, by, await open(needs, by, asked.request))
  if (act.id === undefined) throw new Refusal('NOT_FOUND')
  await change(needs, act.id, { by, asked })
  if (asked.type === 'closure') await destroyExtract(needs, by, act.id)
  return readHabilitation(needs, by, act.id)
}

async function open(needs: ActNeeds, by: Person, body: unknown): Promise<string> {
  const request = patched({}, body)
  const { issuer, subject, organisation } = by
  let id = ''
  await withReceipts(needs, async (receipts) => {
    await needs.registry.open(async (next) => {
      const now = needs.clock.now()
      const year = parisDay(now).slice(0, 4)
      id = `D-${year}-${String(await next(`request/${year}`)).padStart(4, '0')}`
      const happening = { type: 'opened', lead: { issuer, subject, organisation }, request } as const
      const event: HabilitationEvent = { v: 1, at: now, by: { issuer, subject, organisation }, ...happening }
      const body = entryOf(happening, { habilitation: id, state: 'draft' })
      const receipt = await needs.audit.append(body, { by, sealed: request })
      receipts.push(receipt)
      return { id, events: [{ event, receipt }] }
    })
  })
  return id
}
