/** The end of a SELECT: its list, its marks, DISTINCT, ORDER BY and LIMIT, as each class may have them. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import { literalNumber } from '../functions.ts'
import type { Expression, Modifier, Order, Select } from '../statement/nodes.ts'
import { contains, isSubquery } from './contains.ts'
import { bind, checkRestriction } from './expression.ts'
import { atPosition } from './group.ts'
import { isOwn } from './identifiers.ts'
import type { Item } from './items.ts'
import { factsOf, marksOf, withheldAsNull } from './layer.ts'
import { maxGroups } from './product.ts'
import type { Bound, From, OutputColumn, Relation, RelationClass, Scope } from './relation.ts'
import { maxSeries } from './series.ts'
import type { Stage } from './stage.ts'
import type { Tie } from './ties.ts'

export interface Ending {
  readonly select: Select
  readonly items: readonly Item[]
  readonly stage: Stage
  readonly from: From
  readonly ties: readonly Tie[]
  /** One value per person: grouped by the ties. */
  readonly isValue: boolean
  /** The first rows of each person stand for a LIMIT. */
  readonly isLimited: boolean
}

/** A column of the list: what it is, what is written, and when it is withheld. */
interface Shown {
  readonly item: Item
  readonly bound: Bound
  readonly tree: Tree
  readonly mark: Tree | null
}

type Draft = Omit<Relation, 'uses' | 'person'>

/** Binds what is left of a SELECT; its tree is made by the function that comes back, when all orders are closed. */
export function finish(ending: Ending): () => Draft {
  const { items, stage } = ending
  const { scope } = stage
  const shown = items.map((item) => show(item, scope))
  const ends = { ...ending, shown, columns: outputColumns(shown, scope) }
  const rows = rowsOfList(ending)
  const modifiers = scope.class === 'PK' ? personModifiers(ends) : openModifiers(ends)
  const isAlone = ending.ties.length > 0 && scope.seen.outer.length === ending.ties.length
  const isLateral = scope.environment.isLateral === true && scope.class === 'PK'
  if (isLateral && !isAlone) checkCorrelated(ending)
  const isValue = ending.isValue && isAlone
  const isTied = isOnlyTied(ends) || isValue || (isLateral && isAlone)
  const tied = isValue || isLateral ? valueQuery(ends, modifiers.list) : () => tiedQuery(ending)
  return () => ({
    tree: isTied ? tied() : wholeQuery(ends, modifiers.list),
    columns: ends.columns,
    class: classOf(scope),
    unique: stage.unique && !standsBeside(stage),
    isGrouped: stage.isGrouped || modifiers.isGrouped,
    isPerPerson: stage.unique || stage.isPerPerson === true,
    repeats: isRepeatedIn(ending),
    lacks: scope.lacks === true && !stage.isSingle,
    rows,
    ...(isTied
      ? { ties: ending.ties.map(({ outer }, i) => ({ outer: outer.ref, inner: `__tie${i}` })) }
      : {}),
    isWithinPerson: ending.ties.length > 0,
    isValue: isLateral ? isValue : ending.isValue,
    outer: scope.seen.outer,
  })
}

/** Notes COST when `unnest` makes too many. */
function rowsOfList(ending: Ending): number {
  const { stage, items } = ending
  const rows = rowsBelow(ending) * (stage.rowsOfOne?.() ?? 1)
  if (stage.rowsOfOne && stage.scope.class !== 'SAFE' && rows > maxSeries)
    stage.scope.task.note('COST', items[0]?.expression, { key: 'hint.series' })
  return rows
}

/** Upper bound of the rows, nominal where a leaf has groups: how many there are is not known from the text. */
function rowsBelow({ stage, from }: Ending): number {
  if (stage.isGrouped || isSingle(stage)) return 1
  return stage.scope.class === 'SAFE' && from.class === 'PK' ? maxGroups : from.rows
}

function isSingle({ isSingle: own, below }: Stage): boolean {
  return own || (below !== undefined && isSingle(below))
}

