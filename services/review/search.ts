/** The log as the DPO searches it: found by the index, shown from the log. The index is never trusted. */
import type { readBeside } from '../audit/entry.ts'
import type { AuditLog, Indexed } from '../audit/writer.ts'
import type { Person } from '../identity/person.ts'
import type { AuditFilter, AuditIndex, FoundEntry } from '../store/audit-index.ts'
import { indexedEntry } from './indexing.ts'
import { loggedOf } from './logged.ts'

export interface SearchNeeds {
  readonly audit: AuditLog
  readonly auditIndex: AuditIndex
}

/** One entry, read in the log. */
export interface ShownEntry extends FoundEntry {
  /** Its number among the entries of its project, and among those of its actor in this shard: both without gaps. */
  readonly projectNumber?: number
  readonly actorNumber?: number
  /** What a query was asked for. */
  readonly purpose?: string
}

/** A page of entries, newest first, every one of them read in the log. */
export interface Found {
  readonly entries: readonly ShownEntry[]
  readonly next?: string
  /**
   * Rows of the index that the log contradicts: left out of `entries`, and an `anomaly.raised` in the log. Zero in a sound
   * house; otherwise the index is to be rebuilt.
   */
  readonly contradicted: number
  /** Of a search by project alone: whether the numbers of this page follow each other, so that nothing between is missing. */
  readonly complete?: boolean
}

type ReadBeside = (typeof readBeside)[number]

/**
 * Refusals: INVALID for a cursor that is none, UNAVAILABLE when the index is behind. The reading is itself an entry, which says what
 * else is shown with it.
 */
export async function searchLog(
  needs: SearchNeeds,
  by: Person,
  { beside = [], ...filter }: AuditFilter & { readonly beside?: readonly ReadBeside[] },
): Promise<Found> {
  const { entries, contradicted, next } = await checkedPage(needs, filter)
  const read = { type: 'audit.read', entries: entries.length } as const
  await needs.audit.append({ ...read, ...(beside.length > 0 && { beside: [...beside] }) }, { by })
  return {
    entries,
    contradicted,
    ...(next === undefined ? {} : { next }),
    ...(isByProjectAlone(filter) ? { complete: contradicted === 0 && hasNoGap(entries) } : {}),
  }
}

/** Every page of a search, newest first, each entry read in the log. Who reads them all records it. */
export async function* searchPages(
  needs: SearchNeeds,
  filter: Omit<AuditFilter, 'cursor' | 'limit'>,
): AsyncGenerator<readonly ShownEntry[]> {
  let cursor: string | undefined
  do {
    const page = await checkedPage(needs, {
      ...filter,
      limit: 1_000,
      ...(cursor === undefined ? {} : { cursor }),
    })
    yield page.entries
    cursor = page.next
  } while (cursor !== undefined)
}

async function checkedPage(
  { audit, auditIndex }: SearchNeeds,
  filter: AuditFilter,
): Promise<Pick<Found, 'entries' | 'contradicted' | 'next'>> {
  const page = await auditIndex.search(filter)
  const logged = await loggedOf(audit, page.entries)
  const entries = page.entries.flatMap((row, i) => {
    const entry = logged[i]
    return entry && isSame(row, entry) && isAbout(entry, filter) ? [numbered(row, entry)] : []
  })
  const contradicted = page.entries.length - entries.length
  if (contradicted > 0) await audit.append({ type: 'anomaly.raised', anomaly: 'audit-index' }, {})
  return { entries, contradicted, ...(page.next === undefined ? {} : { next: page.next }) }
}

/** Whether a row of the index says of an entry what the log says. */
function isSame(row: FoundEntry, logged: Indexed): boolean {
  const { ts, actor, datasets, type, outcome, leaf, project, code, rule } = indexedEntry(logged)
  const pairs = [
    [row.ts, new Date(ts).toISOString()],
    [row.actor, actor?.subject ?? null],
    [row.dataset, datasets?.[0]],
    [row.type, type],
    [row.outcome, outcome],
    [row.leaf, leaf],
    [row.project, project],
    [row.code, code],
    [row.rule, rule],
  ]
  return pairs.every(([indexed, said]) => indexed === said)
}

/** Whether the log, too, says that the entry is about the dataset that was asked for: the row shows the first only. */
function isAbout(logged: Indexed, { dataset }: AuditFilter): boolean {
  return dataset === undefined || (indexedEntry(logged).datasets ?? []).includes(dataset)
}

function numbered(row: FoundEntry, { numbers, body }: Indexed): ShownEntry {
  return {
    ...row,
    ...(numbers.project === undefined ? {} : { projectNumber: numbers.project }),
    ...(numbers.actor === undefined ? {} : { actorNumber: numbers.actor }),
    ...(body.type === 'query.intent' ? { purpose: body.purpose } : {}),
  }
}

const pageOnly = new Set(['project', 'cursor', 'limit', 'from', 'to'])

function isByProjectAlone(filter: AuditFilter): boolean {
  return filter.project !== undefined && Object.keys(filter).every((name) => pageOnly.has(name))
}

function hasNoGap(entries: readonly ShownEntry[]): boolean {
  return entries.every(
    ({ projectNumber }, i) => i === 0 || projectNumber === (entries[i - 1]?.projectNumber ?? 0) - 1,
  )
}
