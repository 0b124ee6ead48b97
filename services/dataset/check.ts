/** What is checked of the rows of a deposit, as SQL over the converted tables: the rules, and what each calls a case. Pure. */
import type { Descriptor, Field, Resource } from './descriptor.ts'
import type { Finding, Rule } from './finding.ts'
import { identifierProbes } from './identifiers/probes.ts'
import type { Probe } from './probe.ts'
import { name, text } from './quote.ts'
import { ambiguousKeys, type RelationOf, withUnit } from './reach.ts'
import { classOf, isForeign, keySpace, pathToUnit, resourceOf } from './relations.ts'

/** Column of the converted tables: physical line of the row. */
export const lineColumn = '__line'
/** Column of the converted tables: true where the value of field `index` is not of its type. */
export const faultColumn = (index: number): string => `__f${index}`

/** Everything that one row can have wrong by itself. */
export function probesOf(
  resource: Resource,
  reading: { readonly charset?: string; readonly isOfPersons: boolean },
): readonly Probe[] {
  const required = new Set(resource.schema.primaryKey ?? [])
  return resource.schema.fields.flatMap((field, index) => [
    typeProbe(field, index),
    ...requiredProbes(field, {
      // A key that refers to another table may lead nowhere: the row then has no person, which is told elsewhere.
      required: required.has(field.name) || (field.role === 'key' && !isForeign(resource, field.name)),
      fault: faultColumn(index),
    }),
    ...boundsProbes(field),
    ...charsetProbes(field, reading.charset),
    ...identifierProbes(field, reading),
  ])
}

function typeProbe(field: Field, index: number): Probe {
  const condition = name(faultColumn(index))
  return { rule: 'type', severity: 'error', column: field.name, condition, with: { type: field.type } }
}

function requiredProbes(field: Field, { required, fault }: { required: boolean; fault: string }): Probe[] {
  // A value of the wrong type is reported once, as such.
  const condition = `${name(field.name)} IS NULL AND NOT ${name(fault)}`
  if (field.role === 'unit') {
    return [{ rule: 'unit.missing', severity: 'error', column: field.name, condition }]
  }
  if (!required && field.constraints?.required !== true) return []
  return [{ rule: 'required', severity: 'error', column: field.name, condition }]
}

function boundsProbes(field: Field): Probe[] {
  if (field.bounds === undefined) return []
  const [low, high] = field.bounds
  const condition = `${name(field.name)} NOT BETWEEN ${low} AND ${high}`
  return [{ rule: 'bounds', severity: 'error', column: field.name, condition, with: { low, high } }]
}

/** C1 control characters are what windows-1252 letters become when they are announced as ISO-8859-1. */
function charsetProbes(field: Field, charset: string | undefined): Probe[] {
  if (charset === undefined || field.type !== 'string') return []
  const column = field.name
  const lost: Probe = {
    rule: 'encoding',
    severity: charset === 'utf-8' ? 'warning' : 'error',
    column,
    least: 1,
    condition: `contains(${name(column)}, chr(65533))`,
    with: { charset },
  }
  if (charset === 'utf-8' || charset === 'utf-16') return [lost]
  const condition = `regexp_matches(${name(column)}, '[\\x{80}-\\x{9f}]')`
  return [
    lost,
    { rule: 'encoding.control', severity: 'warning', column, least: 1, condition, with: { charset } },
  ]
}

/**
 * A rule over several rows or tables: a statement that answers (cases, first line or NULL). `detail`, of the same form, is
 * asked when there are cases, where finding the lines costs more than finding that there are some.
 */
export interface Inquiry {
  readonly rule: Rule
  readonly severity: Finding['severity']
  readonly table: string
  readonly column?: string
  readonly statement: string
  readonly detail?: string
  readonly with?: Readonly<Record<string, string | number>>
}

/** Repeated keys within one table. */
export function uniquenessOf(resource: Resource, relation: string): readonly Inquiry[] {
  const { primaryKey, fields } = resource.schema
  const sets = [
    ...(primaryKey === undefined ? [] : [primaryKey]),
    ...fields.filter((field) => field.constraints?.unique === true).map((field) => [field.name]),
  ]
  return sets.map((key) => {
    const columns = key.map(name).join(', ')
    const filled = `${relation} WHERE ${key.map((field) => `${name(field)} IS NOT NULL`).join(' AND ')}`
    return {
      rule: 'unique',
      severity: 'error',
      table: resource.name,
      column: key.join(', '),
      statement: `SELECT (SELECT count(*) FROM ${filled})
        - (SELECT count(*) FROM (SELECT DISTINCT ${columns} FROM ${filled})), NULL`,
      detail: `SELECT count(*), min(${lineColumn}) FROM (SELECT ${lineColumn},
        row_number() OVER (PARTITION BY ${columns} ORDER BY ${lineColumn}) AS n FROM ${filled}) WHERE n > 1`,
    }
  })
}

