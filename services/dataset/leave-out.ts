/** Leaves persons who object out of a version that is being made. Runs in the reader's process. */

import { type Connection, rowsOf } from './asking.ts'
import type { Descriptor, Resource } from './descriptor.ts'
import { firstLevelPattern } from './first-level.ts'
import { name, text } from './quote.ts'
import { type RelationOf, withUnit } from './reach.ts'
import { classOf, resourceOf } from './relations.ts'

export interface Deposited {
  readonly connection: Connection
  readonly descriptor: Descriptor
  readonly relationOf: RelationOf
}

export interface LeftOut {
  /** Persons of the dataset who object. */
  readonly persons: number
  /** Persons named by a key that the list knows nothing of: whoever objects among them would not be found. */
  readonly strangers: number
}

const perStatement = 5000
/** Function and key version, the first characters of a pseudonym. */
const prefix = (value: string) => `substr(${value}, 1, 6)`

/** Names the persons to leave out; `withoutExcluded` then writes without them. */
export async function nameExcluded(deposited: Deposited, pseudonyms: readonly string[]): Promise<LeftOut> {
  const { connection, descriptor, relationOf } = deposited
  await connection.run('CREATE TEMP TABLE excluded (unit VARCHAR)')
  for (let from = 0; from < pseudonyms.length; from += perStatement) {
    const rows = pseudonyms.slice(from, from + perStatement).map((one) => `(${text(one)})`)
    await connection.run(`INSERT INTO excluded VALUES ${rows.join(', ')}`)
  }
  const personal = descriptor.resources.filter((one) => isPersonal(descriptor, one))
  const units = personal.map(
    (one) => `SELECT CAST(__unit AS VARCHAR) AS unit FROM (${withUnit(descriptor, one.name, relationOf)})`,
  )
  if (units.length === 0) return { persons: 0, strangers: 0 }
  const isKnown = `regexp_full_match(unit, '${firstLevelPattern}')
    AND ${prefix('unit')} IN (SELECT ${prefix('unit')} FROM excluded)`
  const [[persons, strangers] = []] = await rowsOf(
    connection,
    `SELECT count_if(unit IN (SELECT unit FROM excluded)), count_if(NOT (${isKnown}))
     FROM (SELECT DISTINCT unit FROM (${units.join(' UNION ALL ')}) WHERE unit IS NOT NULL)`,
  )
  return { persons: Number(persons), strangers: Number(strangers) }
}

function isPersonal(descriptor: Descriptor, resource: Resource): boolean {
  return classOf(descriptor, resource) === 'personal'
}

/** The published rows of a table: without those of excluded persons, and without references to them. */
export function withoutExcluded(
  { descriptor, relationOf }: Pick<Deposited, 'descriptor' | 'relationOf'>,
  table: string,
): string {
  const resource = resourceOf(descriptor, table)
  if (resource === undefined || !isPersonal(descriptor, resource)) return relationOf(table)
  const references = resource.schema.fields
    .filter((field) => field.role === 'unit-reference')
    .map(({ name: field }) => {
      const isExcluded = `CAST(${name(field)} AS VARCHAR) IN (SELECT unit FROM excluded)`
      return `CASE WHEN ${isExcluded} THEN NULL ELSE ${name(field)} END AS ${name(field)}`
    })
  const replaced = references.length === 0 ? '' : ` REPLACE (${references.join(', ')})`
  return `(SELECT *${replaced} FROM (${withUnit(descriptor, table, relationOf)})
    WHERE __unit IS NULL OR CAST(__unit AS VARCHAR) NOT IN (SELECT unit FROM excluded) ORDER BY __line)`
}
