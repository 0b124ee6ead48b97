/** UNION, INTERSECT, EXCEPT: free over public and released rows; over patient rows within each person. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import { literalNumber } from '../functions.ts'
import type { Order, SetOperation } from '../statement/nodes.ts'
import { fromRelation } from './from.ts'
import { isOwn, isSame } from './identifiers.ts'
import { limitOf, withoutRepeats } from './project.ts'
import type { Environment, OutputColumn, Relation, Scope, Task } from './relation.ts'
import { listNames, scopeOf } from './scope.ts'

export function bindSetOperation(operation: SetOperation, task: Task, outside: Environment): Relation {
  const { isAnswer, ...environment } = { ...outside, ctes: task.ctes(operation.cte_map.map, outside) }
  const { isExists: _isExists, isScalar: _isScalar, isLateral: _isLateral, ...inside } = environment
  const [left, right] = branchesOf(operation, inside, task)
  const isPersonal = left.class === 'PK' || right.class === 'PK'
  if (isPersonal) checkPersons(operation, [left, right], task)
  const marked = left.columns.map((column, i) => (column.mark ?? right.columns[i]?.mark) !== undefined)
  const branches = [left, right].map((branch) => aligned(branch, { marked, isPersonal }, task)) as [
    Tree,
    Tree,
  ]
  const relation: Relation = {
    tree: sql.setOperation(operation.setop_type.replace(/_BY_NAME$/, ''), operation.setop_all, branches),
    columns: left.columns.map((column, i) => merged(column, right.columns[i], i, marked[i] === true)),
    class: isPersonal ? 'PK' : left.class === 'SAFE' || right.class === 'SAFE' ? 'SAFE' : 'PUB',
    unique: false,
    repeats: isPersonal && (left.repeats === true || right.repeats === true || isUnion(operation)),
    isGrouped: left.isGrouped || right.isGrouped,
    lacks: lacksRows(left) || lacksRows(right),
    uses: [...left.uses, ...right.uses],
    rows: left.rows + right.rows,
    isWithinPerson: false,
    outer: [...left.outer, ...right.outer],
  }
  return isAnswer || operation.modifiers.length > 0
    ? modified(operation, relation, { task, environment, isAnswer })
    : relation
}

function branchesOf(
  operation: SetOperation,
  environment: Environment,
  task: Task,
): readonly [Relation, Relation] {
  const asked = [task.query(operation.left, environment), task.query(operation.right, environment)] as const
  if (operation.setop_type === 'UNION_BY_NAME') return byName(asked, task)
  const [left, right] = asked
  if (left.columns.length !== right.columns.length)
    task.note('TYPE_ERROR', operation, { key: 'hint.branches' })
  return asked
}

/** Both branches may have rows made of the same one. */
function isUnion({ setop_type }: SetOperation): boolean {
  return setop_type.startsWith('UNION')
}

/** Whether groups of it may be withheld whole. */
function lacksRows({ class: own, lacks }: Relation): boolean {
  return own === 'SAFE' && lacks !== false
}

/** Both branches with the columns of both, those of the left first: what a branch has not is NULL there. */
function byName([left, right]: readonly [Relation, Relation], task: Task): readonly [Relation, Relation] {
  const has = ({ columns }: Relation, wanted: string) =>
    columns.find(({ name }) => name.toLowerCase() === wanted.toLowerCase())
  const added = right.columns.filter(({ name }) => !has(left, name))
  const names = [...left.columns, ...added].map(({ name }) => name)
  return [completed(left, names, task), completed(right, names, task)]
}

function completed(relation: Relation, names: readonly string[], task: Task): Relation {
  const alias = task.fresh()
  const places = names.map((name) =>
    relation.columns.find((column) => column.name.toLowerCase() === name.toLowerCase()),
  )
  const columns = places.map((column, i): OutputColumn => {
    const { mark: _mark, ...rest } = column ?? { restrict: [], personal: false, isNamed: true }
    const name = names[i] ?? ''
    return { ...rest, name, physical: `c${i}`, ...(column?.mark ? { mark: `c${i}__s` } : {}) }
  })
  const values = places.map((column, i) =>
    sql.named(column ? sql.column(alias, column.physical) : sql.nothing, `c${i}`),
  )
  const marks = places.flatMap((column, i) =>
    column?.mark ? [sql.named(sql.column(alias, column.mark), `c${i}__s`)] : [],
  )
  const pix = relation.class === 'PK' ? [sql.column(alias, '__pix')] : []
  const from = sql.derived(relation.tree, alias)
  return { ...relation, columns, tree: sql.select({ list: [...values, ...marks, ...pix], from }) }
}

/** An identifier stands in the same place in every branch: a constant there would be a forged person. */
function checkPersons(
  operation: SetOperation,
  [left, right]: readonly [Relation, Relation],
  task: Task,
): void {
  const isAligned = left.columns.every((column, i) => {
    const other = right.columns[i]
    if (!column.identifier && !other?.identifier) return true
    return isSame(column.identifier, other?.identifier)
  })
  const isUnionAll = isUnion(operation) && operation.setop_all
  // With an identifier in the rows, and the person beside it, sets of rows stay within each person.
  const isWithinPerson = left.columns.some(({ identifier }) => isOwn(identifier))
  const isKept = isAligned && (isUnionAll || isWithinPerson)
  if (!isKept || left.class !== right.class) task.note('SET_OPERATION', operation)
}

