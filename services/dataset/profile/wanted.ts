/** Which columns of a version a profile may speak of at all, settled from the descriptor and the tags, never from values. Pure. */
import type { Descriptor, Field, Resource } from '../descriptor.ts'
import type { PublicQuality } from '../quality/label.ts'
import { classOf } from '../relations.ts'

export interface WantedColumn {
  readonly name: string
  /** `codes`: values of a declared list; `number`: rounded bounds; all: how many values there are. */
  readonly about: 'codes' | 'number' | 'other'
  /** Of a column of codes, as texts: no other value is ever shown. */
  readonly codes?: readonly string[]
}

export interface WantedTable {
  readonly name: string
  /** The main column of days: that of care where one is tagged so, else the first plain one. */
  readonly days?: string
  readonly columns: readonly WantedColumn[]
}

type Tags = PublicQuality['columns']

/** Columns of one table in a profile: very wide tables are told in part. */
const mostColumns = 60
/** A longer list is a nomenclature, whose commonest codes say more of few persons than of the table. */
const longestList = 100

/** The tables of persons that have a column to speak of. */
export function wantedOf(descriptor: Descriptor, tags: Tags): readonly WantedTable[] {
  return descriptor.resources
    .filter((resource) => classOf(descriptor, resource) === 'personal')
    .map((resource) => wantedTable(resource, tags))
    .filter(({ days, columns }) => days !== undefined || columns.length > 0)
}

function wantedTable({ name, schema: { fields } }: Resource, tags: Tags): WantedTable {
  const tagOf = (field: Field) =>
    field.quasiIdentifier ??
    tags.find(({ table, column }) => table === name && column === field.name)?.tag?.code
  const open = fields.filter(({ role, restrict = [] }) => role === undefined && restrict.length === 0)
  const plain = open.filter((field) => tagOf(field) === undefined)
  const days = open.find((one) => isDay(one) && tagOf(one) === 'DATE_SOINS_EXACTE') ?? plain.find(isDay)
  const columns = plain.filter((field) => !isDay(field) && field.type !== 'time').slice(0, mostColumns)
  return { name, ...(days === undefined ? {} : { days: days.name }), columns: columns.map(wantedColumn) }
}

const isDay = ({ type }: Field) => type === 'date' || type === 'datetime'

function wantedColumn({ name, type, categories, constraints }: Field): WantedColumn {
  const listed = categories?.map((one) => String(typeof one === 'object' ? one.value : one))
  const codes = type === 'boolean' ? ['true', 'false'] : (listed ?? constraints?.enum)
  if (codes !== undefined && codes.length <= longestList) return { name, about: 'codes', codes }
  const isNumber = codes === undefined && (type === 'integer' || type === 'number')
  return { name, about: isNumber ? 'number' : 'other' }
}
