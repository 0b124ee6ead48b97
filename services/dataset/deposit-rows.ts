/** The rows of what an organisation delivered, as PostgreSQL has them. */
import type { Store } from '../store/store.ts'
import type { Finding } from './finding.ts'

export type DepositStatus = 'open' | 'checking' | 'accepted' | 'quarantined' | 'refused'

export interface ListedDeposit {
  readonly id: string
  readonly dataset: string
  readonly status: DepositStatus
  readonly version: number | null
  /** UTC ISO 8601; null where it has not come to that. */
  readonly openedAt: string
  readonly submittedAt: string | null
  readonly endedAt: string | null
  /** Findings that stop it, and findings that do not. */
  readonly errors: number
  readonly warnings: number
}

/** Deposits of one answer, the newest first. */
const most = 200

/** The rows of `listDeposits`. */
export async function depositsFor(
  { db }: Store,
  holder: string,
  dataset: string | undefined,
): Promise<readonly ListedDeposit[]> {
  let asked = db
    .selectFrom('dataset_deposit as d')
    .innerJoin('dataset_descriptor as s', 's.name', 'd.dataset')
    .leftJoin('dataset_version as v', 'v.deposit', 'd.id')
    .select(['d.id', 'd.dataset', 'd.status', 'd.opened_at', 'd.submitted_at', 'd.ended_at', 'd.findings'])
    .select('v.version')
    .where('s.holder', '=', holder)
    .orderBy('d.opened_at', 'desc')
    .orderBy('d.id')
    .limit(most)
  if (dataset !== undefined) asked = asked.where('d.dataset', '=', dataset)
  return (await asked.execute()).map((row) => {
    // Written by the register of deposits alone, from values of these types.
    const findings = row.findings as readonly Finding[]
    const warnings = findings.filter(({ severity }) => severity === 'warning').length
    return {
      id: row.id,
      dataset: row.dataset,
      status: row.status as DepositStatus,
      version: row.version,
      openedAt: instant(row.opened_at),
      submittedAt: row.submitted_at === null ? null : instant(row.submitted_at),
      endedAt: row.ended_at === null ? null : instant(row.ended_at),
      errors: findings.length - warnings,
      warnings,
    }
  })
}

const instant = (ms: number) => new Date(ms).toISOString()
