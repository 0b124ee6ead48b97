/**
 * Incidents as the log tells them: a start brings a register that is behind, after a crash or on an older database, up to what was
 * recorded. What the log no longer holds stays as the register has it.
 */
import { z } from 'zod'
import type { Indexed } from '../audit/writer.ts'
import { type Incident, incidentFacts } from './incident.ts'
import type { Incidents } from './incidents.ts'
import { entriesOf } from './reports/entries.ts'
import type { SearchNeeds } from './search.ts'

const types = [
  'incident.opened',
  'incident.described',
  'incident.notified',
  'incident.persons',
  'incident.overdue',
  'incident.closed',
] as const

interface Told {
  readonly entry: Indexed
  readonly sealed: unknown
}

/** Puts back every incident of which the log has more acts than the register; how many. */
export async function restoreIncidents(
  needs: SearchNeeds & { readonly incidents: Incidents },
): Promise<number> {
  const known = new Map((await needs.incidents.list()).map((one) => [one.id, one.acts]))
  let restored = 0
  for (const [id, acts] of await actsOf(needs)) {
    if (acts.length <= (known.get(id) ?? 0) || acts[0]?.entry.body.type !== 'incident.opened') continue
    await needs.incidents.restore(acts.reduce(after, begun(id)))
    restored += 1
  }
  return restored
}

/** The acts of each incident in their order. */
async function actsOf(needs: SearchNeeds): Promise<ReadonlyMap<string, readonly Told[]>> {
  const acts = new Map<string, Told[]>()
  for (const type of types) {
    for await (const entry of entriesOf(needs, { type })) {
      if (!('incident' in entry.body)) continue
      const sealed = await needs.audit.unseal(entry.seq, entry.shard)
      const { incident } = entry.body
      acts.set(incident, [...(acts.get(incident) ?? []), { entry, sealed }])
    }
  }
  for (const list of acts.values())
    list.sort((a, b) => a.entry.shard.localeCompare(b.entry.shard) || a.entry.seq - b.entry.seq)
  return acts
}

function begun(id: string): Incident {
  const nothing = { detectedAt: 0, openedAt: 0, openedBy: '', notices: [], overdue: [], acts: 0 }
  return { id, title: id, ...nothing }
}

const sealedWords = z.looseObject({
  title: z.string().exactOptional(),
  text: z.string().exactOptional(),
  delay: z.string().exactOptional(),
  reason: z.string().exactOptional(),
})
/** What was sealed and is erased. */
const gone = '–'

function after(before: Incident, { entry, sealed }: Told): Incident {
  return { ...before, ...changeOf(before, { entry, sealed }), acts: before.acts + 1 }
}

function changeOf(before: Incident, { entry, sealed }: Told): Partial<Incident> {
  const { body, ts, actor, project } = entry
  const [at, by] = [Date.parse(ts), actor?.subject ?? gone]
  const words = sealedWords.safeParse(sealed).data ?? {}
  switch (body.type) {
    case 'incident.opened':
      return {
        ...{ title: words.title ?? before.id, detectedAt: Date.parse(body.detected) },
        ...{ openedAt: at, openedBy: by },
        ...(project !== undefined && { project }),
        ...(body.entry && { entry: body.entry }),
        ...(body.finding !== undefined && { finding: body.finding }),
      }
    case 'incident.described': {
      const { data } = incidentFacts.safeParse(sealed)
      return data === undefined ? {} : { facts: data }
    }
    case 'incident.notified': {
      const { clock, answer } = body
      const { text = gone, delay } = words
      const notice = {
        clock,
        answer,
        at: Date.parse(body.at),
        text,
        by,
        ...(delay !== undefined && { delay }),
      }
      return { notices: [...before.notices.filter((one) => one.clock !== clock), notice] }
    }
    case 'incident.persons':
      return { persons: { decision: body.decision, reason: words.reason ?? gone, at, by } }
    case 'incident.overdue':
      return { overdue: [...before.overdue, body.clock] }
    case 'incident.closed':
      return { closed: { at, by } }
    default:
      return {}
  }
}
