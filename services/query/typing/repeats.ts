/** What a join says of its rows: whether one of a person is there several times, and between what they stand (see overlap.ts). */
import type { Expression } from '../statement/nodes.ts'
import { contains, isSubquery } from './contains.ts'
import { bind } from './expression.ts'
import type { Sides } from './lateral.ts'
import { nameOf } from './overlap.ts'
import type { Bound, Column, Condition, Equality, From, Scope } from './relation.ts'

/**
 * Rows of persons stand there once for each row of the public side; SEMI, ANTI and ASOF give them at most one, and so does an
 * equality with each column of the key of a public table.
 */
export function isRepeated({ join, left, right }: Sides, equalities: readonly Equality[]): boolean {
  if (left.repeats || right.repeats) return true
  const isOnce = join.join_type === 'SEMI' || join.join_type === 'ANTI' || join.ref_type === 'ASOF'
  const beside = left.class === 'PK' ? right : left
  if (isOnce || left.class === right.class || beside.class === 'PK') return false
  return beside.rows > 1 && !isOneByKey(beside, equalities)
}

/** Whether the equalities give each column of the key of the only table a value from elsewhere. */
function isOneByKey({ sources }: From, equalities: readonly Equality[]): boolean {
  const [source, more] = sources
  const { primaryKey = [], columns = [] } = source ?? {}
  if (more || primaryKey.length === 0) return false
  const own = new Set(columns.map(nameOf))
  const isElsewhere = (side: readonly Column[]) =>
    side.length > 0 && side.every((column) => !own.has(nameOf(column)))
  return primaryKey.every((column) => {
    const name = nameOf(column)
    const isIt = ([first, second]: readonly Column[]) =>
      !second && first !== undefined && nameOf(first) === name
    return equalities.some(
      ({ left, right, bare }) =>
        bare.some((one) => nameOf(one) === name) &&
        ((isIt(left) && isElsewhere(right)) || (isIt(right) && isElsewhere(left))),
    )
  })
}

/** What the joins below say: of an outer join it holds where both sides stand, and days of a row that is not there are none. */
export function conditionsBelow({ left, right }: Pick<Sides, 'left' | 'right'>): readonly Condition[] {
  return [...(left.conditions ?? []), ...(right.conditions ?? [])]
}

/** Parts of ON or WHERE, each with what it says is not greater than what. */
export function conditionsOf(
  parts: readonly Expression[],
  bounds: readonly Bound[],
  scope: Scope,
): readonly Condition[] {
  return bounds.map((bound, i) => {
    const orders = parts.slice(i, i + 1).flatMap(ordersOf)
    return { bound, orders: orders.map(([low, high]) => [bind(low, scope), bind(high, scope)]) }
  })
}

function ordersOf(part: Expression): readonly (readonly [Expression, Expression])[] {
  if (contains(part, isSubquery)) return []
  if (part.class === 'BETWEEN')
    return [
      [part.lower, part.input],
      [part.input, part.upper],
    ]
  if (part.class !== 'COMPARISON') return []
  if (part.type.startsWith('COMPARE_LESSTHAN')) return [[part.left, part.right]]
  return part.type.startsWith('COMPARE_GREATERTHAN') ? [[part.right, part.left]] : []
}
