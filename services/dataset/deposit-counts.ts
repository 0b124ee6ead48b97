/** How many deposits stand where: for the operator's figures. */
import { rawSql, type Store } from '../store/store.ts'
import type { DepositStatus } from './deposit-rows.ts'

export const depositStatuses = [
  'open',
  'checking',
  'accepted',
  'quarantined',
  'refused',
] as const satisfies readonly DepositStatus[]

export async function countDeposits({ db }: Pick<Store, 'db'>): Promise<ReadonlyMap<DepositStatus, number>> {
  const rows = await db
    .selectFrom('dataset_deposit')
    .select(['status', rawSql<number>`count(*)`.as('deposits')])
    .groupBy('status')
    .execute()
  const found = new Map(rows.map(({ status, deposits }) => [status, deposits]))
  return new Map(depositStatuses.map((status) => [status, found.get(status) ?? 0]))
}
