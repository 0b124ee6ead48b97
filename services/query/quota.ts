/**
 * What a permit limits (governance.md 6.3): queries of a day, seconds of a query, rows of an answer. Nothing here looks at what a
 * query finds: it is counted before it runs, and given back to nobody.
 */
import type { Granted } from '../habilitation/decision.ts'
import { type Clock, parisDay } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Store } from '../store/store.ts'

/** Counts over restarts, and right when many ask at once. */
export interface Quota {
  /** Takes one query of a project and day; false when as many were taken as are granted. */
  take(project: string, day: string, granted: number): Promise<boolean>
  /** How many were taken. */
  used(project: string, day: string): Promise<number>
}

export function openQuota({ db }: Pick<Store, 'db'>): Quota {
  return {
    async take(project, day, granted) {
      const taken = await db
        .insertInto('query_quota')
        .values({ project, day, used: 1 })
        .onConflict((row) =>
          row
            .columns(['project', 'day'])
            .doUpdateSet(({ eb, ref }) => ({ used: eb(ref('query_quota.used'), '+', 1) }))
            .where('query_quota.used', '<', granted),
        )
        .returning('used')
        .executeTakeFirst()
      return taken !== undefined
    },
    async used(project, day) {
      const row = await db
        .selectFrom('query_quota')
        .select('used')
        .where('project', '=', project)
        .where('day', '=', day)
        .executeTakeFirst()
      return row?.used ?? 0
    },
  }
}

/** Counts a query that is allowed, before its intent is recorded. Refusal QUOTA_EXCEEDED; a permit without a quota counts nothing. */
export async function insistQuota(
  { quota, clock }: { readonly quota: Quota; readonly clock: Clock },
  { current: { permit } }: Granted,
): Promise<void> {
  const granted = permit.limits?.queriesPerDay
  if (granted === undefined) return
  if (await quota.take(permit.base, parisDay(clock.now()), granted)) return
  const fact = { key: 'fact.quota', with: { granted } }
  throw new Refusal('QUOTA_EXCEEDED', { rule: 'quota.queries-per-day', fact })
}

/** Milliseconds of one query: the time of the node, or that of the permit where it is shorter. */
export function timeOf({ current: { permit } }: Granted, nodeMs: number): number {
  const { seconds } = permit.limits ?? {}
  return seconds === undefined ? nodeMs : Math.min(nodeMs, seconds * 1000)
}

/** Whether the permit bounds no answer by its rows. */
export function isUncut({ current: { permit } }: Granted): boolean {
  return permit.limits?.rowsPerAnswer === undefined
}

/** The first rows of an answer that is longer than the permit says, and where it was cut. */
export function cutRows<Row>(
  rows: readonly Row[],
  { current: { permit } }: Granted,
): { readonly rows: readonly Row[]; readonly cutAt?: number } {
  const { rowsPerAnswer } = permit.limits ?? {}
  if (rowsPerAnswer === undefined || rows.length <= rowsPerAnswer) return { rows }
  return { rows: rows.slice(0, rowsPerAnswer), cutAt: rowsPerAnswer }
}
