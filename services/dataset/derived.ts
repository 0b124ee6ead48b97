/** Derived tables as the query room sees them: beside the granted ones, while the extracts that they came from stand. Pure. */
import { type Bulle, type BulleTable, workspaceSchema } from './bulle.ts'
import type { WorkspaceTable } from './workspace.ts'

type Shown = Pick<WorkspaceTable, 'table' | 'file'>

/**
 * The tables that may still be read. One is stale, and unknown to statements, when a dataset that it came from has been sealed anew
 * (other columns, rows or persons may be granted now) or when its statistics were released under a lower threshold. A table
 * whose dataset has no line any more stays known, so that the decision on its datasets refuses it.
 */
export function derivedTables(tables: readonly Shown[], datasets: Bulle['datasets']): readonly BulleTable[] {
  return tables.filter((one) => isFresh(one, datasets)).map(tableOf)
}

function isFresh({ table }: Shown, datasets: Bulle['datasets']): boolean {
  const areSealedThen = table.seals.every(({ dataset, seal }) =>
    datasets.every((now) => now.name !== dataset || now.seal === seal),
  )
  const isLowered = datasets.some(
    ({ name, k }) => k > table.k && table.seals.some(({ dataset }) => dataset === name),
  )
  return areSealedThen && !(table.withheld !== undefined && isLowered)
}

function tableOf({ table, file }: Shown): BulleTable {
  const { name, columns, unique, repeats, domain, rows, magnitude, reads, k, withheld } = table
  return {
    dataset: workspaceSchema,
    name,
    class: table.class,
    columns: columns.map(({ role, key, restrict, ...column }) => ({
      ...column,
      ...(role === undefined ? {} : { role }),
      ...(key === undefined ? {} : { key }),
      ...(restrict === undefined ? {} : { restrict }),
    })),
    unique,
    ...(repeats ? { repeats } : {}),
    ...(domain === undefined ? {} : { domain }),
    ...(rows === undefined ? {} : { rows }),
    mount: { schema: workspaceSchema, name, file },
    magnitude,
    derived: { reads, k, ...(withheld === undefined ? {} : { withheld }) },
  }
}
