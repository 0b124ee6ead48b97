/** One SELECT, read in the order of its meaning: FROM, WHERE, GROUP BY, HAVING, windows, the list, DISTINCT, ORDER BY. */
import { beside } from '../build.ts'
import type { Expression, Select } from '../statement/nodes.ts'
import { contains, isAggregateCall, isWindow } from './contains.ts'
import { conjuncts } from './expression.ts'
import { bindFrom } from './from.ts'
import { groupStage } from './group.ts'
import { personOf } from './hints.ts'
import { expandCondition, expandItems, type Item } from './items.ts'
import { equalitiesOf, isMet, refuseObligation } from './join.ts'
import { limitPerPerson } from './lateral.ts'
import { bindFilter, closeOrders } from './layer.ts'
import { rowsOfProduct } from './product.ts'
import { finish } from './project.ts'
import type { Condition, Environment, From, Relation, Scope, Task } from './relation.ts'
import { conditionsOf } from './repeats.ts'
import { scopeOf } from './scope.ts'
import { type Stage, unnestStage } from './stage.ts'
import { type Tie, tiesToOuter } from './ties.ts'
import { isUnnest } from './unnest.ts'
import { ofNoRows } from './value.ts'
import { windowStage } from './window-stage.ts'

export function bindSelect(written: Select, task: Task, outside: Environment): Relation {
  const environment = { ...outside, ctes: task.ctes(written.cte_map.map, outside) }
  const from = bindFrom(written.from_table, task, environment)
  if (written.sample !== null) task.note('SAMPLE', written)
  const rows = scopeOf(from, task, environment)
  const items = expandItems(written.select_list, from, rows)
  const scope = { ...rows, aliases: aliasesOf(items) }
  scope.seen.outer.push(...from.seen.outer)
  scope.seen.released.push(...from.seen.released)
  const filtered = bindWhere(written, from, scope)
  const isAsked = environment.isLateral === true || (environment.isScalar === true && items.length === 1)
  const isValue = isAsked && isValuePerPerson(written, items, filtered.found)
  const limited = environment.isLateral
    ? limitPerPerson(written, { items, ties: filtered.found }, scope)
    : null
  const select = limited ?? written
  const grouping = groupedByPerson(select, { ties: filtered.found, isValue }, environment)
  const { conditions } = filtered
  const groups = stageOfGroups(grouping, { items, from: { ...from, conditions } }, filtered.stage)
  if (select.having) groups.where.push(bindFilter(select.having, groups.scope).tree)
  const stage = withWindows(select, { items, from }, groups)
  for (const part of conjuncts(select.qualify)) stage.where.push(bindFilter(part, stage.scope).tree)
  const last = withUnnest(select, items, stage)
  const draft = finish({
    select,
    items,
    stage: last,
    from: { ...from, rows: filtered.rows },
    ties: filtered.found,
    isValue,
    isLimited: limited !== null,
  })
  for (let one: Stage | undefined = last; one; one = one.below) closeOrders(one.scope)
  return { ...draft(), uses: [...from.uses, ...scope.seen.uses], ...personFact(from) }
}

/** Groups of a query that is tied to the person are groups of that person. */
function groupedByPerson(
  select: Select,
  { ties, isValue }: { ties: readonly Tie[]; isValue: boolean },
  { isLateral }: Environment,
): Select {
  if (isValue) return { ...select, group_expressions: ties.map(keyOf) }
  const { group_expressions: given, group_sets } = select
  if (isLateral !== true || given.length === 0 || group_sets.length !== 1) return select
  return { ...select, group_expressions: [...given, ...ties.map(keyOf)] }
}

/** `(SELECT count(*) FROM … WHERE x.id = outer.id)`: an aggregate of the rows of the outer person, and nothing else. */
function isValuePerPerson(select: Select, items: readonly Item[], ties: readonly Tie[]): boolean {
  const { group_expressions, aggregate_handling, modifiers, having, qualify, sample } = select
  const expressions = items.map(({ expression }) => expression)
  const isPlain =
    group_expressions.length + modifiers.length === 0 && aggregate_handling !== 'FORCE_AGGREGATES'
  const isAlone = having === null && qualify === null && sample === null
  const isAggregate = expressions.every(
    (one) => contains(one, isAggregateCall) && !contains(one, isWindow) && ofNoRows(one) !== null,
  )
  return ties.length > 0 && isPlain && isAlone && isAggregate
}

function keyOf({ inner }: Tie): Expression {
  return { class: 'EXPANDED', column: inner }
}

function personFact(from: From): { person?: string } {
  const person = personOf(from.sources)
  return person === undefined ? {} : { person }
}

function aliasesOf(items: readonly Item[]): Scope['aliases'] {
  const given = items.filter(({ expression }) => (expression.alias ?? '') !== '')
  return new Map(given.reverse().map(({ expression, name }) => [name.toLowerCase(), expression]))
}

interface Filtered {
  readonly stage: Stage
  /** Equalities with the person of the outer row. */
  readonly found: readonly Tie[]
  readonly rows: number
  /** With those of joins. */
  readonly conditions: readonly Condition[]
}

/** WHERE, with what it settles: joins that waited for an equality, and the person of an outer row. */
function bindWhere(select: Select, from: From, scope: Scope): Filtered {
  const parts = conjuncts(select.where_clause).flatMap((part) => expandCondition(part, from, scope))
  const found = tiesToOuter(parts, scope)
  const own = parts.filter((part) => !found.some(({ at }) => at === part))
  const where = own.map((part) => bindFilter(part, scope))
  const equalities = [...from.equalities, ...equalitiesOf(own, scope)]
  for (const one of from.obligations) if (!isMet(one, equalities)) refuseObligation(one, scope.task)
  const stage = {
    scope,
    tree: () => beside(from.tree, scope.seen.scalars),
    where: where.map(({ tree }) => tree),
    unique: from.unique,
    isGrouped: false,
    isSingle: select.from_table.type === 'EMPTY' && select.where_clause === null,
    at: select,
  }
  const conditions = [...(from.conditions ?? []), ...conditionsOf(own, where, scope)]
  return { stage, found, conditions, rows: rowsOfProduct(from, equalities, scope.task) }
}

interface Listed {
  readonly items: readonly Item[]
  readonly from: From
}

function stageOfGroups(select: Select, { items, from }: Listed, rows: Stage): Stage {
  const hasAggregate = [...expressionsAbove(select, items), select.having, select.qualify].some((one) =>
    contains(one, isAggregateCall),
  )
  const hasKeys = select.group_expressions.length > 0 || select.aggregate_handling === 'FORCE_AGGREGATES'
  return hasKeys || hasAggregate || select.having
    ? groupStage({ select, items, from, at: select.select_list }, rows)
    : rows
}

function withUnnest(select: Select, items: readonly Item[], stage: Stage): Stage {
  return expressionsAbove(select, items).some((one) => contains(one, isUnnest)) ? unnestStage(stage) : stage
}

/** What stands in the list and in ORDER BY. */
function expressionsAbove(select: Select, items: readonly Item[]): readonly Expression[] {
  const orders = select.modifiers.flatMap((modifier) =>
    modifier.type === 'ORDER_MODIFIER' ? modifier.orders : [],
  )
  return [...items, ...orders].map(({ expression }) => expression)
}

function withWindows(select: Select, { items, from }: Listed, stage: Stage): Stage {
  const all = [...expressionsAbove(select, items), select.qualify]
  return all.some((one) => contains(one, isWindow)) ? windowStage(stage, from) : stage
}
