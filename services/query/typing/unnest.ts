/** `unnest` in the select list: each row becomes as many as its list has members. */
import * as sql from '../build.ts'
import type { Call, Expression } from '../statement/nodes.ts'
import { findPart } from './contains.ts'
import { bindComputed, made } from './expression.ts'
import type { Bound, Scope } from './relation.ts'
import { isSeries, maxSeries } from './series.ts'

export function isUnnest(part: Expression): part is Call {
  return part.class === 'FUNCTION' && part.function_name.toLowerCase() === 'unnest'
}

/** With the number of members that the text may make; lists of a person's own rows are as long as these are many. */
export function bindUnnest(call: Call, scope: Scope): { bound: Bound; length: number } {
  const [list, ...more] = call.children
  if (!list || more.length > 0 || call.filter || call.distinct || call.order_bys.orders.length > 0)
    return scope.task.refuse('FUNCTION_NOT_ALLOWED', call)
  const part = bindComputed(list, scope)
  const bound = made(sql.call('unnest', [part.tree]), [part])
  return { bound, length: lengthOf(list) }
}

function lengthOf(list: Expression): number {
  const isMaker = (part: Expression) =>
    part.class === 'FUNCTION' && isSeries(part.function_name.toLowerCase())
  if (findPart(list, isMaker)) return maxSeries
  const written = findPart(list, (part) => part.class === 'FUNCTION' && part.function_name === 'list_value')
  return written?.class === 'FUNCTION' ? written.children.length : 1
}
