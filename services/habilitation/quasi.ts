/**
 * Quasi-identifiers asked for: columns that their holder tagged as a legal one, those whose role says so, and those that the
 * lead names. From request and catalogue alone. Pure.
 */
import type { Missing } from '../kernel/refusal.ts'
import type { LineAsked } from './form/data.ts'
import { lacks } from './guard.ts'
import type { ColumnFacts, DatasetFacts } from './lines.ts'
import type { Body } from './request.ts'

export interface QuasiColumn {
  readonly dataset: string
  readonly table: string
  readonly column: string
  readonly about: ColumnFacts
  /** Its own words, where the lead gave some. */
  readonly justification: string
  /** The place of its justification in the body. */
  readonly path: string
  /** The lead wrote this table column by column, with a justification each. */
  readonly isDetailed: boolean
}

type Facts = ReadonlyMap<string, DatasetFacts | null>

/** Every quasi-identifier among the columns asked for, `*` counted out. */
export function quasiColumns(body: Body, facts: Facts): readonly QuasiColumn[] {
  return (body.lines ?? []).flatMap((line, i) => {
    const known = facts.get(line.dataset)
    return known ? ofLine(line, known, `lines[${i}]`) : []
  })
}

function ofLine({ dataset, tables = {} }: LineAsked, facts: DatasetFacts, at: string): QuasiColumn[] {
  return Object.entries(tables).flatMap(([table, { columns, justifications }]) => {
    const known = Object.hasOwn(facts.tables, table) ? facts.tables[table] : undefined
    const asked = (known?.columns ?? []).filter((column) => columns === '*' || columns.includes(column))
    return asked.flatMap((column) => {
      const about = known?.about?.[column]
      if (about === undefined || !isQuasi(about)) return []
      const justification = justifications?.[column]?.trim() ?? ''
      const path = `${at}.tables.${table}.justifications.${column}`
      return [
        { dataset, table, column, about, justification, path, isDetailed: justifications !== undefined },
      ]
    })
  })
}

function isQuasi({ role, quasiIdentifier }: ColumnFacts): boolean {
  return role === 'quasi-identifier' || quasiIdentifier !== undefined
}

/**
 * Quasi-identifiers without a justification. A legal tag asks for one whatever the form of the line: at its column, or under
 * its code. The role alone, which a plain list of the contract may hold, asks for one where columns are detailed.
 */
export function unjustified(body: Body, facts: Facts): readonly Missing[] {
  const said = new Set(
    (body.quasiIdentifiers ?? []).flatMap(({ code, justification }) => (justification?.trim() ? [code] : [])),
  )
  return quasiColumns(body, facts).flatMap(({ about, justification, path, isDetailed }) => {
    const { quasiIdentifier: tag } = about
    if (justification !== '' || (tag !== undefined && said.has(tag))) return []
    if (tag !== undefined) return [lacks(path, 'quasiIdentifier', { code: tag })]
    return isDetailed ? [lacks(path, 'required')] : []
  })
}

/** The columns listed without a word, in a table of which some have one. */
export function unexplained(body: Body, facts: Facts): readonly Missing[] {
  const quasi = new Set(quasiColumns(body, facts).map(({ path }) => path))
  return (body.lines ?? []).flatMap(({ tables = {} }, i) =>
    Object.entries(tables).flatMap(([table, { columns, justifications }]) => {
      if (columns === '*' || justifications === undefined) return []
      const silent = columns.filter((column) => !justifications[column]?.trim())
      const paths = silent.map((column) => `lines[${i}].tables.${table}.justifications.${column}`)
      return paths.filter((path) => !quasi.has(path)).map((path) => lacks(path, 'required'))
    }),
  )
}

/**
 * The quasi-identifiers of which more than one needs an explicit decision: legal tags, codes that the lead names, and columns
 * by role where they are detailed.
 */
export function crossed(body: Body, facts: Facts): readonly string[] {
  const columns = quasiColumns(body, facts)
    .filter(({ about, isDetailed }) => isDetailed || about.quasiIdentifier !== undefined)
    .map(({ dataset, table, column, about }) => about.quasiIdentifier ?? `${dataset}.${table}.${column}`)
  const named = (body.quasiIdentifiers ?? []).map(({ code }) => code)
  return [...new Set([...columns, ...named])].sort()
}