/** Where there is one row for each person it stands in one group, whatever was below. */
function isRepeatedIn({ stage, from }: Ending): boolean {
  if (stage.unique || stage.isPerPerson) return false
  return from.repeats === true || stage.rowsOfOne !== undefined
}

/** Columns, marks and the person, with the ties to an outer row as conditions. */
function wholeQuery(ends: Ends, modifiers: readonly Tree[]): Tree {
  const { stage, ties } = ends
  rowsOf(stage).where.push(...ties.flatMap(tieConditions(ends)))
  const from = stage.tree()
  const where = sql.and(stage.where)
  const pix = stage.scope.class === 'PK' && stage.scope.pix ? [sql.named(stage.scope.pix, '__pix')] : []
  return sql.select({ list: [...listed(ends), ...pix], from, where, modifiers })
}

/** The stage of the rows, below groups and windows. */
function rowsOf(stage: Stage): Stage {
  return stage.below ? rowsOf(stage.below) : stage
}

function tiedQuery({ stage, ties }: Ending): Tree {
  const { pix } = stage.scope
  const own = ties.map(({ inner }, index) => sql.named(inner.ref, `__tie${index}`))
  const list = [...own, ...(pix ? [sql.named(pix, '__pix')] : [])]
  return sql.select({ list, from: stage.tree(), where: sql.and(stage.where) })
}

/** Whether something was joined to the rows: then no more is said of how many there are than the verifier would follow. */
function standsBeside({ scope, below }: Stage): boolean {
  const { scalars, values } = scope.seen
  return scalars.length + values.size > 0 || (below !== undefined && standsBeside(below))
}

/** What reads more of the left row than its person differs from row to row: no value and no first rows of a person. */
function checkCorrelated({ select, items, isValue, isLimited, stage }: Ending): void {
  const { task } = stage.scope
  if (isLimited) task.note('ROW_LIMIT', select.select_list)
  if (isValue) task.note('CROSS_PATIENT_SUBQUERY', items[0]?.expression, { key: 'hint.subqueryInFrom' })
}

/** The value, or the rows, of each person, with what ties them to a row of the person. */
function valueQuery(ends: Ends, modifiers: readonly Tree[]): () => Tree {
  const { stage, ties } = ends
  const { scope } = stage
  const keys = ties.map(({ inner }, index) =>
    sql.named(bind({ class: 'EXPANDED', column: inner }, scope).tree, `__tie${index}`),
  )
  const pix = scope.pix ? [sql.named(scope.pix, '__pix')] : []
  return () =>
    sql.select({
      list: [...listed(ends), ...keys, ...pix],
      from: stage.tree(),
      where: sql.and(stage.where),
      modifiers,
    })
}

function classOf({ class: own, seen }: Scope): RelationClass {
  return own === 'PUB' && seen.released.length > 0 ? 'SAFE' : own
}

function show(item: Item, scope: Scope): Shown {
  const bound = bind(item.expression, scope)
  return { item, bound, tree: withheldAsNull(bound), mark: sql.or(marksOf(bound)) }
}

function outputColumns(shown: readonly Shown[], scope: Scope): readonly OutputColumn[] {
  const { isAnswer } = scope.environment
  const unique = uniqueNames()
  const names = shown.map(({ item }) => (isAnswer ? item.name : unique(item.name)))
  return shown.map(({ item, bound, mark }, index) => {
    const markName = isAnswer ? `__s${index}` : mark ? unique(`${item.name}__s`) : undefined
    return {
      ...factsOf(bound),
      name: item.name,
      physical: names[index] ?? item.name,
      personal: scope.class === 'PK',
      isNamed: item.isNamed,
      ...(markName === undefined ? {} : { mark: markName }),
    }
  })
}

/** Gives each name once, whatever the case. */
function uniqueNames(): (wanted: string) => string {
  const taken = new Set(['__pix'])
  return (wanted) => {
    let name = wanted
    for (let i = 1; taken.has(name.toLowerCase()); i += 1) name = `${wanted}_${i}`
    taken.add(name.toLowerCase())
    return name
  }
}

