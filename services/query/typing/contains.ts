/** Looks for a kind of node in an expression, without going into its subqueries. */
import { isAggregate } from '../functions.ts'
import type { Call, Expression, Subquery, Window } from '../statement/nodes.ts'

/** The first part of an expression, itself included, that is wanted. */
export function findPart(
  expression: Expression | null,
  wanted: (part: Expression) => boolean,
): Expression | undefined {
  return partsOf(expression).find(wanted)
}

/** The expression and all its parts, in reading order. */
function partsOf(value: unknown): readonly Expression[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.entries(value).filter(([key]) => key !== 'subquery' && key !== 'column')
  const parts = inner.flatMap(([, part]) => partsOf(part))
  return isExpression(value) ? [value, ...parts] : parts
}

export function contains(expression: Expression | null, wanted: (part: Expression) => boolean): boolean {
  return findPart(expression, wanted) !== undefined
}

/** Of the objects in a checked tree, those with a class are expressions. */
function isExpression(value: object): value is Expression {
  return 'class' in value
}

export const isSubquery = (part: Expression): part is Subquery => part.class === 'SUBQUERY'
export const isWindow = (part: Expression): part is Window => part.class === 'WINDOW'
export const isAggregateCall = (part: Expression): part is Call =>
  part.class === 'FUNCTION' && isAggregate(part.function_name.toLowerCase())
