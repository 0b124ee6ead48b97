/**
 * Whether database and log are of one history: a row whose entry is not in this log, or says something else there, is of another one,
 * and nothing can be mended from here (exit 75).
 */
import { entryTypeOf } from '../../habilitation/evidence.ts'
import type { RecordedEvent } from '../../habilitation/recorded.ts'
import { isHabilitationEntry } from '../../habilitation/redo.ts'
import { StartError } from '../listening.ts'
import { type LogReading, originOf } from './entries.ts'

/** So many of the newest rows are held against the log at each start: two histories part at their ends. */
const compared = 1_000

export interface Rows {
  readonly events: readonly RecordedEvent[]
  /** The highest entries of the current shard that rows know. */
  readonly others: readonly (number | null)[]
}

/** StartError, status 75. */
export async function insistOnOneHistory(reading: LogReading, { events, others }: Rows): Promise<void> {
  const { audit } = reading
  const known = new Map(audit.shards.map((shard) => [originOf(reading, shard), shard]))
  const last = Math.max(-1, ...others.map((one) => one ?? -1))
  if (last >= audit.size) throw apart(`la base connaît l’entrée ${last}, le journal en a ${audit.size}`)
  // Years that are gone by the rule of retention leave their rows behind.
  const kept = audit.shards[0] ?? ''
  const absent = events.find(({ log }) => !known.has(log) && log.slice(-4) >= kept)
  if (absent !== undefined) throw apart(`la base connaît le journal ${absent.log}, qui n’est pas là`)
  for (const event of events.filter(({ log }) => known.has(log)).slice(-compared)) {
    const entry = await audit.entry(event.seq, known.get(event.log))
    if (entry !== null && isOf(event, entry.body)) continue
    throw apart(`la ligne de l’entrée ${event.seq} de ${event.log} dit autre chose qu’elle`)
  }
}

type Body = Parameters<typeof isHabilitationEntry>[0]

function isOf({ id, type, isStandIn }: RecordedEvent, body: Body): boolean {
  if (!isHabilitationEntry(body)) return isStandIn && body.type === 'opt-out.registered'
  return body.habilitation === id && (isStandIn || entryTypeOf(type) === body.type)
}

function apart(what: string): StartError {
  return new StartError(`${what} : l’un des deux n’est pas le bon`, 75)
}
