/** A profile is asked in ordinary statements, and what they release is told in bands: no second control of disclosure. */
import type { Bulle } from '../../dataset/bulle.ts'
import type { ColumnProfile, Profile, Strip, TableProfile } from '../../dataset/profile/profile.ts'
import type { WantedColumn, WantedTable } from '../../dataset/profile/wanted.ts'
import { countBand, sizeBand } from '../../dataset/quality/bands.ts'
import { name } from '../../dataset/quote.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { jsonRows, unmark } from '../answer.ts'
import { askExtract, type ExtractNeeds, thresholdsOn } from '../on-extract.ts'
import type { JsonValue } from '../question.ts'
import { outwards, periodsOf } from './round.ts'

export interface Profiled {
  readonly bulle: Bulle
  readonly tables: readonly WantedTable[]
  /** Aborted at the end of the house. */
  readonly signal: AbortSignal
}

type Row = readonly JsonValue[]
/** Rows as they are released, null where a cell is withheld; none where the rules refuse the statement. */
type Ask = (sql: string) => Promise<readonly Row[]>

/** Codes of one column, the commonest first. */
const mostCodes = 10
/** More years than these are told by the year. */
const yearsByMonth = 3

/** The profile of all tables wanted. What fails otherwise than by a rule fails the whole of it. */
export async function makeProfile(
  needs: ExtractNeeds,
  { bulle, tables, signal }: Profiled,
): Promise<Omit<Profile, 'dataset' | 'version'>> {
  const { k } = thresholdsOn(needs, bulle)
  const ask: Ask = async (sql) => {
    try {
      const { plan, rows } = await askExtract(needs, { bulle, sql, signal })
      return jsonRows(unmark(plan, rows).rows)
    } catch (error) {
      // What a researcher would be refused is not told here either.
      if (error instanceof Refusal && error.code === 'AGG_NOT_ALLOWED') return []
      throw error
    }
  }
  const made: TableProfile[] = []
  for (const table of tables) made.push(await tableProfile(ask, table, k))
  return { k, tables: made }
}

async function tableProfile(ask: Ask, table: WantedTable, k: number): Promise<TableProfile> {
  const strip =
    table.days === undefined ? null : await stripOf(ask, { table: table.name, days: table.days }, k)
  const columns: ColumnProfile[] = []
  for (const column of table.columns) columns.push(await columnProfile(ask, { table: table.name, column }, k))
  return { name: table.name, ...(strip === null ? {} : { strip }), columns }
}

/** Null where not one period may be told. */
async function stripOf(
  ask: Ask,
  { table, days }: { readonly table: string; readonly days: string },
  k: number,
): Promise<Strip | null> {
  const counted = async (by: Strip['by']) => {
    const period = `date_trunc('${by}', ${name(days)})`
    const rows = await ask(`SELECT ${period} AS period, count(*) AS n FROM ${name(table)} GROUP BY 1`)
    const told = rows.flatMap(([at, count]): [string, number][] =>
      typeof at === 'string' && typeof count === 'number' ? [[at, count]] : [],
    )
    return periodsOf(by, new Map(told))
  }
  const years = await counted('year')
  if (years.length === 0) return null
  const months = years.length > yearsByMonth ? [] : await counted('month')
  const [by, counts] = months.length === 0 ? (['year', years] as const) : (['month', months] as const)
  const periods = counts.map(({ period, count }) => ({
    period,
    rows: count === null ? null : sizeBand(count, k),
  }))
  return { column: days, by, periods }
}

interface Place {
  readonly table: string
  readonly column: WantedColumn
}

async function columnProfile(ask: Ask, { table, column }: Place, k: number): Promise<ColumnProfile> {
  const [from, value] = [name(table), name(column.name)]
  const [[distinct] = []] = await ask(`SELECT count(DISTINCT ${value}) AS n FROM ${from}`)
  const about = {
    name: column.name,
    // None means that no value has enough persons, not that there is none.
    ...(typeof distinct === 'number' && distinct > 0 ? { distinct: countBand(distinct) } : {}),
  }
  if (column.about === 'codes') {
    const rows = await ask(`SELECT ${value} AS value, count(*) AS n FROM ${from} GROUP BY 1`)
    return { ...about, commonest: commonestOf(rows, { codes: column.codes ?? [], k }) }
  }
  if (column.about === 'other') return about
  const [[least, most] = []] = await ask(`SELECT min(${value}) AS least, max(${value}) AS most FROM ${from}`)
  if (typeof least !== 'number' || typeof most !== 'number') return about
  return { ...about, bounds: [outwards(least, 'down'), outwards(most, 'up')] }
}

/** By band, then by code: the order within a band would say who has more. */
function commonestOf(
  rows: readonly Row[],
  { codes, k }: { readonly codes: readonly string[]; readonly k: number },
): NonNullable<ColumnProfile['commonest']> {
  const known = new Set(codes)
  const told = rows.flatMap(([value, count]) => {
    const text = value === null ? '' : String(value)
    return known.has(text) && typeof count === 'number' ? [{ value: text, rows: sizeBand(count, k) }] : []
  })
  const size = (band: string) => Number.parseInt(band, 10)
  const inOrder = told.toSorted((a, b) => size(b.rows) - size(a.rows) || (a.value < b.value ? -1 : 1))
  return inOrder.slice(0, mostCodes)
}
