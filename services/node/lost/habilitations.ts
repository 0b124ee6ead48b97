/** Entries about requests and permits that have no row: redone where they restrict, left to a human where they permit. */
import { entryShapes } from '../../audit/entry.ts'
import type { Indexed } from '../../audit/writer.ts'
import type { HabilitationEvent, Happening } from '../../habilitation/event.ts'
import { fold } from '../../habilitation/fold.ts'
import { type Recorded, type RecordedEvent, standInRole } from '../../habilitation/recorded.ts'
import { type HabilitationEntry, heldShut, isHabilitationEntry, redoneBy } from '../../habilitation/redo.ts'
import type { Registry } from '../../habilitation/registry.ts'
import { abortedIn, inOrder, type LogReading, leave, originOf, placeName, placesOf } from './entries.ts'

/** What became of one entry that had no row. */
export interface Finding {
  readonly shard: string
  readonly seq: number
  readonly type: string
  /** Of a request, a dataset, a session or a token: never of a person. */
  readonly of: string
  /** Done again; done again as a suspension of the whole; not done again, for a human to look at. */
  readonly outcome: 'redone' | 'held' | 'left'
}

export interface HabilitationRows extends LogReading {
  readonly recorded: Recorded
  readonly registry: Pick<Registry, 'list' | 'read' | 'begun' | 'finish' | 'forget'>
}

/** Goes through them, the oldest first; a second time there is nothing to do. */
export async function redoHabilitations(
  needs: HabilitationRows,
  events: readonly RecordedEvent[],
): Promise<readonly Finding[]> {
  const known = new Set(events.map(({ log, seq }) => `${log} ${seq}`))
  const types = Object.keys(entryShapes()).filter((type) => type.startsWith('habilitation.'))
  const places = (await Promise.all(types.map((type) => placesOf(needs, { type })))).flat().sort(inOrder)
  const lost = places.filter(({ shard, seq }) => !known.has(`${originOf(needs, shard)} ${seq}`))
  const aborted = lost.length === 0 ? new Set<string>() : await abortedIn(needs)
  const findings: Finding[] = []
  for (const place of lost.filter((one) => !aborted.has(placeName(one)))) {
    const entry = await needs.audit.entry(place.seq, place.shard)
    if (entry !== null && isHabilitationEntry(entry.body))
      findings.push(await redoOne(needs, entry, entry.body))
  }
  return findings
}

async function redoOne(needs: HabilitationRows, entry: Indexed, body: HabilitationEntry): Promise<Finding> {
  const { shard, seq, project } = entry
  // A new request under an old number would get what is left of the other one.
  for (const id of [body.habilitation, ...(project === undefined ? [] : [project])])
    await needs.recorded.reserve(id)
  let added: Happening | null = null
  const isRedone = await needs.recorded.redo(
    { id: body.habilitation, log: originOf(needs, shard), seq },
    (stored) => {
      added = redoneBy(stored, body, reasonOf(entry))
      return added === null ? null : eventOf(added, entry)
    },
  )
  if (!isRedone) await leave(needs, entry)
  const outcome = isRedone ? (isStandIn(added) ? 'held' : 'redone') : 'left'
  return { shard, seq, type: body.type, of: body.habilitation, outcome }
}

function isStandIn(happening: Happening | null): boolean {
  return happening?.type === 'suspended' && happening.role === standInRole
}

function eventOf(happening: Happening, { ts }: Indexed): HabilitationEvent {
  return { v: 1, at: Date.parse(ts), by: null, ...happening }
}

const reasonOf = ({ seq, body }: Indexed): string =>
  `La base restaurée ne connaît pas l’entrée ${seq} du journal (${body.type}) : à reprendre par une personne. / The restored database does not know entry ${seq} of the log: for a person to take up.`

/** Suspends every project that reads one of these datasets, in the name of an entry whose content is lost. */
export async function holdProjects(
  needs: HabilitationRows,
  entry: Indexed,
  { datasets, events }: { readonly datasets: ReadonlySet<string>; readonly events: readonly RecordedEvent[] },
): Promise<readonly Finding[]> {
  const log = originOf(needs, entry.shard)
  const held = new Set(events.filter((one) => one.log === log && one.seq === entry.seq).map(({ id }) => id))
  const findings: Finding[] = []
  for (const { id, events: own } of await needs.registry.list()) {
    const reads = (fold(id, own).request.lines ?? []).some(({ dataset }) => datasets.has(dataset))
    if (!reads || held.has(id)) continue
    const isHeld = await needs.recorded.redo({ id, log, seq: entry.seq }, (stored) => {
      const happening = heldShut(stored, reasonOf(entry))
      return happening === null ? null : eventOf(happening, entry)
    })
    const { shard, seq, body } = entry
    if (isHeld) findings.push({ shard, seq, type: body.type, of: id, outcome: 'held' })
  }
  return findings
}
