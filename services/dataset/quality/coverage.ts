/** The months, departments and persons that a deposit covers, each told only where at least k persons stand behind it. */

import { rowsOf } from '../asking.ts'
import { hasWord, listOf, wordsOf } from '../column-words.ts'
import type { Resource } from '../descriptor.ts'
import { name } from '../quote.ts'
import { withUnit } from '../reach.ts'
import { classOf } from '../relations.ts'
import { sizeBand } from './bands.ts'
import type { HolderQuality } from './label.ts'
import type { Measuring } from './measuring.ts'
import type { Tag } from './tags.ts'

type Tags = ReadonlyMap<string, ReadonlyMap<string, Tag>>
const departments = listOf('department departement dep dpt')

export async function coverageOf(
  measuring: Measuring,
  tags: Tags,
): Promise<{ readonly coverage: HolderQuality['coverage']; readonly monthsToDeposit: number | null }> {
  const { descriptor, today } = measuring
  const { threshold: k } = descriptor
  const tables = descriptor.resources.filter((one) => classOf(descriptor, one) === 'personal')
  const care = selected(measuring, tables, ({ name: table, schema }) =>
    schema.fields.flatMap(({ name: column, type }) => {
      const isCare = tags.get(table)?.get(column)?.code === 'DATE_SOINS_EXACTE'
      return isCare && (type === 'date' || type === 'datetime') ? [`strftime(${name(column)}, '%Y-%m')`] : []
    }),
  )
  const places = selected(measuring, tables, ({ name: table, schema }) =>
    schema.fields.flatMap(({ name: column, type }) => {
      if (type !== 'string') return []
      if (tags.get(table)?.get(column)?.code === 'COMMUNE_RESIDENCE') return [`left(${name(column)}, 2)`]
      return hasWord(wordsOf(column), departments) ? [name(column)] : []
    }),
  )
  const months = await enough(measuring, care)
  const [from, until] = [months[0] ?? null, months.at(-1) ?? null]
  const everybody = tables.map(
    (table) =>
      `SELECT CAST(__unit AS VARCHAR) AS u FROM (${withUnit(descriptor, table.name, measuring.relationOf)})`,
  )
  const [[persons] = []] =
    everybody.length === 0
      ? [[0]]
      : await rowsOf(measuring.connection, `SELECT count(DISTINCT u) FROM (${everybody.join(' UNION ALL ')})`)
  return {
    coverage: {
      from,
      until,
      departments: places.length === 0 ? null : (await enough(measuring, places)).length,
      persons: sizeBand(Number(persons), k),
    },
    monthsToDeposit: until === null ? null : Math.max(0, monthNumber(today) - monthNumber(until)),
  }
}

const monthNumber = (day: string) => 12 * Number(day.slice(0, 4)) + Number(day.slice(5, 7))

/** SELECTs of pairs: a person `u` and a value `v`. */
function selected(
  { descriptor, relationOf }: Measuring,
  tables: readonly Resource[],
  valuesOf: (table: Resource) => readonly string[],
): readonly string[] {
  return tables.flatMap((table) =>
    valuesOf(table).map(
      (value) =>
        `SELECT CAST(__unit AS VARCHAR) AS u, ${value} AS v FROM (${withUnit(descriptor, table.name, relationOf)})`,
    ),
  )
}

/** The values that at least k persons have, in order. */
async function enough(
  { connection, descriptor }: Measuring,
  pairs: readonly string[],
): Promise<readonly string[]> {
  if (pairs.length === 0) return []
  const rows = await rowsOf(
    connection,
    `SELECT v FROM (${pairs.join(' UNION ALL ')}) WHERE v IS NOT NULL GROUP BY v
     HAVING count(DISTINCT u) >= ${descriptor.threshold} ORDER BY v`,
  )
  return rows.map(([value]) => String(value))
}
