/** DuckDB's values → the values of engine.ts. Runs in workers only. */
import {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
  type DuckDBValueConverter,
} from 'duckdb'
import type { Value } from './engine.ts'

/** A double holds every decimal of 15 digits; beyond, a DECIMAL travels as text. */
const EXACT_DIGITS = 15

function fromBigint(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function fromDecimal(value: DuckDBDecimalValue): number | string {
  const text = value.toString()
  return value.width <= EXACT_DIGITS ? Number(text) : text
}

type Instant =
  | DuckDBTimestampValue
  | DuckDBTimestampTZValue
  | DuckDBTimestampSecondsValue
  | DuckDBTimestampMillisecondsValue
  | DuckDBTimestampNanosecondsValue

function fromTimestamp(value: Instant): string | null {
  if (!value.isFinite) return null
  if (value instanceof DuckDBTimestampTZValue) {
    return `${new DuckDBTimestampValue(value.micros).toString().replace(' ', 'T')}Z`
  }
  return value.toString().replace(' ', 'T')
}

function isInstant(value: object): value is Instant {
  return (
    value instanceof DuckDBTimestampValue ||
    value instanceof DuckDBTimestampTZValue ||
    value instanceof DuckDBTimestampSecondsValue ||
    value instanceof DuckDBTimestampMillisecondsValue ||
    value instanceof DuckDBTimestampNanosecondsValue
  )
}

function fromObject(value: object): Value {
  if (value instanceof DuckDBDecimalValue) return fromDecimal(value)
  if (value instanceof DuckDBDateValue) return value.isFinite ? value.toString() : null
  if (isInstant(value)) return fromTimestamp(value)
  // TIME, TIMETZ, INTERVAL, UUID, BIT and what else has a text of its own.
  return String(value)
}

function hex(value: DuckDBValue): string | null {
  const bytes: unknown = value !== null && typeof value === 'object' && 'bytes' in value ? value.bytes : null
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('hex').toUpperCase() : null
}

type Nested = (value: DuckDBValue, type: DuckDBType, converter: DuckDBValueConverter<Value>) => Value

const nested: Partial<Record<DuckDBTypeId, Nested>> = {
  [DuckDBTypeId.LIST]: fromItems,
  [DuckDBTypeId.ARRAY]: fromItems,
  [DuckDBTypeId.STRUCT]: fromStruct,
  [DuckDBTypeId.MAP]: fromMap,
  [DuckDBTypeId.UNION]: fromUnion,
  [DuckDBTypeId.BLOB]: hex,
}

function fromItems(value: DuckDBValue, type: DuckDBType, converter: DuckDBValueConverter<Value>): Value {
  if (!(isWith(value, 'items') && 'valueType' in type)) return null
  const { valueType } = type
  return (value.items as DuckDBValue[]).map((item) => convert(item, valueType, converter))
}

function fromStruct(value: DuckDBValue, type: DuckDBType, converter: DuckDBValueConverter<Value>): Value {
  if (!(isWith(value, 'entries') && type.typeId === DuckDBTypeId.STRUCT)) return null
  const entries = value.entries as Readonly<Record<string, DuckDBValue>>
  return Object.fromEntries(
    type.entryNames.map((name, index) => {
      const entryType = type.entryTypes[index]
      return [name, entryType === undefined ? null : convert(entries[name] ?? null, entryType, converter)]
    }),
  )
}

/** A MAP keeps its order and its keys of any type: a list of {key, value}. */
function fromMap(value: DuckDBValue, type: DuckDBType, converter: DuckDBValueConverter<Value>): Value {
  if (!(isWith(value, 'entries') && type.typeId === DuckDBTypeId.MAP)) return null
  const entries = value.entries as readonly { key: DuckDBValue; value: DuckDBValue }[]
  return entries.map((entry) => ({
    key: convert(entry.key, type.keyType, converter),
    value: convert(entry.value, type.valueType, converter),
  }))
}

function fromUnion(value: DuckDBValue, type: DuckDBType, converter: DuckDBValueConverter<Value>): Value {
  if (!(isWith(value, 'tag') && isWith(value, 'value') && type.typeId === DuckDBTypeId.UNION)) return null
  return convert(value.value as DuckDBValue, type.memberTypeForTag(String(value.tag)), converter)
}

function isWith<K extends string>(value: unknown, key: K): value is Record<K, unknown> {
  return value !== null && typeof value === 'object' && key in value
}

function convert(value: DuckDBValue, type: DuckDBType, converter: DuckDBValueConverter<Value>): Value {
  return toValue(value, type, converter) ?? null
}

/**
 * Integers that a number holds exactly are numbers, others bigint. DECIMAL of up to 15 digits is a number, wider ones text.
 * NaN, infinities and infinite dates are null. Dates and times are ISO 8601 text, without a zone but for TIMESTAMPTZ, which
 * is UTC with a Z. BLOB is upper-case hexadecimal text; INTERVAL, UUID and BIT are DuckDB's text.
 */
export const toValue: DuckDBValueConverter<Value> = (value, type, converter) => {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'bigint':
      return fromBigint(value)
    case 'object':
      if (value === null) return null
      return nested[type.typeId]?.(value, type, converter) ?? fromObject(value)
    default:
      return value
  }
}
