/**
 * Acts on requests and permits that a stop cut between the log and their rows (docs/decisions/0029). One of which every entry stands is
 * finished: it was decided by those whom the rules ask, under their guards, and what it says was kept word for word before the log said
 * it. Of one that lacks entries, what restricts is kept as far as it stands, and of anything else the log says that it came to nothing:
 * its caller was told nothing. An older database gains nothing here: what came later was not begun in it, and is judged as before.
 */
import type { Indexed } from '../../audit/writer.ts'
import type { RecordedEvent } from '../../habilitation/recorded.ts'
import { sealedHash } from '../../habilitation/recording.ts'
import { mayRestrict } from '../../habilitation/redo.ts'
import type { BegunAct } from '../../habilitation/rows.ts'
import { canonical } from '../../kernel/hash.ts'
import { samePerson } from '../../kernel/id.ts'
import { abortedIn, inOrder, leave, originOf, placeName, placesOf } from './entries.ts'
import type { Finding, HabilitationRows } from './habilitations.ts'

/** Goes through them, the oldest first; afterwards nothing is begun. */
export async function endBegunActs(
  needs: HabilitationRows,
  events: readonly RecordedEvent[],
): Promise<readonly Finding[]> {
  const acts = await needs.registry.begun()
  if (acts.length === 0) return []
  const spoken = new Set(events.map(({ log, seq }) => `${log} ${seq}`))
  const aborted = await abortedIn(needs)
  const isAlone = (entry: Indexed) =>
    !(spoken.has(`${originOf(needs, entry.shard)} ${entry.seq}`) || aborted.has(placeName(entry)))
  const findings: Finding[] = []
  for (const act of acts) {
    const entries = await entriesOfAct(needs, act, isAlone)
    for (const entry of entries) spoken.add(`${originOf(needs, entry.shard)} ${entry.seq}`)
    findings.push(...(await endAct(needs, act, entries)))
  }
  return findings
}

async function endAct(
  needs: HabilitationRows,
  act: BegunAct,
  entries: readonly Indexed[],
): Promise<readonly Finding[]> {
  const stored = await needs.registry.read(act.stream)
  const isNext = (stored?.events.length ?? 0) === act.before
  const isKept = entries.length === act.entries.length || entries.some(({ body }) => mayRestrict(body))
  const isFinished = isNext && isKept && entries.length > 0
  if (isFinished) {
    const places = entries.map(({ shard, seq }) => ({ log: originOf(needs, shard), seq }))
    await needs.registry.finish(act, places)
  } else {
    for (const entry of entries) await leave(needs, entry)
    await needs.registry.forget(act)
  }
  const outcome = isFinished ? 'redone' : 'left'
  return entries.map(({ shard, seq, body }) => ({ shard, seq, type: body.type, of: act.stream, outcome }))
}

/** Its entries that have no row, from its first one on: said by the same person, with the same command sealed beside, word for word. */
async function entriesOfAct(
  needs: HabilitationRows,
  act: BegunAct,
  isAlone: (entry: Indexed) => boolean,
): Promise<readonly Indexed[]> {
  const types = [...new Set(act.entries.map(({ type }) => type))]
  const places = (await Promise.all(types.map((type) => placesOf(needs, { type })))).flat()
  const found: Indexed[] = []
  for (const { seq, shard } of places.sort(inOrder)) {
    const awaited = act.entries[found.length]
    if (awaited === undefined) break
    const entry = await needs.audit.entry(seq, shard)
    if (entry === null || !saysSame(entry, awaited) || !isAlone(entry)) continue
    if (found.length > 0 || (await isSaidBy(needs, entry, act))) found.push(entry)
  }
  return found
}

function saysSame({ body }: Indexed, awaited: BegunAct['entries'][number]): boolean {
  return canonical(body) === canonical(awaited)
}

async function isSaidBy({ audit }: HabilitationRows, entry: Indexed, act: BegunAct): Promise<boolean> {
  if (entry.actor === undefined || !samePerson(entry.actor, act.by)) return false
  return sealedHash(await audit.unseal(entry.seq, entry.shard)) === act.sealedSha256
}