interface Alignment {
  readonly marked: readonly boolean[]
  readonly isPersonal: boolean
}

function aligned({ tree, columns }: Relation, { marked, isPersonal }: Alignment, task: Task): Tree {
  const alias = task.fresh()
  const values = columns.map(({ physical }, i) => sql.named(sql.column(alias, physical), `c${i}`))
  const marks = columns.flatMap(({ mark }, i) => {
    const own = mark === undefined ? sql.boolean(false) : sql.column(alias, mark)
    return marked[i] ? [sql.named(own, `c${i}__s`)] : []
  })
  const pix = isPersonal ? [sql.column(alias, '__pix')] : []
  return sql.select({ list: [...values, ...marks, ...pix], from: sql.derived(tree, alias) })
}

// biome-ignore lint/complexity/useMaxParams: two sides, a position and a fact
function merged(
  left: OutputColumn,
  right: OutputColumn | undefined,
  i: number,
  isMarked: boolean,
): OutputColumn {
  const { mark: _mark, kind: _kind, type: _type, ...rest } = left
  const kind = left.kind === right?.kind ? left.kind : undefined
  return {
    ...rest,
    physical: `c${i}`,
    restrict: [...new Set([...left.restrict, ...(right?.restrict ?? [])])],
    ...(kind ? { kind } : {}),
    ...(left.isShare || right?.isShare ? { isShare: true } : {}),
    ...(isMarked ? { mark: `c${i}__s` } : {}),
  }
}

interface Around {
  readonly task: Task
  readonly environment: Environment
  readonly isAnswer: boolean | undefined
}

/** ORDER BY and LIMIT of the whole, and the marks of an answer, in a SELECT around the operation. */
function modified(
  operation: SetOperation,
  relation: Relation,
  { task, environment, isAnswer }: Around,
): Relation {
  const from = fromRelation(relation, { alias: '', columns: [] }, task)
  const scope = scopeOf(from, task, environment)
  const [source] = from.sources
  const columns = source?.columns ?? []
  const physical = relation.columns.map(({ name }, i) => (isAnswer ? name : `c${i}`))
  const names = relation.columns.map(({ mark }, i) => (isAnswer ? `__s${i}` : mark))
  const values = columns.map(({ ref }, i) => sql.named(ref, physical[i] ?? ''))
  const marks = columns.flatMap(({ mark }, i) => {
    const name = names[i]
    return name === undefined
      ? []
      : [sql.named(mark ? sql.coalesce(mark, sql.boolean(false)) : sql.boolean(false), name)]
  })
  const modifiers = relation.class === 'PK' ? [] : modifiersOf(operation, scope, isAnswer === true)
  if (relation.class === 'PK' && operation.modifiers.some(({ type }) => type.startsWith('LIMIT')))
    task.note('ROW_LIMIT', operation.modifiers)
  const pix = from.pix ? [from.pix] : []
  return {
    ...relation,
    tree: sql.select({ list: [...values, ...marks, ...pix], from: from.tree, modifiers }),
    columns: relation.columns.map((column, i) => {
      const { mark: _mark, ...rest } = column
      const mark = names[i]
      return { ...rest, physical: physical[i] ?? '', ...(mark === undefined ? {} : { mark }) }
    }),
  }
}

function modifiersOf(operation: SetOperation, scope: Scope, isAnswer: boolean): readonly Tree[] {
  const columns = scope.sources[0]?.columns ?? []
  const limits = operation.modifiers.flatMap((modifier) => limitOf(modifier, scope))
  const given = operation.modifiers.flatMap((modifier) =>
    modifier.type === 'ORDER_MODIFIER' ? modifier.orders : [],
  )
  const orders = given.flatMap((order) => orderTrees(order, scope))
  const labels = [...columns.filter(({ mark }) => !mark), ...columns.filter(({ mark }) => mark)]
  const last = isAnswer || limits.length > 0 ? labels.map(({ ref }) => sql.order(ref)) : []
  const all = withoutRepeats([...orders, ...last])
  return [...(all.length > 0 ? [{ type: 'ORDER_MODIFIER', orders: all }] : []), ...limits]
}

/** Columns of the operation, by name or position. */
function orderTrees({ expression, type, null_order }: Order, scope: Scope): readonly Tree[] {
  const columns = scope.sources[0]?.columns ?? []
  if (expression.class === 'STAR' && expression.columns) return columns.map(({ ref }) => sql.order(ref, type))
  const position = literalNumber(expression)
  const column =
    position === undefined
      ? expression.class === 'COLUMN_REF'
        ? scope.resolve(expression)
        : undefined
      : columns[position - 1]
  if (!column)
    return scope.task.refuse('COLUMN_UNKNOWN', expression, {
      with: { known: listNames(columns.map(({ name }) => name)) },
    })
  return [sql.order(column.ref, type, column.mark ? 'NULLS LAST' : null_order)]
}
