/** Entries of the log by their type, found through the search index and read from the log itself, which alone is believed. */
import { hostOf } from '../../audit/home.ts'
import type { AuditLog, Indexed } from '../../audit/writer.ts'
import type { AuditIndex } from '../../store/audit-index.ts'

export interface LogReading {
  readonly audit: Pick<AuditLog, 'entry' | 'origin' | 'shards' | 'size' | 'unseal' | 'append'>
  readonly auditIndex: Pick<AuditIndex, 'search'>
}

export interface FoundPlace {
  readonly shard: string
  readonly seq: number
}

/** Where the entries of one type are, the oldest first; from an instant in ms, or all of them. */
export async function placesOf(
  { auditIndex }: Pick<LogReading, 'auditIndex'>,
  { type, from }: { readonly type: string; readonly from?: number },
): Promise<readonly FoundPlace[]> {
  const places: FoundPlace[] = []
  let cursor: string | undefined
  do {
    const page = await auditIndex.search({
      ...{ type, limit: 1_000 },
      ...(from !== undefined && { from }),
      ...(cursor !== undefined && { cursor }),
    })
    places.push(...page.entries.map(({ shard, seq }) => ({ shard, seq })))
    cursor = page.next
  } while (cursor !== undefined)
  return places.sort(inOrder)
}

export function inOrder(a: FoundPlace, b: FoundPlace): number {
  return a.shard === b.shard ? a.seq - b.seq : a.shard < b.shard ? -1 : 1
}

/** The entries of one type, the oldest first. What the log does not have in that place is left out. */
export async function* entriesOf(
  reading: LogReading,
  asked: { readonly type: Indexed['body']['type']; readonly from?: number },
): AsyncGenerator<Indexed> {
  for (const { shard, seq } of await placesOf(reading, asked)) {
    const entry = await reading.audit.entry(seq, shard)
    if (entry?.body.type === asked.type) yield entry
  }
}

/** Entries that the log itself says came to nothing, as `placeName` names them. */
export async function abortedIn(reading: LogReading): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  for await (const { shard, body } of entriesOf(reading, { type: 'state.aborted' }))
    if (body.type === 'state.aborted') names.add(placeName({ shard, seq: body.of }))
  return names
}

export const placeName = ({ shard, seq }: FoundPlace): string => `${shard}/${seq}`

/** The origin of one shard of this log. */
export function originOf({ audit }: Pick<LogReading, 'audit'>, shard: string): string {
  return `${hostOf(audit.origin)}/audit/${shard}`
}

/** The log says that this act came to nothing. Of a former year it cannot be said any more: it is found again at each start. */
export async function leave({ audit }: LogReading, { shard, seq, project }: Indexed): Promise<void> {
  if (shard !== audit.shards.at(-1)) return
  await audit.append({ type: 'state.aborted', of: seq }, project === undefined ? {} : { project })
}
