/** Where an identifier may stand: bare, beside its like, and nowhere else (disclosure.md section 6). */
import type { Tree } from '../../engine/engine.ts'
import type { Bound, Column, Equality, From, Identifier, Scope } from './relation.ts'

/** Comparisons that two identifiers of one kind may enter. */
const identityOperators = new Set([
  'COMPARE_EQUAL',
  'COMPARE_NOTEQUAL',
  'COMPARE_DISTINCT_FROM',
  'COMPARE_NOT_DISTINCT_FROM',
])

/** True for the person and for keys that determine the person; a reference to somebody else never stands for the row. */
export function isOwn(identifier: Identifier | undefined): identifier is Identifier {
  return identifier !== undefined && identifier.role !== 'unit-reference'
}

/** One and the same identifier: two rows that agree on it belong to one person. */
export function isSame(left: Identifier | undefined, right: Identifier | undefined): boolean {
  if (!isOwn(left) || !isOwn(right)) return false
  return left.role === right.role && left.domain === right.domain && left.name === right.name
}

/** True for the bare column of a sealed table that says what this hidden key says: rows parted by the key are not parted by its text again. */
export function saysPerson({ tree, columns: [column] }: Bound, pix: Tree): boolean {
  return column !== undefined && tree === column.ref && isKeyOf(column, pix)
}

/** True for an equality of two persons that the equality of the hidden keys of both sides says already. */
export function saysKeys(
  equality: Equality | undefined,
  { left, right }: Record<'left' | 'right', Pick<From, 'pix'>>,
): boolean {
  const [one, other, more] = equality?.isPerson ? equality.bare : []
  const [l, r] = [left.pix, right.pix]
  if (!one || !other || more || !l || !r) return false
  return (isKeyOf(one, l) && isKeyOf(other, r)) || (isKeyOf(one, r) && isKeyOf(other, l))
}

/** True when this hidden key says the same as the column on every row. */
export function isKeyOf({ personKey }: Column, pix: Tree): boolean {
  return personKey !== undefined && JSON.stringify(personKey) === JSON.stringify(pix)
}

/** Notes IDENTIFIER_COMPARED unless no identifier is compared, or each with its like by (in)equality. */
export function checkComparison(
  type: string,
  sides: readonly { bound: Bound; at: unknown }[],
  scope: Scope,
): void {
  const at = sides.find(({ bound }) => bound.identifier)?.at
  if (at === undefined) return
  const [left, right] = sides
  const isIdentity = sides.length === 2 && identityOperators.has(type)
  if (isIdentity && isSame(left?.bound.identifier, right?.bound.identifier)) return
  scope.task.note('IDENTIFIER_COMPARED', at)
}

/** Notes IDENTIFIER_COMPUTED when an expression that is about to be computed with is a bare identifier. */
export function checkComputed(bound: Bound, at: unknown, scope: Scope): Bound {
  if (bound.identifier) scope.task.note('IDENTIFIER_COMPUTED', at)
  return bound
}