type Ends = Ending & { readonly shown: readonly Shown[]; readonly columns: readonly OutputColumn[] }

/** Columns, then marks; of the answer each column has its mark. */
function listed({ shown, columns }: Ends): readonly Tree[] {
  const values = shown.map(({ tree }, index) => sql.named(tree, columns[index]?.physical ?? ''))
  const marks = shown.flatMap(({ mark }, index) => {
    const name = columns[index]?.mark
    const flag = mark ? sql.coalesce(mark, sql.boolean(false)) : sql.boolean(false)
    return name === undefined ? [] : [sql.named(flag, name)]
  })
  return [...values, ...marks]
}

/** An EXISTS that is tied to the outer row by the person alone: then it can be asked as IN, without correlation. */
function isOnlyTied({ select, ties, stage }: Ends): boolean {
  const { environment, seen } = stage.scope
  const isPlain = stage.below === undefined && select.modifiers.every((one) => keepsSome(one, stage.scope))
  return environment.isExists === true && ties.length > 0 && isPlain && seen.outer.length === ties.length
}

const tieConditions =
  ({ from }: Ending) =>
  ({ inner, outer, outerPix }: Tie): readonly Tree[] => [
    sql.equal(inner.ref, outer.ref),
    ...(from.pix ? [sql.equal(from.pix, outerPix)] : []),
  ]

interface Modifiers {
  readonly list: readonly Tree[]
  readonly isGrouped: boolean
}

/** Over patient rows: DISTINCT on the person stays, ORDER BY is dropped, LIMIT would let one person decide on others. */
function personModifiers(ends: Ends): Modifiers {
  const { scope } = ends.stage
  let result: Modifiers = { list: [], isGrouped: false }
  const orders = ends.select.modifiers.flatMap((modifier) => ordersOf(modifier, ends))
  for (const modifier of ends.select.modifiers) {
    if (modifier.type === 'DISTINCT_MODIFIER')
      result = distinctOfPersons(modifier.distinct_on_targets, orders, ends)
    const isLimit = modifier.type === 'LIMIT_MODIFIER' || modifier.type === 'LIMIT_PERCENT_MODIFIER'
    if (isLimit && !keepsSome(modifier, scope)) scope.task.note('ROW_LIMIT', modifier)
  }
  return result
}

/** Inside EXISTS `LIMIT 1`, or any more, changes nothing: it is dropped. */
function keepsSome(modifier: Modifier, { environment }: Scope): boolean {
  if (modifier.type !== 'LIMIT_MODIFIER' || environment.isExists !== true) return false
  const { limit, offset } = modifier
  return offset === null && limit !== null && (literalNumber(limit) ?? 0) >= 1
}

function distinctOfPersons(targets: readonly Expression[], orders: readonly Tree[], ends: Ends): Modifiers {
  const { scope } = ends.stage
  const isOn = targets.length > 0
  const by = isOn ? targets.map((target) => bind(target, scope)) : ends.shown.map(({ bound }) => bound)
  const isTied = scope.environment.isLateral === true && ends.ties.length > 0
  const isOnPerson = by.some(({ identifier }) => isOwn(identifier)) || (isTied && !isOn)
  if (!isOnPerson && isOn) scope.task.note('ROW_LEVEL', targets[0], { key: 'hint.distinctOn' })
  const open = [...orders]
  if (isOn) scope.seen.openOrders.push(open)
  const on = isOn ? [...by.map(({ tree }) => tree), ...(scope.pix ? [scope.pix] : [])] : []
  const distinct = { type: 'DISTINCT_MODIFIER', distinct_on_targets: on }
  const list = isOn ? [distinct, { type: 'ORDER_MODIFIER', orders: open }] : [distinct]
  return { list: isOnPerson ? list : [], isGrouped: isOnPerson }
}

