/** What an expression without an alias is called in the answer, much as DuckDB calls it. */
import type { Call, Constant, Expression, LiteralType } from './nodes.ts'

const longest = 120

const comparisonSigns: Readonly<Record<string, string>> = {
  COMPARE_EQUAL: '=',
  COMPARE_NOTEQUAL: '!=',
  COMPARE_LESSTHAN: '<',
  COMPARE_GREATERTHAN: '>',
  COMPARE_LESSTHANOREQUALTO: '<=',
  COMPARE_GREATERTHANOREQUALTO: '>=',
}

export function labelOf(expression: Expression): string {
  const label = write(expression)
  return label.length > longest ? `${label.slice(0, longest - 1)}…` : label
}

/** The same without what its literals say, for hints and reports, which may be kept elsewhere than the text. */
export function labelWithoutLiterals(expression: Expression): string {
  return labelOf(withoutLiterals(expression))
}

function withoutLiterals<T>(part: T): T
function withoutLiterals(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withoutLiterals)
  if (typeof part !== 'object' || part === null) return part
  if ('class' in part && part.class === 'CONSTANT') return hidden
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, withoutLiterals(value)]))
}

const hidden: Expression = { class: 'COLUMN_REF', column_names: ['…'] }

function write(expression: Expression): string {
  switch (expression.class) {
    case 'COLUMN_REF':
      return expression.column_names.at(-1) ?? ''
    case 'CONSTANT':
      return writeConstant(expression)
    case 'FUNCTION':
      return writeCall(expression)
    case 'CAST':
      return `CAST(${write(expression.child)} AS ${expression.cast_type.id})`
    case 'COMPARISON':
      return `(${write(expression.left)} ${comparisonSigns[expression.type] ?? 'IS'} ${write(expression.right)})`
    case 'CONJUNCTION':
      return `(${expression.children.map(write).join(expression.type === 'CONJUNCTION_AND' ? ' AND ' : ' OR ')})`
    case 'CASE':
      return `CASE ${expression.case_checks.map((check) => `WHEN ${write(check.when_expr)} THEN ${write(check.then_expr)}`).join(' ')} ELSE ${write(expression.else_expr)} END`
    case 'OPERATOR':
      return `${expression.type.replace(/^OPERATOR_/, '').toLowerCase()}(${expression.children.map(write).join(', ')})`
    case 'WINDOW':
      return `${expression.function_name}(${expression.children.map(write).join(', ')}) OVER (…)`
    default:
      return expression.class.toLowerCase()
  }
}

function writeConstant({ value: { type, value, is_null } }: Constant): string {
  if (is_null) return 'NULL'
  if (typeof value === 'string' && type.id === 'VARCHAR') return `'${value}'`
  if (type.id === 'DECIMAL' && typeof value === 'number') return String(value / 10 ** scaleOf(type.type_info))
  return typeof value === 'object' ? '…' : String(value)
}

function scaleOf(info: unknown): number {
  return typeof info === 'object' && info !== null && 'scale' in info ? Number(info.scale) : 0
}

function writeCall({ function_name: name, children, is_operator, distinct }: Call): string {
  const parts = children.map(write)
  if (is_operator && parts.length === 2) return `(${parts[0]} ${name} ${parts[1]})`
  return `${name}(${distinct ? 'DISTINCT ' : ''}${parts.join(', ')})`
}

/** The number that a literal is, decimals included; undefined for anything else. */
export function numberOf(expression: Expression): number | undefined {
  if (expression.class !== 'CONSTANT' || typeof expression.value.value !== 'number') return undefined
  const { type, value } = expression.value
  return type.id === 'DECIMAL' ? value / 10 ** scaleOf(type.type_info) : value
}

/** Scale of a DECIMAL type. */
export function scaleOfDecimal(type: LiteralType): number {
  return scaleOf(type.type_info)
}

/** The digits of a DECIMAL constant as DuckDB serialises it: an integer, or two halves of one, without the point. */
export function decimalDigits({ value, type }: Constant['value']): string {
  const whole = wholeOf(value)
  const scale = scaleOf(type.type_info)
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${whole < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`
}

function wholeOf(value: unknown): bigint {
  if (typeof value !== 'object' || value === null) return BigInt(String(value))
  const { upper, lower } = value as { upper: number | string; lower: number | string }
  return (BigInt(upper) << 64n) + BigInt(lower)
}
