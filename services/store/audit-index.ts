/** The search projection of the audit log: rebuilt from it, never trusted. The evidence is the log. */
import type { Closable } from '../kernel/id.ts'
import type { Log } from '../kernel/log.ts'
import { Refusal } from '../kernel/refusal.ts'
import { hasCode } from '../kernel/system-error.ts'
import {
  type Activity,
  type AuditStatistics,
  activity,
  byDataset,
  type DatasetEntries,
  type LastQuestion,
  lastQuestions,
  type MonthlyEntries,
  monthly,
  type Outcome,
  type Period,
  type ReleasesOfMonth,
  releases,
  statistics,
} from './audit-figures.ts'
import { batchSize, openIndexQueue } from './index-queue.ts'
import { remakeTables } from './remake.ts'
import { type Database, rawSql, type Store } from './store.ts'

/** What the index keeps of one entry of the log. */
export interface IndexedEntry {
  readonly shard: string
  readonly seq: number
  /** Instant in ms. */
  readonly ts: number
  readonly type: string
  readonly outcome: Outcome
  /** The pseudonym of the log; with issuer and subject where they are known, so that the DPO can read it. */
  readonly actor?: { readonly ps: string; readonly issuer?: string; readonly subject?: string }
  readonly project?: string
  /** All it is about; the first is shown. */
  readonly datasets?: readonly string[]
  readonly code?: string
  readonly rule?: string
  /** Leaf hash, hexadecimal. */
  readonly leaf: string
}

/** All members together (and). `from` is included, `to` is not; both in ms. */
export interface AuditFilter {
  readonly project?: string
  readonly dataset?: string
  readonly code?: string
  readonly rule?: string
  /** A subject. */
  readonly actor?: string
  readonly type?: string
  readonly outcome?: Outcome
  readonly from?: number
  readonly to?: number
  /** `next` of an earlier page; INVALID when it is not one. */
  readonly cursor?: string
  /** 1 to 1 000; default 100. */
  readonly limit?: number
}

/** One line of an answer; `actor` is a subject, or null when nobody acted or the pseudonym is not resolved. */
export interface FoundEntry {
  readonly shard: string
  readonly seq: number
  /** ISO instant in UTC. */
  readonly ts: string
  readonly type: string
  readonly outcome: Outcome
  readonly actor: string | null
  readonly project?: string
  readonly dataset?: string
  readonly code?: string
  readonly rule?: string
  readonly leaf: string
}

export interface AuditIndex extends Closable {
  /** Takes one durable entry; returns at once and writes in batches. Adding an entry again changes nothing. */
  add(entry: IndexedEntry): void
  /** Resolves when every entry added so far is in the table. UNAVAILABLE when the database is not there. */
  flush(): Promise<void>
  /** Newest first; sees every entry added before the call. `next` is there when more follow. */
  search(filter: AuditFilter): Promise<{ entries: readonly FoundEntry[]; next?: string }>
  /** Days are those of Europe/Paris. */
  statistics(period: Period): Promise<AuditStatistics>
  /** What happened, hour by hour: what anomalies are looked for in. */
  activity(period: Period): Promise<readonly Activity[]>
  /** Answers given, month by month: what the volume of a month is compared with. */
  releases(period: Period): Promise<readonly ReleasesOfMonth[]>
  /** Entries of a period by month of Paris, project and type: all of them, whatever their number. */
  monthly(period: Period): Promise<readonly MonthlyEntries[]>
  /** Entries of a period by each dataset that they are about, and type. */
  byDataset(period: Period): Promise<readonly DatasetEntries[]>
  /** Of each person who ever asked the data of a project, the last day. */
  lastQuestions(project: string): Promise<readonly LastQuestion[]>
  /** The highest seq of each shard that is there from its first entry on; what lies behind the log is to be added again. */
  head(): Promise<ReadonlyMap<string, number>>
  /** Empties the index and fills it from the log. The persons behind the pseudonyms stay. */
  rebuild(entries: Iterable<IndexedEntry> | AsyncIterable<IndexedEntry>): Promise<void>
}

/** Rule of the refusal of an index that is not there, or not whole: `reindex` makes it again. */
export const indexGone = 'store.index-gone'

type Entries = Iterable<IndexedEntry> | AsyncIterable<IndexedEntry>

