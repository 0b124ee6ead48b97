/** FHIR documents → the flat table of their type. Runs in the reader's process. */

import { rowsOf } from './asking.ts'
import { lineColumn } from './check.ts'
import { matchColumns } from './columns.ts'
import { fromText } from './convert.ts'
import type { Resource } from './descriptor.ts'
import { datedText, type FhirColumn, fhirValue, fhirViews, isDated } from './fhir.ts'
import type { Finding } from './finding.ts'
import type { Probe } from './probe.ts'
import { type Engine, probeTable } from './probing.ts'
import { name, text } from './quote.ts'

export interface Flat {
  readonly relation: string
  readonly line: string
  readonly fields: readonly { readonly raw: string; readonly typed: string }[]
  readonly findings: readonly Finding[]
}

const typeOfLine = `COALESCE(doc ->> '$.resourceType', '')`

/**
 * Reads the fields of the descriptor from documents of one type, that of the first line. Columns of the view that the
 * descriptor leaves out are not read.
 */
export async function flatten(
  engine: Engine,
  { relation, resource }: { readonly relation: string; readonly resource: Resource },
): Promise<Flat> {
  const table = resource.name
  const [[type] = []] = await rowsOf(
    engine.connection,
    `SELECT ${typeOfLine} FROM ${relation} ORDER BY ${lineColumn} LIMIT 1`,
  )
  const view = type === undefined || !Object.hasOwn(fhirViews, String(type)) ? [] : fhirViews[String(type)]
  if (view === undefined || view.length === 0) {
    const types = Object.keys(fhirViews).join(', ')
    const finding: Finding = { severity: 'error', rule: 'fhir.unknown', table, count: 1, with: { types } }
    return { relation, line: lineColumn, fields: [], findings: [finding] }
  }
  const others: Probe = {
    rule: 'fhir.type',
    severity: 'error',
    condition: `${typeOfLine} <> ${text(String(type))}`,
    with: { type: String(type) },
  }
  const wanted = new Set(resource.schema.fields.map((field) => field.name.toLowerCase()))
  const columns = view.filter((column) => wanted.has(column.name))
  const findings = [
    ...(await probeTable(engine, { table, relation, probes: [others] })),
    ...(await partialDates(engine, { table, relation, columns })),
  ]
  const matched = matchColumns(
    columns.map((column) => column.name),
    resource,
  )
  const fields = resource.schema.fields.flatMap((field, index) => {
    const column = columns[matched.positions[index] ?? -1]
    if (column === undefined) return []
    const form = { decimal: '.', dateFormat: 'iso' } as const
    return [{ raw: fhirValue(column), typed: fromText(`r${index}`, field, form) }]
  })
  return { relation, line: lineColumn, fields, findings: [...findings, ...matched.findings] }
}

/** Dates of which the year or the month alone is known are left empty, and counted. */
function partialDates(
  engine: Engine,
  {
    table,
    relation,
    columns,
  }: { readonly table: string; readonly relation: string; readonly columns: readonly FhirColumn[] },
): Promise<Finding[]> {
  const dated = columns.filter(isDated)
  const texts = dated.map((column) => `${datedText(column)} AS ${name(column.name)}`)
  const probes = dated.map(
    (column): Probe => ({
      rule: 'fhir.partial',
      severity: 'warning',
      column: column.name,
      condition: `length(${name(column.name)}) < 10`,
    }),
  )
  if (probes.length === 0) return Promise.resolve([])
  return probeTable(engine, {
    table,
    relation: `(SELECT ${[lineColumn, ...texts].join(', ')} FROM ${relation})`,
    probes,
  })
}
