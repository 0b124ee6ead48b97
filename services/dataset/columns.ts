/** Columns of a file against fields of the descriptor: by name, exactly, then without regard to case. Pure. */
import type { Resource } from './descriptor.ts'
import type { Finding } from './finding.ts'

export interface Matched {
  /** Position of each field in the file, in the order of the descriptor; empty when anything is wrong. */
  readonly positions: readonly number[]
  readonly findings: readonly Finding[]
}

export function matchColumns(columns: readonly string[], resource: Resource): Matched {
  const table = resource.name
  const findings: Finding[] = []
  const taken = new Set<number>()
  const positions: number[] = []
  for (const field of resource.schema.fields) {
    const [position, ...others] = positionsOf(columns, field.name)
    if (position === undefined) {
      findings.push({ severity: 'error', rule: 'column.absent', table, column: field.name, count: 1 })
      continue
    }
    if (others.length > 0) {
      const count = others.length + 1
      findings.push({ severity: 'error', rule: 'column.repeated', table, column: field.name, count })
    }
    positions.push(position)
    for (const one of [position, ...others]) taken.add(one)
  }
  const unknown = columns.flatMap((_, index) => (taken.has(index) ? [] : [index + 1]))
  if (unknown.length > 0) {
    // The title itself is not repeated: without a header it would be a value.
    const places = unknown.slice(0, 20).join(', ')
    findings.push({
      severity: 'error',
      rule: 'column.unknown',
      table,
      count: unknown.length,
      with: { places },
    })
  }
  return { positions: findings.length === 0 ? positions : [], findings }
}

function positionsOf(columns: readonly string[], field: string): number[] {
  const where = (same: (column: string) => boolean) =>
    columns.flatMap((column, index) => (same(column) ? [index] : []))
  const exact = where((column) => column === field)
  return exact.length > 0 ? exact : where((column) => column.toLowerCase() === field.toLowerCase())
}
