/** What is checked of the rows of a deposit, as SQL over the converted tables: the rules, and what each calls a case. Pure. */
import type { Descriptor, Field, Resource } from './descriptor.ts'
import type { Finding, Rule } from './finding.ts'
import { name, text } from './quote.ts'
import { ambiguousKeys, type RelationOf, withUnit } from './reach.ts'
import { classOf, isForeign, keySpace, pathToUnit, resourceOf } from './relations.ts'

/** Column of the converted tables: physical line of the row. */
export const lineColumn = '__line'
/** Column of the converted tables: true where the value of field `index` is not of its type. */
export const faultColumn = (index: number): string => `__f${index}`

/** One rule on one column: a row is a case when the condition is true. */
export interface Probe {
  readonly rule: Rule
  readonly severity: Finding['severity']
  readonly column?: string
  readonly condition: string
  readonly with?: Readonly<Record<string, string | number>>
  /** Another condition whose count `tolerated` is told. */
  readonly shaped?: string
  /** Cases that are still no finding. Default none. */
  readonly tolerated?: (cases: Counted) => boolean
}

export interface Counted {
  readonly count: number
  /** Rows that have a value. */
  readonly filled: number
  /** Rows for which `shaped` is true. */
  readonly shaped: number
}

const identifying = new Set(['unit', 'key'])

/** Everything that one row can have wrong by itself. */
export function probesOf(resource: Resource, reading: { readonly charset?: string }): readonly Probe[] {
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
    ...identifierProbes(field),
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
    condition: `contains(${name(column)}, chr(65533))`,
    with: { charset },
  }
  if (charset === 'utf-8' || charset === 'utf-16') return [lost]
  const condition = `regexp_matches(${name(column)}, '[\\x{80}-\\x{9f}]')`
  return [lost, { rule: 'encoding.control', severity: 'warning', column, condition, with: { charset } }]
}

const bare = (column: string) => `upper(regexp_replace(${column}, '[ .\u00a0\u202f-]', '', 'g'))`
const nirShape =
  '[123478][0-9]{2}(0[1-9]|1[0-2]|[23][0-9]|4[0-2]|[5-9][0-9])(0[1-9]|[1-8][0-9]|9[0-9]|2[AB])[0-9]{8}'

/** The 15 characters of a social security number that is the whole of a value; NULL without. */
function nirAlone(column: string): string {
  return `CASE WHEN regexp_full_match(${bare(column)}, '${nirShape}') THEN ${bare(column)} END`
}

/** The 15 characters of a social security number somewhere in a text; NULL without. */
function nirIn(column: string): string {
  const found = `regexp_extract(${bare(column)}, '(^|[^0-9])(${nirShape})([^0-9]|$)', 2)`
  return `CASE WHEN length(${column}) >= 15 THEN NULLIF(${found}, '') END`
}

/** Whether the key of a social security number is right: 97 − (first 13 mod 97), 2A counted 19 and 2B counted 18. */
function nirKey(nir: string): string {
  const digits = `replace(replace(substr(${nir}, 1, 13), '2A', '19'), '2B', '18')`
  return `97 - TRY_CAST(${digits} AS BIGINT) % 97 = TRY_CAST(substr(${nir}, 14, 2) AS BIGINT)`
}

/**
 * A random number of that shape has the right key once in 97: a column is suspect well above what chance gives, and from
 * three values on (one or two say nothing in a large column).
 */
function byChance({ count, filled, shaped }: Counted): boolean {
  return count < 0.05 * filled && count <= Math.max(2, (4 * shaped) / 97)
}

/**
 * Identifiers that must not come in. No field is exempt from the detector of social security numbers; `unit` and `key`
 * fields hold what looks like numbers and codes, so the others do not read them.
 */
function identifierProbes(field: Field): Probe[] {
  if (field.type !== 'string' && field.type !== 'integer') return []
  const column = field.name
  const value = field.type === 'string' ? name(column) : `CAST(${name(column)} AS VARCHAR)`
  const isIdentifier = identifying.has(field.role ?? '')
  // A pseudonym is one token: digits between the letters of its hexadecimal text are no social security number.
  const found = isIdentifier ? nirAlone(value) : nirIn(value)
  const nir: Probe = {
    rule: 'identifier.nir',
    severity: 'quarantine',
    column,
    condition: `COALESCE(${nirKey(found)}, false)`,
    shaped: `${found} IS NOT NULL`,
    tolerated: byChance,
  }
  if (field.type === 'integer' || isIdentifier) return [nir]
  const email = `contains(${value}, '@') AND regexp_matches(${value}, '[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+[.][A-Za-z]{2,}')`
  const phone = `length(${value}) BETWEEN 10 AND 20
    AND regexp_full_match(trim(${value}), '([+]33|0033|0) ?[1-9]([ .-]?[0-9]{2}){4}')`
  return [
    nir,
    {
      rule: 'identifier.email',
      severity: 'quarantine',
      column,
      condition: email,
      tolerated: fewerThan(3, 0),
    },
    // Ten digits after a zero may be a code: telephones fill the column.
    {
      rule: 'identifier.phone',
      severity: 'quarantine',
      column,
      condition: phone,
      tolerated: fewerThan(3, 0.3),
    },
  ]
}

function fewerThan(count: number, share: number): (cases: Counted) => boolean {
  return (cases) => cases.count < count || cases.count < share * cases.filled
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
