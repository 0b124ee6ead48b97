/** The select list with its stars written out; a COLUMNS(…) inside an expression stands for one expression per column. */
import { labelOf } from '../statement/label.ts'
import type { Expression, Star } from '../statement/nodes.ts'
import { findPart } from './contains.ts'
import type { From, Scope } from './relation.ts'
import { type Chosen, columnsOf, isMadeOfPattern } from './star.ts'

/** One of the list. */
export type Item = Chosen

export function expandItems(list: readonly Expression[], from: From, scope: Scope): readonly Item[] {
  return list.flatMap((expression) => {
    const star = starOf(expression, scope)
    if (star === undefined) return [itemOf(expression, scope)]
    const alias = expression.alias ?? ''
    const chosen = columnsOf({ ...star, alias }, from, scope)
    if (expression.class === 'STAR' || isFilteredStar(expression)) return chosen
    if (isUnpacked(expression)) return [itemOf(unpacked(expression, chosen), scope)]
    return chosen.map(({ expression: column, name, isNamed }) => ({
      expression: withStar(expression, column),
      name: isMadeOfPattern(alias) ? name : alias || name,
      isNamed,
    }))
  })
}

/** A condition in which COLUMNS(…) stands holds when it holds of each of the columns. */
export function expandCondition(condition: Expression, from: From, scope: Scope): readonly Expression[] {
  const star = starOf(condition, scope)
  if (star === undefined) return [condition]
  const chosen = columnsOf(star, from, scope)
  if (isUnpacked(condition)) return [unpacked(condition, chosen)]
  return chosen.map(({ expression }) => withStar(condition, expression))
}

function itemOf(expression: Expression, scope: Scope): Item {
  const known = expression.class === 'COLUMN_REF' ? scope.resolve(expression) : null
  return { expression, name: expression.alias || known?.name || labelOf(expression), isNamed: true }
}

/** The one star of an expression: several COLUMNS(…) must be the same; `* LIKE 'x%'` chooses as COLUMNS(…) does. */
function starOf(expression: Expression, scope: Scope): Star | undefined {
  const filter = isFilteredStar(expression)
  if (filter) return filter
  const star = findPart(expression, (part) => part.class === 'STAR' && (part.columns || part === expression))
  if (star?.class !== 'STAR') return undefined
  const meaning = meaningOf(star)
  const other = findPart(expression, (part) => part.class === 'STAR' && meaningOf(part) !== meaning)
  if (other && !isInside(star, other))
    scope.task.refuse('STATEMENT_NOT_ALLOWED', other, { hint: { key: 'hint.star' } })
  return star
}

function meaningOf(star: Expression): string {
  return JSON.stringify(star, (key, value) => (key === 'query_location' ? undefined : value))
}

/** The star that COLUMNS(lambda) filters. */
function isInside(star: Star, part: Expression): boolean {
  return findPart(star.expr, (inner) => inner === part) !== undefined
}

/** `* LIKE 'x%'` and its like, alone in the list: the condition of a lambda on the names. */
function isFilteredStar(expression: Expression): Star | undefined {
  const inner = expression.class === 'OPERATOR' ? expression.children[0] : expression
  const [first] = inner?.class === 'FUNCTION' ? inner.children : []
  if (first?.class !== 'STAR' || first.columns) return undefined
  const name: Expression = { class: 'COLUMN_REF', column_names: ['name'] }
  const lambda: Expression = { class: 'LAMBDA', lhs: name, expr: replaced(expression, first, name) }
  const bare: Star = { ...first, alias: '' }
  return { ...bare, expr: filterOf(bare, lambda) }
}

function filterOf(star: Star, lambda: Expression): Expression {
  return {
    class: 'FUNCTION',
    function_name: 'list_filter',
    schema: '',
    children: [star, lambda],
    filter: null,
    order_bys: { type: 'ORDER_MODIFIER', orders: [] },
    distinct: false,
    is_operator: false,
  }
}

function isUnpacked(expression: Expression): boolean {
  return findPart(expression, isUnpack) !== undefined
}

function isUnpack(part: unknown): part is Extract<Expression, { class: 'OPERATOR' }> {
  return typeof part === 'object' && part !== null && 'type' in part && part.type === 'OPERATOR_UNPACK'
}

/** `coalesce(*COLUMNS(…))`: all the columns as operands of one call. */
function unpacked(expression: Expression, chosen: readonly Chosen[]): Expression {
  const operands = chosen.map((one) => one.expression)
  return rewritten(expression, (part) =>
    Array.isArray(part) && part.some(isUnpack)
      ? part.flatMap((one) => (isUnpack(one) ? operands : [one]))
      : undefined,
  )
}

function withStar(expression: Expression, column: Expression): Expression {
  return rewritten(expression, (part) => (isColumns(part) ? column : undefined))
}

function isColumns(part: unknown): boolean {
  return typeof part === 'object' && part !== null && 'class' in part && part.class === 'STAR'
}

function replaced(expression: Expression, old: Expression, by: Expression): Expression {
  return rewritten(expression, (part) => (part === old ? by : undefined))
}

/** The expression with some parts made anew; subqueries and columns that are known stay as they are. */
function rewritten(expression: Expression, change: (part: unknown) => unknown): Expression
function rewritten(part: unknown, change: (part: unknown) => unknown): unknown
function rewritten(part: unknown, change: (part: unknown) => unknown): unknown {
  const changed = change(part)
  if (changed !== undefined) return changed
  if (Array.isArray(part)) return part.map((one) => rewritten(one, change))
  if (typeof part !== 'object' || part === null) return part
  const entries = Object.entries(part).map(([key, value]) => [
    key,
    key === 'subquery' || key === 'column' ? value : rewritten(value, change),
  ])
  return Object.fromEntries(entries)
}