/** Above the leaves all modifiers are free; what has no order gets that of its labels. */
function openModifiers(ends: Ends): Modifiers {
  const { stage, select } = ends
  const kept = select.modifiers.filter(({ type }) => type !== 'ORDER_MODIFIER')
  const distinct = kept.flatMap((modifier) => distinctOf(modifier, stage.scope))
  const limits = kept.flatMap((modifier) => limitOf(modifier, stage.scope))
  const given = select.modifiers.flatMap((modifier) => ordersOf(modifier, ends))
  const wantsOrder = (stage.scope.environment.isAnswer || limits.length > 0) && !stage.isSingle
  const orders = wantsOrder ? withoutRepeats([...given, ...labelOrder(ends)]) : given
  const ordering = orders.length > 0 ? [{ type: 'ORDER_MODIFIER', orders }] : []
  return { list: [...distinct, ...ordering, ...limits], isGrouped: false }
}

/** The first of each expression decides; a constant orders nothing. */
export function withoutRepeats(orders: readonly Tree[]): readonly Tree[] {
  const first = new Map<string, Tree>()
  for (const order of orders) {
    const key = JSON.stringify(order.expression)
    const isConstant = key.startsWith('{"class":"CONSTANT"')
    if (!isConstant && !first.has(key)) first.set(key, order)
  }
  return [...first.values()]
}

/** Labels first, then what can be withheld. */
function labelOrder({ shown }: Ends): readonly Tree[] {
  const labels = shown.filter(({ mark }) => mark === null)
  const cells = shown.filter(({ mark }) => mark !== null)
  return [...labels, ...cells].map(({ tree }) => sql.order(tree))
}

function distinctOf(modifier: Modifier, scope: Scope): readonly Tree[] {
  if (modifier.type !== 'DISTINCT_MODIFIER') return []
  const targets = modifier.distinct_on_targets.map((target) => bind(target, scope).tree)
  return [{ type: 'DISTINCT_MODIFIER', distinct_on_targets: targets }]
}

export function limitOf(modifier: Modifier, scope: Scope): readonly Tree[] {
  if (modifier.type !== 'LIMIT_MODIFIER' && modifier.type !== 'LIMIT_PERCENT_MODIFIER') return []
  const literal = (expression: Expression | null) => {
    if (expression === null) return null
    const bound = bind(expression, scope)
    if (bound.columns.length > 0 || contains(expression, isSubquery))
      scope.task.note('STATEMENT_NOT_ALLOWED', expression, { key: 'hint.limit' })
    return bound.tree
  }
  return [{ type: modifier.type, limit: literal(modifier.limit), offset: literal(modifier.offset) }]
}

function ordersOf(modifier: Modifier, ends: Ends): readonly Tree[] {
  if (modifier.type !== 'ORDER_MODIFIER') return []
  return modifier.orders.flatMap((order) => orderTrees(order, ends))
}

/** A name of the list first, then a position, then an expression over the rows. A withheld cell comes last both ways. */
function orderTrees(order: Order, ends: Ends): readonly Tree[] {
  const { stage, shown, items } = ends
  const { expression } = order
  if (expression.class === 'STAR' && expression.columns)
    return shown.map((one) => orderBy(order, one.tree, one.mark))
  const alias =
    expression.class === 'COLUMN_REF' && expression.column_names.length === 1
      ? expression.column_names[0]
      : undefined
  const named =
    alias === undefined ? -1 : items.findIndex(({ name }) => name.toLowerCase() === alias.toLowerCase())
  const target = named >= 0 ? items[named] : undefined
  const meant = target?.expression ?? atPosition(expression, items, stage.scope)
  const bound = bind(meant, stage.scope)
  const same = shown.find((one) => JSON.stringify(one.bound.tree) === JSON.stringify(bound.tree))
  if (stage.scope.class === 'PK') checkRestriction(bound, 'filter', { at: expression, scope: stage.scope })
  return [orderBy(order, same?.tree ?? bound.tree, sql.or(marksOf(bound)))]
}

function orderBy({ type, null_order }: Order, tree: Tree, mark: Tree | null): Tree {
  return sql.order(tree, type, mark ? 'NULLS LAST' : null_order)
}