/** What must hold between tables: foreign keys, a way to a person, one person per key. */
export function relationsOf(descriptor: Descriptor, relationOf: RelationOf): readonly Inquiry[] {
  return [
    ...descriptor.resources.flatMap((resource) => foreignKeys(resource, relationOf)),
    ...descriptor.resources.flatMap((resource) => ways(descriptor, resource, relationOf)),
    ...keysOfOnePerson(descriptor, relationOf),
  ]
}

function foreignKeys(resource: Resource, relationOf: RelationOf): Inquiry[] {
  return (resource.schema.foreignKeys ?? []).map(({ fields, reference }) => {
    const to = reference.resource === '' ? resource.name : reference.resource
    const filled = fields.map((field) => `t.${name(field)} IS NOT NULL`).join(' AND ')
    const same = fields.map((field, index) => `t.${name(field)} = r.${name(reference.fields[index] ?? '')}`)
    return {
      rule: 'foreign-key',
      severity: 'error',
      table: resource.name,
      column: fields.join(', '),
      statement: `SELECT count(*), min(t.${lineColumn}) FROM ${relationOf(resource.name)} AS t
        WHERE ${filled} AND NOT EXISTS (SELECT 1 FROM ${relationOf(to)} AS r WHERE ${same.join(' AND ')})`,
      with: { reference: to },
    }
  })
}

function ways(descriptor: Descriptor, resource: Resource, relationOf: RelationOf): Inquiry[] {
  if (classOf(descriptor, resource) === 'public') return []
  const ambiguous = ambiguousKeys(descriptor, resource.name, relationOf)
  if (ambiguous === null) return []
  const column = pathToUnit(descriptor, resource.name)?.hops[0]?.fields.join(', ') ?? ''
  const table = resource.name
  return [
    { rule: 'key.unit', severity: 'error', table, column, statement: `SELECT (${ambiguous}), NULL` },
    {
      rule: 'unit.path',
      severity: 'warning',
      table,
      column,
      statement: `SELECT count(*), min(${lineColumn}) FROM (${withUnit(descriptor, table, relationOf)}) WHERE __unit IS NULL`,
    },
  ]
}

/** A value of a key space belongs to one person, in whatever table of the dataset it stands. */
function keysOfOnePerson(descriptor: Descriptor, relationOf: RelationOf): Inquiry[] {
  const spaces = new Map<string, { table: string; field: string }[]>()
  for (const resource of descriptor.resources) {
    for (const field of resource.schema.fields) {
      if (field.role !== 'key' || classOf(descriptor, resource) === 'public') continue
      const space = keySpace(descriptor, resource.name, field.name)
      spaces.set(space, [...(spaces.get(space) ?? []), { table: resource.name, field: field.name }])
    }
  }
  return [...spaces.values()].map((uses) => {
    const all = uses
      .filter((use) => !reachesThrough(descriptor, use))
      .map(
        ({ table, field }) =>
          `SELECT CAST(${name(field)} AS VARCHAR) AS value, CAST(__unit AS VARCHAR) AS unit
           FROM (${withUnit(descriptor, table, relationOf)})`,
      )
    const [first] = uses
    return {
      rule: 'key.unit',
      severity: 'error',
      table: first?.table ?? '',
      column: first?.field ?? '',
      statement:
        all.length === 0
          ? 'SELECT 0, NULL'
          : `SELECT count(*), NULL FROM (SELECT value FROM (${all.join(' UNION ALL ')})
             WHERE value IS NOT NULL GROUP BY value HAVING count(DISTINCT unit) > 1)`,
    }
  })
}

/** A table that finds its person by this very key says nothing new of it. */
function reachesThrough(descriptor: Descriptor, { table, field }: { table: string; field: string }): boolean {
  const [hop] = pathToUnit(descriptor, table)?.hops ?? []
  return hop !== undefined && hop.fields.length === 1 && hop.fields[0] === field
}

/** Type of a file's own column, for what is typed already. */
export function describeStatement(relation: string): string {
  return `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${relation})`
}

/** The published file of one table: its fields, in the order of the descriptor, in the order of the file. */
export function writeStatement(
  descriptor: Descriptor,
  table: string,
  files: { from: string; to: string },
): string {
  const fields = resourceOf(descriptor, table)?.schema.fields ?? []
  const columns = fields.map((field) => name(field.name)).join(', ')
  return `COPY (SELECT ${columns} FROM ${files.from}) TO ${text(files.to)} (FORMAT parquet, COMPRESSION zstd)`
}
