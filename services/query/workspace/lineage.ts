/** What stands behind derived tables: decisions, thresholds and the log are about datasets, however long the chain. Pure. */
import type { BulleTable } from '../../dataset/bulle.ts'
import type { Read } from '../plan.ts'

export interface Lineage {
  /** Granted tables, those behind derived ones among them. */
  readonly reads: readonly Read[]
  /** Names of the derived tables. */
  readonly derived: readonly string[]
}

/** Takes the relations that a statement names apart. */
export function lineageOf(named: readonly Read[], tables: readonly BulleTable[]): Lineage {
  const origin = ({ dataset, table }: Read) =>
    tables.find((one) => one.dataset === dataset && one.name === table)?.derived
  const reads = named.flatMap((read) => origin(read)?.reads ?? [read])
  return { reads: merged(reads), derived: named.filter(origin).map(({ table }) => table) }
}

/** Each table once, with all its columns. */
function merged(reads: readonly Read[]): readonly Read[] {
  const byTable = new Map<string, Read>()
  for (const read of reads) {
    const key = JSON.stringify([read.dataset, read.table])
    const columns = new Set([...(byTable.get(key)?.columns ?? []), ...read.columns])
    byTable.set(key, { ...read, columns: [...columns] })
  }
  return [...byTable.values()]
}