export function openAuditIndex(store: Store, log: Log): AuditIndex {
  const { db } = store
  const queue = openIndexQueue((batch: readonly IndexedEntry[]) => insert(db, batch), log)
  let newest: IndexedEntry | undefined
  /** Sees every entry added before; an index that is gone, or of which the beginning or the end is, answers nothing. */
  async function read<T>(ask: () => Promise<T>): Promise<T> {
    try {
      await queue.flush()
      if (newest !== undefined) await insistWhole(db, newest)
      return await ask()
    } catch (error) {
      throw asUnavailable(error)
    }
  }
  return {
    add: (entry) => {
      newest = entry
      queue.add(entry)
    },
    flush: queue.flush,
    search: (filter) => read(() => search(db, filter)),
    statistics: (period) => read(() => statistics(db, period)),
    activity: (period) => read(() => activity(db, period)),
    releases: (period) => read(() => releases(db, period)),
    monthly: (period) => read(() => monthly(db, period)),
    byDataset: (period) => read(() => byDataset(db, period)),
    lastQuestions: (project) => read(() => lastQuestions(db, project)),
    head: async () =>
      head(db).catch((error: unknown) => {
        throw asUnavailable(error)
      }),
    rebuild: (entries) =>
      queue.restart(() => db.transaction().execute((transaction) => refill(transaction, entries))),
    close: async () => {
      // What cannot be written now is read again from the log at the next start.
      await queue.flush().catch(() => {})
      queue.close()
    },
  }
}

const undefinedTable = '42P01'

function asUnavailable(error: unknown): unknown {
  if (!hasCode(error, undefinedTable)) return error
  return new Refusal('UNAVAILABLE', { rule: indexGone }, { cause: error })
}

/** A shard is indexed from its first entry to its last: rows at one end that are not there were taken away. */
async function insistWhole(db: Database, { shard, seq }: IndexedEntry): Promise<void> {
  const { first, last } = await db
    .selectFrom('audit_index')
    .select(({ fn }) => [fn.min('seq').as('first'), fn.max('seq').as('last')])
    .where('shard', '=', shard)
    .executeTakeFirstOrThrow()
  if (first !== 0 || last === null || last < seq) throw new Refusal('UNAVAILABLE', { rule: indexGone })
}

