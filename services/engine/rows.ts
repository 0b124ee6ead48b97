/** What a worker sends back as rows is checked here, value by value, before anybody reads it. */
import { z } from 'zod'
import type { Rows, Value } from './engine.ts'
import { queryFailed } from './failure.ts'

const columnsSchema = z
  .array(z.strictObject({ name: z.string().max(10_000), type: z.string().max(10_000) }))
  .max(10_000)

const DEPTH = 64

function isValue(value: unknown, depth = 0): value is Value {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return true
    case 'number':
      return Number.isFinite(value)
    case 'object': {
      if (value === null) return true
      if (depth > DEPTH || value instanceof Uint8Array) return false
      const members = Array.isArray(value) ? value : Object.values(value)
      return members.every((member) => isValue(member, depth + 1))
    }
    default:
      return false
  }
}

function isRow(row: unknown, width: number): row is readonly Value[] {
  if (!Array.isArray(row) || row.length !== width) return false
  for (const value of row) if (!isValue(value)) return false
  return true
}

function checkRows(answer: unknown, maxRows: number): Rows {
  if (answer === null || typeof answer !== 'object' || !('columns' in answer && 'rows' in answer)) {
    throw new TypeError('not rows')
  }
  const columns = columnsSchema.parse(answer.columns)
  const { rows } = answer
  if (!Array.isArray(rows) || rows.length > maxRows) throw new TypeError('not rows')
  for (const row of rows) if (!isRow(row, columns.length)) throw new TypeError('not a row')
  return { columns, rows }
}

/** The rows of a worker's answer; QUERY_FAILED when they do not fit what a worker may send, or are too many. */
export function trustRows(answer: unknown, maxRows: number): Rows {
  try {
    return checkRows(answer, maxRows)
  } catch {
    throw queryFailed('failed', 'answer')
  }
}
