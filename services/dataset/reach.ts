/** How the rows of a table reach their person, as SQL: through foreign keys to the table that has the unit field. Pure. */
import type { Descriptor } from './descriptor.ts'
import { name } from './quote.ts'
import { type Hop, pathToUnit, type UnitPath } from './relations.ts'

/** The relation of a table of the dataset, such as `read_parquet('…')`. */
export type RelationOf = (table: string) => string

/**
 * A SELECT of all columns of a personal table and `__unit`, the person of the row in its source type: NULL where the row
 * reaches nobody. A foreign key that leads to several persons would repeat rows: the check `key.unit` refuses such a
 * dataset, and the least one is taken here.
 */
export function withUnit(descriptor: Descriptor, table: string, relationOf: RelationOf): string {
  const path = pathToUnit(descriptor, table)
  if (path === null) throw new Error('a personal table without a way to its person')
  const [first] = path.hops
  const rows = relationOf(table)
  if (first === undefined) return `SELECT *, ${name(path.unit)} AS __unit FROM ${rows}`
  return `SELECT t.*, m.__unit FROM ${rows} AS t LEFT JOIN (${keyToUnit(path, 0, relationOf)}) AS m ON ${joined(first)}`
}

/** Each key that a hop refers to, `k0…`, with its person. */
function keyToUnit(path: UnitPath, at: number, relationOf: RelationOf): string {
  return `SELECT ${keyColumns(path, at)}, min(__unit) AS __unit FROM (${keysWithUnits(path, at, relationOf)}) GROUP BY ALL`
}

function keyColumns(path: UnitPath, at: number): string {
  return (path.hops[at]?.references ?? []).map((_, index) => `k${index}`).join(', ')
}

/** Pairs of a referenced key and a person, repeats included. */
function keysWithUnits(path: UnitPath, at: number, relationOf: RelationOf): string {
  const hop = path.hops[at]
  if (hop === undefined) throw new Error('no such hop')
  const next = path.hops[at + 1]
  const keys = hop.references.map((field, index) => `t.${name(field)} AS k${index}`).join(', ')
  if (next === undefined) {
    return `SELECT ${keys}, t.${name(path.unit)} AS __unit FROM ${relationOf(hop.to)} AS t`
  }
  return `SELECT ${keys}, m.__unit FROM ${relationOf(hop.to)} AS t
    JOIN (${keyToUnit(path, at + 1, relationOf)}) AS m ON ${joined(next)}`
}

function joined(hop: Hop): string {
  return hop.fields.map((field, index) => `t.${name(field)} = m.k${index}`).join(' AND ')
}

/** Counts the keys of the first hop of a table that lead to more than one person; null when the table has its own unit. */
export function ambiguousKeys(descriptor: Descriptor, table: string, relationOf: RelationOf): string | null {
  const path = pathToUnit(descriptor, table)
  if (path === null || path.hops.length === 0) return null
  return `SELECT count(*) FROM (SELECT 1 FROM (${keysWithUnits(path, 0, relationOf)})
    GROUP BY ${keyColumns(path, 0)} HAVING count(DISTINCT __unit) > 1)`
}
