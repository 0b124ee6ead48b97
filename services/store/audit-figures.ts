/** Figures over the search projection of the log: counts only, for pages and for the monthly review. */
import { type Database, rawSql } from './store.ts'

export type Outcome = 'allowed' | 'refused' | 'failed' | 'done'

/** Entries of a period by outcome and one facet; of each facet the most frequent values. */
export interface AuditStatistics {
  readonly days: readonly { readonly day: string; readonly outcome: Outcome; readonly entries: number }[]
  readonly types: readonly { readonly name: string; readonly entries: number }[]
  readonly codes: readonly { readonly name: string; readonly entries: number }[]
  readonly projects: readonly { readonly name: string; readonly entries: number }[]
  /** Subjects. */
  readonly actors: readonly { readonly name: string; readonly entries: number }[]
  /** An entry about several datasets counts for each. */
  readonly datasets: readonly { readonly name: string; readonly entries: number }[]
}

/** In ms: `from` included, `to` not. */
export interface Period {
  readonly from: number
  readonly to: number
}

/** How often one kind of thing happened in an hour of Paris time, per person and project. */
export interface Activity {
  /** `2026-11-21` and 0 to 23, Europe/Paris. */
  readonly day: string
  readonly hour: number
  readonly actor: string | null
  readonly project: string | null
  readonly type: string
  readonly outcome: Outcome
  readonly code: string | null
  readonly entries: number
}

/** Answers that one person got in one project in one month of Paris time. */
export interface ReleasesOfMonth {
  /** `2026-11` */
  readonly month: string
  readonly actor: string | null
  readonly project: string | null
  readonly releases: number
}

/** Entries of one type in one month of Paris time, by project. */
export interface MonthlyEntries {
  /** `2026-11` */
  readonly month: string
  readonly project: string | null
  readonly type: string
  readonly entries: number
}

/** Entries of one type that are about a dataset. */
export interface DatasetEntries {
  readonly dataset: string
  readonly type: string
  readonly entries: number
}

/** When a person last asked the data of a project. */
export interface LastQuestion {
  readonly issuer: string
  readonly subject: string
  /** Of Europe/Paris. */
  readonly day: string
}

const mostFrequent = 50

export async function statistics(db: Database, { from, to }: Period): Promise<AuditStatistics> {
  const days = await rawSql<{ day: string; outcome: Outcome; entries: number }>`
    SELECT to_char(to_timestamp(ts_ms / 1000.0) AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD') AS day, outcome,
      count(*)::int AS entries
    FROM audit_index WHERE ts_ms >= ${from} AND ts_ms < ${to} GROUP BY 1, 2 ORDER BY 1, 2`.execute(db)
  const byFacet = async (facet: 'type' | 'code' | 'project') => {
    const rows = await db
      .selectFrom('audit_index')
      .select(({ fn, ref }) => [ref(facet).as('name'), fn.countAll<string>().as('entries')])
      .where('ts_ms', '>=', from)
      .where('ts_ms', '<', to)
      .where(facet, 'is not', null)
      .groupBy(facet)
      .orderBy('entries', 'desc')
      .orderBy('name')
      .limit(mostFrequent)
      .execute()
    return rows.map(({ name, entries }) => ({ name: name ?? '', entries: Number(entries) }))
  }
  return {
    days: days.rows,
    types: await byFacet('type'),
    codes: await byFacet('code'),
    projects: await byFacet('project'),
    actors: await actors(db, { from, to }),
    datasets: await datasets(db, { from, to }),
  }
}

type Counted = { readonly name: string; readonly entries: number }

async function actors(db: Database, { from, to }: Period): Promise<readonly Counted[]> {
  const { rows } = await rawSql<Counted>`
    SELECT p.subject AS name, count(*)::int AS entries FROM audit_index e JOIN audit_person p ON p.ps = e.ps
    WHERE e.ts_ms >= ${from} AND e.ts_ms < ${to} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${mostFrequent}`.execute(
    db,
  )
  return rows
}

async function datasets(db: Database, { from, to }: Period): Promise<readonly Counted[]> {
  const { rows } = await rawSql<Counted>`
    SELECT dataset AS name, count(*)::int AS entries FROM audit_dataset
    WHERE ts_ms >= ${from} AND ts_ms < ${to} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${mostFrequent}`.execute(db)
  return rows
}

export async function activity(db: Database, { from, to }: Period): Promise<readonly Activity[]> {
  const { rows } = await rawSql<Activity>`
    SELECT to_char(at, 'YYYY-MM-DD') AS day, extract(hour FROM at)::int AS hour, subject AS actor, project, type, outcome, code,
      count(*)::int AS entries
    FROM (
      SELECT to_timestamp(e.ts_ms / 1000.0) AT TIME ZONE 'Europe/Paris' AS at, p.subject, e.project, e.type, e.outcome, e.code
      FROM audit_index e LEFT JOIN audit_person p ON p.ps = e.ps
      WHERE e.ts_ms >= ${from} AND e.ts_ms < ${to}
    ) AS entry
    GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7`.execute(db)
  return rows
}

export async function releases(db: Database, { from, to }: Period): Promise<readonly ReleasesOfMonth[]> {
  const { rows } = await rawSql<ReleasesOfMonth>`
    SELECT to_char(to_timestamp(e.ts_ms / 1000.0) AT TIME ZONE 'Europe/Paris', 'YYYY-MM') AS month, p.subject AS actor, e.project,
      count(*)::int AS releases
    FROM audit_index e LEFT JOIN audit_person p ON p.ps = e.ps
    WHERE e.type = 'query.release' AND e.ts_ms >= ${from} AND e.ts_ms < ${to}
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`.execute(db)
  return rows
}

export async function monthly(db: Database, { from, to }: Period): Promise<readonly MonthlyEntries[]> {
  const { rows } = await rawSql<MonthlyEntries>`
    SELECT to_char(to_timestamp(ts_ms / 1000.0) AT TIME ZONE 'Europe/Paris', 'YYYY-MM') AS month, project, type,
      count(*)::int AS entries
    FROM audit_index WHERE ts_ms >= ${from} AND ts_ms < ${to}
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`.execute(db)
  return rows
}

export async function byDataset(db: Database, { from, to }: Period): Promise<readonly DatasetEntries[]> {
  const { rows } = await rawSql<DatasetEntries>`
    SELECT d.dataset, e.type, count(*)::int AS entries
    FROM audit_dataset d JOIN audit_index e ON e.shard = d.shard AND e.seq = d.seq
    WHERE d.ts_ms >= ${from} AND d.ts_ms < ${to} GROUP BY 1, 2 ORDER BY 1, 2`.execute(db)
  return rows
}

/** Of questions that were allowed, whatever came of them. */
export async function lastQuestions(db: Database, project: string): Promise<readonly LastQuestion[]> {
  const { rows } = await rawSql<LastQuestion>`
    SELECT p.issuer, p.subject,
      to_char(to_timestamp(max(e.ts_ms) / 1000.0) AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD') AS day
    FROM audit_index e JOIN audit_person p ON p.ps = e.ps
    WHERE e.project = ${project} AND e.type = 'query.intent' GROUP BY 1, 2 ORDER BY 1, 2`.execute(db)
  return rows
}