async function insert(db: Database, batch: readonly IndexedEntry[]): Promise<void> {
  const persons = new Map<string, { ps: string; issuer: string; subject: string }>()
  for (const { actor } of batch) {
    if (actor?.issuer === undefined || actor.subject === undefined) continue
    persons.set(actor.ps, { ps: actor.ps, issuer: actor.issuer, subject: actor.subject })
  }
  if (persons.size > 0) {
    await db
      .insertInto('audit_person')
      .values([...persons.values()])
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  const rows = batch.map(({ ts, actor, datasets = [], project, ...entry }) => ({
    ...entry,
    ...(project === undefined ? {} : { project: keepable(project) }),
    ts_ms: ts,
    ps: actor?.ps ?? null,
    dataset: datasets[0] === undefined ? null : keepable(datasets[0]),
  }))
  const about = batch.flatMap(({ ts, shard, seq, datasets = [] }) =>
    datasets.map((dataset) => ({ dataset: keepable(dataset), ts_ms: ts, shard, seq })),
  )
  if (about.length > 0) {
    await db
      .insertInto('audit_dataset')
      .values(about)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  await db
    .insertInto('audit_index')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** PostgreSQL takes no NUL: a name with one is found without it, and no entry stops those after it. */
function keepable(name: string): string {
  return name.replaceAll('\u0000', '')
}

const projection = ['audit_dataset', 'audit_index'] as const
const sliceRows = 50_000

/** Slice by slice: millions of rows in one statement would take longer than an answer may. */
async function empty(db: Database, table: (typeof projection)[number]): Promise<void> {
  const slice = rawSql`SELECT ctid FROM ${rawSql.table(table)} LIMIT ${sliceRows}`
  let removed = 0n
  do {
    const { numAffectedRows = 0n } =
      await rawSql`DELETE FROM ${rawSql.table(table)} WHERE ctid = ANY (ARRAY(${slice}))`.execute(db)
    removed = numAffectedRows
  } while (removed > 0n)
}

async function refill(db: Database, entries: Entries): Promise<void> {
  await remakeTables(db, projection)
  for (const table of projection) await empty(db, table)
  let batch: IndexedEntry[] = []
  for await (const entry of entries) {
    batch.push(entry)
    if (batch.length === batchSize) {
      await insert(db, batch)
      batch = []
    }
  }
  if (batch.length > 0) await insert(db, batch)
}

async function head(db: Database): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('audit_index')
    .select(({ fn }) => ['shard', fn.max('seq').as('seq')])
    .groupBy('shard')
    .having(({ fn }) => fn.min('seq'), '=', 0)
    .execute()
  return new Map(rows.map(({ shard, seq }) => [shard, seq]))
}

async function search(
  db: Database,
  filter: AuditFilter,
): Promise<{ entries: readonly FoundEntry[]; next?: string }> {
  const limit = Math.min(Math.max(filter.limit ?? 100, 1), 1_000)
  const pseudonyms = filter.actor === undefined ? undefined : await pseudonymsOf(db, filter.actor)
  const rows = await matching(db, filter, pseudonyms)
    .orderBy(placed(filter, 'ts_ms'), 'desc')
    .orderBy(placed(filter, 'shard'), 'desc')
    .orderBy(placed(filter, 'seq'), 'desc')
    .limit(limit + 1)
    .execute()
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const entries = page.map(found)
  return rows.length > limit && last !== undefined ? { entries, next: cursorOf(last) } : { entries }
}

/** A subject has one in each shard, and one per issuer: known first, they lead to the entries by an index. */
async function pseudonymsOf(db: Database, subject: string): Promise<readonly string[]> {
  const rows = await db.selectFrom('audit_person').select('ps').where('subject', '=', subject).execute()
  return rows.map(({ ps }) => ps)
}

/** The column of the table whose index leads in order of time: whatever is asked, few rows are walked for a page. */
function placed({ dataset }: AuditFilter, column: 'ts_ms' | 'shard' | 'seq') {
  return rawSql.ref<number>(`${dataset === undefined ? 'e' : 'd'}.${column}`)
}

function matching(db: Database, filter: AuditFilter, pseudonyms: readonly string[] | undefined) {
  const instant = placed(filter, 'ts_ms')
  let query = db
    .selectFrom('audit_index as e')
    .leftJoin('audit_person as p', 'p.ps', 'e.ps')
    .selectAll('e')
    .select('p.subject')
    .$if(filter.dataset !== undefined, (all) =>
      all
        .innerJoin('audit_dataset as d', (join) =>
          join.onRef('d.shard', '=', 'e.shard').onRef('d.seq', '=', 'e.seq'),
        )
        .where('d.dataset', '=', filter.dataset ?? ''),
    )
  if (filter.project !== undefined) query = query.where('e.project', '=', filter.project)
  if (pseudonyms !== undefined) query = query.where(rawSql<boolean>`e.ps = ANY(${pseudonyms})`)
  if (filter.code !== undefined) query = query.where('e.code', '=', filter.code)
  if (filter.rule !== undefined) query = query.where('e.rule', '=', filter.rule)
  if (filter.type !== undefined) query = query.where('e.type', '=', filter.type)
  if (filter.outcome !== undefined) query = query.where('e.outcome', '=', filter.outcome)
  if (filter.from !== undefined) query = query.where(instant, '>=', filter.from)
  if (filter.to !== undefined) query = query.where(instant, '<', filter.to)
  if (filter.cursor !== undefined) {
    const { ts, shard, seq } = readCursor(filter.cursor)
    const place = [instant, placed(filter, 'shard'), placed(filter, 'seq')]
    query = query.where(rawSql<boolean>`(${rawSql.join(place)}) < (${ts}, ${shard}, ${seq})`)
  }
  return query
}

type Row = Awaited<ReturnType<ReturnType<typeof matching>['execute']>>[number]

function found(row: Row): FoundEntry {
  const { project, dataset, code, rule } = row
  return {
    shard: row.shard,
    seq: row.seq,
    ts: new Date(row.ts_ms).toISOString(),
    type: row.type,
    // The table allows these four words only.
    outcome: row.outcome as Outcome,
    actor: row.subject,
    ...(project === null ? {} : { project }),
    ...(dataset === null ? {} : { dataset }),
    ...(code === null ? {} : { code }),
    ...(rule === null ? {} : { rule }),
    leaf: row.leaf,
  }
}

function cursorOf({ ts_ms, shard, seq }: Row): string {
  return Buffer.from(`${ts_ms} ${seq} ${shard}`).toString('base64url')
}

function readCursor(cursor: string): { ts: number; seq: number; shard: string } {
  const [, ts, seq, shard] =
    /^(\d{1,15}) (\d{1,15}) (\S+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (shard === undefined) {
    throw new Refusal('INVALID', {
      rule: 'audit.cursor',
      missing: [{ path: 'cursor', message: 'unknown cursor' }],
    })
  }
  return { ts: Number(ts), seq: Number(seq), shard }
}
