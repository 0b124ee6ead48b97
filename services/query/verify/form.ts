/** What an expression says, for tests of whether two of them say the same. */
import { type Node, nodesOf, notProven } from './node.ts'

/** An expression under the casts that only widen it for the sum. */
export function bare(expression: Node): unknown {
  if (expression.expression_class !== 'BOUND_CAST' || expression.try_cast === true) return plain(expression)
  const [child] = nodesOf([expression.child])
  return child ? bare(child) : notProven('shape')
}

/** What an expression says, without the names and places that differ between two copies of it. */
export function plain(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(plain)
  if (typeof part !== 'object' || part === null) return part
  const entries = Object.entries(part).filter(([name]) => name !== 'alias' && name !== 'query_location')
  return Object.fromEntries(entries.map(([name, inner]) => [name, plain(inner)]))
}
