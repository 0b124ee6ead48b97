/** The equalities by which a subquery is tied to the person of the row outside. */
import type { Tree } from '../../engine/engine.ts'
import type { Comparison, Expression } from '../statement/nodes.ts'
import { isSame } from './identifiers.ts'
import type { Column, Scope } from './relation.ts'
import { touch } from './scope.ts'

export interface Tie {
  readonly at: Expression
  readonly inner: Column
  readonly outer: Column
  readonly outerPix: Tree
}

/** The parts of WHERE that say `inner id = outer id`, in a subquery over patient rows inside a query over patient rows. */
export function tiesToOuter(parts: readonly Expression[], scope: Scope): readonly Tie[] {
  const outer = scope.environment.outer
  if (scope.class !== 'PK' || outer?.class !== 'PK' || outer.pix === undefined) return []
  const outerPix = outer.pix
  return parts.flatMap((part) => {
    if (part.class !== 'COMPARISON' || part.type !== 'COMPARE_EQUAL') return []
    const found =
      tie(part, scope, outer) ?? tie({ ...part, left: part.right, right: part.left }, scope, outer)
    if (!found) return []
    touch(found.inner, scope)
    touch(found.outer, outer)
    scope.seen.outer.push(found.outer)
    return [{ ...found, at: part, outerPix }]
  })
}

function tie(
  { left, right }: Comparison,
  scope: Scope,
  outer: Scope,
): { inner: Column; outer: Column } | null {
  if (left.class !== 'COLUMN_REF' || right.class !== 'COLUMN_REF') return null
  const inner = scope.resolve(left)
  if (inner === null || scope.resolve(right) !== null) return null
  const far = outer.resolve(right)
  return far && isSame(inner.identifier, far.identifier) ? { inner, outer: far } : null
}
