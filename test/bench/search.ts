/** What a search of the log costs over millions of rows: the usual questions of a DPO, the first page and the second. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../services/kernel/log.ts'
import { type AuditFilter, type AuditIndex, openAuditIndex } from '../../services/store/audit-index.ts'
import { startEmbedded } from '../../services/store/embedded.ts'
import { type Database, openStore, rawSql } from '../../services/store/store.ts'
import type { Line } from './stats.ts'

/** What a search may take (ms). */
const goalMs = 1_000
const year = { from: Date.parse('2026-01-01T00:00:00Z'), to: Date.parse('2027-01-01T00:00:00Z') }
const march = { from: Date.parse('2026-03-01T00:00:00Z'), to: Date.parse('2026-04-01T00:00:00Z') }

/** Frequent values, rare ones, ones that are not there, and pairs that never meet. */
const questions: Readonly<Record<string, AuditFilter>> = {
  newest: {},
  'person.frequent': { actor: 'person-1' },
  'person.rare': { actor: 'person-500' },
  'person.unknown': { actor: 'nobody' },
  'project.frequent': { project: 'P1' },
  'project.rare': { project: 'P150' },
  'project.unknown': { project: 'P0' },
  'dataset.frequent': { dataset: 'dataset-1' },
  'dataset.rare': { dataset: 'dataset-40' },
  'dataset.old': { dataset: 'dataset-old' },
  'dataset.unknown': { dataset: 'none' },
  type: { type: 'query.refused' },
  'type.rare': { type: 'anomaly.closed' },
  outcome: { outcome: 'refused' },
  'outcome.rare': { outcome: 'failed' },
  code: { code: 'ROW_LEVEL' },
  'code.unknown': { code: 'TERRITORY' },
  rule: { rule: 'rule-3' },
  'rule.unknown': { rule: 'none' },
  period: march,
  'project.period': { project: 'P1', ...march },
  'project.outcome': { project: 'P1', outcome: 'refused' },
  'person.type': { actor: 'person-1', type: 'query.release' },
  'person.dataset': { actor: 'person-1', dataset: 'dataset-40' },
  'person.project.never': { actor: 'person-1', project: 'P150' },
  'dataset.code.never': { dataset: 'dataset-1', code: 'RARE' },
  'dataset.outcome.period': { dataset: 'dataset-2', outcome: 'refused', ...march },
  'type.outcome.never': { type: 'query.release', outcome: 'refused' },
  'rule.project.never': { rule: 'rule-3', project: 'P199' },
  'period.empty': { from: 1, to: 2 },
}

/** Rows as a busy region makes them in a year: few persons and projects do most of it. */
async function fill(db: Database, rows: number): Promise<void> {
  await rawSql`INSERT INTO audit_person SELECT 'ps-' || i, 'demo', 'person-' || i FROM generate_series(0, 599) i`.execute(
    db,
  )
  const step = (year.to - year.from) / rows
  await rawSql`
    INSERT INTO audit_index (shard, seq, ts_ms, type, outcome, ps, project, dataset, code, rule, leaf)
    SELECT '2026', i, ${year.from} + floor(i * ${step}::float8), type,
      CASE WHEN type LIKE '%refused' THEN 'refused' WHEN type = 'query.abort' THEN 'failed'
           WHEN type IN ('query.intent', 'query.release', 'access.read') THEN 'allowed' ELSE 'done' END,
      'ps-' || floor(600 * power(a, 3)), project, dataset,
      CASE WHEN type NOT LIKE '%refused' THEN NULL WHEN c < 0.001 THEN 'RARE' WHEN c < 0.3 THEN 'ROW_LEVEL' ELSE 'CODE_' || floor(c * 30) END,
      CASE WHEN type LIKE '%refused' THEN 'rule-' || floor(c * 40) END, encode(sha256(i::text::bytea), 'hex')
    FROM (
      SELECT i, a, b, c,
        CASE WHEN t < 0.30 THEN 'access.read' WHEN t < 0.58 THEN 'query.intent' WHEN t < 0.83 THEN 'query.release'
             WHEN t < 0.93 THEN 'query.refused' WHEN t < 0.98 THEN 'access.refused' WHEN t < 0.985 THEN 'query.abort'
             WHEN t < 0.99999 THEN 'query.checked' ELSE 'anomaly.closed' END AS type,
        CASE WHEN t >= 0.30 THEN 'P' || 1 + floor(199 * power(b, 3)) END AS project,
        CASE WHEN t >= 0.20 AND t < 0.58 THEN 'dataset-' || 1 + floor(40 * power(c, 2)) END AS dataset
      FROM (SELECT i, random() a, random() b, random() c, random() t FROM generate_series(0, ${rows}::bigint - 1) i) drawn
    ) entry`.execute(db)
  await rawSql`INSERT INTO audit_dataset SELECT dataset, ts_ms, shard, seq FROM audit_index WHERE dataset IS NOT NULL`.execute(
    db,
  )
  // A dataset of long ago, that nothing names any more.
  await rawSql`INSERT INTO audit_dataset SELECT 'dataset-old', ts_ms, shard, seq FROM audit_index WHERE seq < 10`.execute(
    db,
  )
  await rawSql`VACUUM ANALYZE audit_dataset`.execute(db)
  await rawSql`VACUUM ANALYZE audit_index`.execute(db)
}

/** First page and, where there is one, the second; in ms. */
async function timeOf(index: AuditIndex, filter: AuditFilter): Promise<readonly number[]> {
  const times: number[] = []
  let cursor: string | undefined
  do {
    const begun = performance.now()
    const { next } = await index.search({ ...filter, ...(cursor === undefined ? {} : { cursor }) })
    times.push(performance.now() - begun)
    cursor = next
  } while (cursor !== undefined && times.length < 2)
  return times
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** p50 and p99 (ms) of each question over `rows` rows, against the goal of a second. The log behind is not read here. */
export async function benchSearch(rows: number, rounds: number): Promise<readonly Line[]> {
  const home = await mkdtemp(join(tmpdir(), 'huisclos-bench-search-'))
  const database = await startEmbedded({ home, log: silentLog, durable: false })
  const store = await openStore({ url: database.url, log: silentLog })
  const index = openAuditIndex(store, silentLog)
  try {
    await fill(store.db, rows)
    const lines: Line[] = []
    for (const [name, filter] of Object.entries(questions)) {
      const times: number[] = []
      for (let round = 0; round < rounds; round += 1) times.push(...(await timeOf(index, filter)))
      for (const [figure, share] of [
        ['p50', 0.5],
        ['p99', 0.99],
      ] as const) {
        const value = quantile(times, share)
        lines.push({
          name: `search.${name}.${figure}`,
          value,
          unit: 'ms',
          reference: goalMs,
          ratio: value / goalMs,
        })
      }
    }
    return lines
  } finally {
    await index.close()
    await store.close()
    await database.close()
    await rm(home, { recursive: true, force: true })
  }
}
