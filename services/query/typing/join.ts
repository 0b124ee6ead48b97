/** Joins: free between public or released relations, on the person between patient rows (disclosure.md section 7.1). */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import type { Comparison, Expression, Join } from '../statement/nodes.ts'
import { contains, isSubquery } from './contains.ts'
import { bind, conjuncts, made } from './expression.ts'
import { compareSafely } from './harden.ts'
import { addEquality } from './hints.ts'
import { isSame, saysKeys } from './identifiers.ts'
import { inputOfFrom } from './input.ts'
import { checkLateral, readsLeft, type Sides, stillOuter, stillTied } from './lateral.ts'
import { bindFilter, markedIfAbsent } from './layer.ts'
import type {
  Bound,
  Column,
  Environment,
  Equality,
  From,
  Obligation,
  RelationClass,
  Scope,
  Source,
  Task,
} from './relation.ts'
import { conditionsBelow, conditionsOf, isRepeated } from './repeats.ts'
import { listNames, scopeOf, touch } from './scope.ts'
import { checkShare } from './share.ts'

/** A public relation of more rows than this is joined to patient rows by an equality only. */
const maxProduct = 10_000

export function bindJoin(given: Sides, task: Task, environment: Environment): From {
  const sides = besidePersons(given, task)
  const { join, left, right } = sides
  checkKind(sides, task)
  const lateral = readsLeft(sides)
  if (lateral) checkLateral(sides, lateral, task)
  const both = paired(sides)
  const scope = scopeOf(both, task, environment)
  const using = usingColumns(sides, task)
  const named = using.map((name) => mergedPair(name, sides, scope))
  const parts = conjuncts(join.condition)
  const conditions = parts.map((part) => bindOn(part, scope))
  const tied = parts.map((part) => equalitiesOf([part], scope))
  const equalities = [...named.map(({ equality }) => equality), ...tied.flat()]
  const obligation = lateral && lateral.isNested !== true ? undefined : obligationOf(sides)
  const pending = stillTied(sides)
  const isAsOf = join.ref_type === 'ASOF'
  const pix = left.pix && right.pix ? [sql.equal(left.pix, right.pix)] : []
  const own = [
    ...named.filter(({ equality }) => !saysKeys(equality, sides)).map(({ condition }) => condition),
    ...conditions.filter((_, i) => !saysKeys(tied[i]?.[0], sides)).map(({ tree }) => tree),
  ]
  const all = [...(lateral?.ties ?? []), ...own, ...pix]
  if (isAsOf) checkAsOf(join, [parts, conditions], task)
  return {
    ...both,
    tree: sql.join(lateral?.isValue ? 'LEFT' : join.join_type, withScalars(sides, scope.seen.scalars), {
      on: sql.and(all),
      isAsOf,
    }),
    merged: mergedColumns(sides, named),
    sources: keptSources(sides),
    ...frameOf(sides, [
      ...conditions.flatMap((bound) => bound.columns),
      ...named.flatMap(({ equality }) => equality.bare),
    ]),
    equalities: holding(sides, equalities),
    ties: [...(left.ties ?? []), ...(right.ties ?? []), ...equalities],
    joined: placeOf(join),
    repeats: isRepeated(sides, equalities),
    conditions: [...conditionsBelow(sides), ...conditionsOf(parts, conditions, scope)],
    ...(pending ? { lateral: pending } : {}),
    obligations: settled(sides, { obligation, equalities }, task),
    uses: [...left.uses, ...right.uses, ...scope.seen.uses],
    seen: {
      outer: [...stillOuter(sides), ...scope.seen.outer],
      released: [...left.seen.released, ...right.seen.released, ...scope.seen.released],
    },
  }
}

/** Beside patient rows the other side stands in the vault too. */
function besidePersons({ join, left, right }: Sides, task: Task): Sides {
  const isPersonal = left.class === 'PK' || right.class === 'PK'
  if (!isPersonal) return { join, left, right }
  return { join, left: inputOfFrom(left, task), right: inputOfFrom(right, task) }
}

interface Settling {
  /** Of this join. */
  readonly obligation: Obligation | undefined
  readonly equalities: readonly Equality[]
}

/** The obligations that WHERE may still meet; refuses those that it may not. */
function settled(sides: Sides, { obligation, equalities }: Settling, task: Task): readonly Obligation[] {
  const { join, left, right } = sides
  const known = [...left.equalities, ...right.equalities, ...equalities]
  const isInner = join.join_type === 'INNER'
  const open = [...left.obligations, ...right.obligations, ...(obligation ? [obligation] : [])]
  const remaining = open.filter(
    (one) => !isMet(one, isInner || one === obligation ? known : sideOf(one, sides)),
  )
  // A filter after ASOF would look at the one row that was chosen, not choose among those of the person.
  const isOpen = isInner && join.ref_type !== 'ASOF'
  const later = remaining.filter((one) => isOpen || (one !== obligation && maySettleLater(one, sides)))
  for (const one of remaining) if (!later.includes(one)) refuseObligation(one, task)
  return later
}

/** One inequality, or the last name of USING, says what is nearest; whatever would have to be tried is none. */
function checkAsOf(
  { type: _type, using_columns, join_type, ...join }: Join,
  [parts, conditions]: readonly [readonly Expression[], readonly Bound[]],
  task: Task,
): void {
  const isEquality = (part: Expression) => part.class === 'COMPARISON' && part.type === 'COMPARE_EQUAL'
  const nearest = parts.filter((part) => !isEquality(part)).length + Math.min(using_columns.length, 1)
  if (join_type !== 'INNER' && join_type !== 'LEFT') task.note('JOIN_NOT_ALLOWED', join)
  if (nearest !== 1 || conditions.some(({ tree }) => tree.class !== 'COMPARISON'))
    task.note('TYPE_ERROR', join, { key: 'hint.asOf' })
}

/** A part of ON; one that reads a row outside of the query belongs to WHERE, where the verifier can follow it. */
function bindOn(part: Expression, scope: Scope): Bound {
  const before = scope.seen.outer.length
  const bound = bindFilter(part, scope)
  if (scope.seen.outer.length > before || scope.seen.values.size > 0)
    scope.task.note('STATEMENT_NOT_ALLOWED', part, { key: 'hint.outerInWhere' })
  return bound
}

/** Scalars of the condition stand beside the rows that the join keeps. */
function withScalars({ join, left, right }: Sides, scalars: readonly sql.Beside[]): readonly [Tree, Tree] {
  if (join.join_type === 'RIGHT') return [left.tree, sql.beside(right.tree, scalars)]
  return [sql.beside(left.tree, scalars), right.tree]
}

/** The person of a row of the join: of FULL it stands on either side. */
function pixOf({ join, left, right }: Sides): Tree | undefined {
  if (left.pix === undefined || right.pix === undefined) return left.pix ?? right.pix
  if (join.join_type === 'FULL') return sql.coalesce(...[left.pix, right.pix].flatMap(keysIn))
  return join.join_type === 'RIGHT' ? right.pix : left.pix
}

/** Of a FULL join of a FULL join the keys stand side by side. */
function keysIn(pix: Tree): readonly Tree[] {
  return Array.isArray(pix.children) ? pix.children : [pix]
}

function paired(sides: Sides): From {
  const { join, left, right } = sides
  const pix = pixOf(sides)
  const isFilter = join.join_type === 'SEMI' || join.join_type === 'ANTI'
  return {
    tree: sql.empty,
    sources: [...left.sources, ...right.sources],
    merged: [...left.merged, ...right.merged],
    class: classOf([left.class, right.class]),
    ...(pix ? { pix } : {}),
    unique: isFilter ? left.unique : left.unique && right.unique,
    equalities: [],
    obligations: [],
    uses: [],
    seen: { outer: [], released: [] },
    rows: left.rows * right.rows,
  }
}

function classOf(classes: readonly RelationClass[]): RelationClass {
  if (classes.includes('PK')) return 'PK'
  return classes.includes('SAFE') ? 'SAFE' : 'PUB'
}

function checkKind({ join, left, right }: Sides, task: Task): void {
  const classes = [left.class, right.class]
  if (join.ref_type === 'POSITIONAL') task.note('JOIN_NOT_ALLOWED', join)
  if (join.join_type === 'ANTI' && right.sources.some(({ there }) => there)) task.markPartial()
  if (!classes.includes('PK')) return
  // For each row of nobody it would choose one row among those of all persons.
  if (join.ref_type === 'ASOF' && left.class !== 'PK') task.note('JOIN_NOT_ALLOWED', join)
  const isFilter = join.join_type === 'SEMI' || join.join_type === 'ANTI'
  if (isFilter && left.class !== 'PK') task.note('CROSS_PATIENT_SUBQUERY', join, { key: 'hint.frame' })
}

/** The sources of both sides; on a side that may have no row here, what a withheld group would have said is marked. */
function keptSources({ join, left, right }: Sides): readonly Source[] {
  const { join_type: type } = join
  const isNullable = { left: type === 'RIGHT' || type === 'FULL', right: type === 'LEFT' || type === 'FULL' }
  return [
    ...(isNullable.left ? markedIfAbsent(left.sources) : left.sources),
    ...(isNullable.right ? markedIfAbsent(right.sources) : right.sources).map((source) =>
      hideIfFilter(source, join),
    ),
  ]
}

function hideIfFilter(source: Source, join: Join): Source {
  return join.join_type === 'SEMI' || join.join_type === 'ANTI' ? { ...source, hidden: true } : source
}

function visible(from: From): readonly Column[] {
  const merged = new Set(from.merged.map(({ name }) => name.toLowerCase()))
  const own = from.sources.filter(({ hidden }) => hidden !== true).flatMap(({ columns }) => columns)
  return [...from.merged, ...own.filter(({ name }) => !merged.has(name.toLowerCase()))]
}

function usingColumns({ join, left, right }: Sides, task: Task): readonly string[] {
  if (join.ref_type !== 'NATURAL') return join.using_columns
  const names = new Set(visible(right).map(({ name }) => name.toLowerCase()))
  const shared = visible(left).filter(({ name }) => names.has(name.toLowerCase()))
  if (shared.length === 0) task.note('TYPE_ERROR', join, { key: 'hint.natural' })
  return shared.map(({ name }) => name)
}

interface Merged {
  readonly name: string
  readonly column: Column
  readonly condition: Tree
  readonly equality: Equality
}

/** One name of USING: the two columns are compared, and the bare name means the side that is always there. */
function mergedPair(name: string, { join, left, right }: Sides, scope: Scope): Merged {
  const [l, r] = [columnNamed(name, left, { join, scope }), columnNamed(name, right, { join, scope })]
  const isPerson = isSame(l.identifier, r.identifier)
  const isLast = join.ref_type === 'ASOF' && name === join.using_columns.at(-1)
  if ((l.identifier || r.identifier) && (isLast || !isPerson)) scope.task.note('IDENTIFIER_COMPARED', join)
  const equal = isLast
    ? sql.comparison('COMPARE_GREATERTHANOREQUALTO', l.ref, r.ref)
    : sql.equal(l.ref, r.ref)
  const operands = [l, r].map((column) => bind({ class: 'EXPANDED', column }, scope))
  const condition = compareSafely(operands) || isPerson || scope.class === 'SAFE' ? equal : sql.tryOf(equal)
  for (const { restrict } of [l, r])
    if (restrict.includes('filter')) scope.task.note('COLUMN_RESTRICTED', join)
  checkShare(made(condition, operands), join, scope)
  const column = keptColumn(join, l, r)
  return {
    name,
    column,
    condition,
    equality: { left: [l], right: [r], isPerson: isPerson && !isLast, bare: [l, r] },
  }
}

/** The side that is always there; of FULL whichever is. */
function keptColumn({ join_type }: Join, left: Column, right: Column): Column {
  if (join_type === 'FULL') return { ...left, ref: sql.coalesce(left.ref, right.ref) }
  return join_type === 'RIGHT' ? right : left
}

/** The one column of a side that a name of USING means. */
function columnNamed(name: string, from: From, { join, scope }: { join: Join; scope: Scope }): Column {
  const found = visible(from).filter((column) => column.name.toLowerCase() === name.toLowerCase())
  const [column] = found
  if (column && found.length === 1 && !name.startsWith('__')) return touch(column, scope)
  const known = listNames(visible(from).map((other) => other.name))
  return scope.task.refuse('COLUMN_UNKNOWN', join, { with: { known } })
}

function mergedColumns({ left, right }: Sides, named: readonly Merged[]): readonly Column[] {
  const names = new Set(named.map(({ name }) => name.toLowerCase()))
  const earlier = [...left.merged, ...right.merged].filter(({ name }) => !names.has(name.toLowerCase()))
  return [...earlier, ...named.map(({ column }) => column)]
}

/** The equalities among the parts of a condition, with the columns of both sides. */
export function equalitiesOf(parts: readonly Expression[], scope: Scope): readonly Equality[] {
  const isEquality = (part: Expression): part is Comparison =>
    part.class === 'COMPARISON' && part.type === 'COMPARE_EQUAL' && !contains(part, isSubquery)
  return parts.filter(isEquality).map((part) => {
    const [left, right] = [bind(part.left, scope), bind(part.right, scope)]
    return {
      left: left.columns,
      right: right.columns,
      isPerson: isSame(left.identifier, right.identifier),
      bare: [left, right].flatMap(({ tree, columns }) => columns.filter(({ ref }) => ref === tree)),
    }
  })
}

function placeOf(join: Join): unknown {
  return join.ref_type === 'CROSS' ? join.right : join
}

function obligationOf({ join, left, right }: Sides): Obligation | undefined {
  const between = {
    left: left.sources,
    right: right.sources,
    merged: [left.merged, right.merged] as const,
    at: placeOf(join),
  }
  if (left.class === 'PK' && right.class === 'PK') return { kind: 'person', ...between }
  const product = left.class === 'PK' ? right : left
  const isMixed = left.class === 'PK' || right.class === 'PK'
  return isMixed && product.class === 'PUB' && product.rows > maxProduct
    ? { kind: 'cost', ...between }
    : undefined
}

/** True when the equalities tie a column of one side to one of the other, by themselves or through third columns. */
export function isMet(obligation: Obligation, equalities: readonly Equality[]): boolean {
  const [left, right] = [
    columnsOf(obligation.left, obligation.merged[0]),
    columnsOf(obligation.right, obligation.merged[1]),
  ]
  if (obligation.kind === 'person')
    return [...reachedFrom(left, equalities)].some((column) => right.has(column))
  const touches = (side: ReadonlySet<Column>, columns: readonly Column[]) =>
    columns.some((one) => side.has(one))
  return equalities.some(
    (one) =>
      (touches(left, one.left) && touches(right, one.right)) ||
      (touches(left, one.right) && touches(right, one.left)),
  )
}

function columnsOf(sources: readonly Source[], merged: readonly Column[]): ReadonlySet<Column> {
  return new Set([...sources.flatMap(({ columns }) => columns), ...merged])
}

/** Columns that are one identifier with one of these, through any number of equalities. */
function reachedFrom(start: ReadonlySet<Column>, equalities: readonly Equality[]): ReadonlySet<Column> {
  const reached = new Set(start)
  const pairs = equalities.filter(({ isPerson }) => isPerson).map((one) => [...one.left, ...one.right])
  for (let before = 0; before < reached.size; ) {
    before = reached.size
    for (const pair of pairs.filter((columns) => columns.some((column) => reached.has(column))))
      for (const column of pair) reached.add(column)
  }
  return reached
}

/** Equalities that hold wherever both sides of an inner obligation stand. */
function sideOf(obligation: Obligation, { left, right }: Sides): readonly Equality[] {
  return obligation.left.some((source) => left.sources.includes(source)) ? left.equalities : right.equalities
}

/** WHERE filters the rows that an outer join keeps, not those that it fills with NULL. */
function maySettleLater(obligation: Obligation, { join, left, right }: Sides): boolean {
  const isWithin = (from: From) => obligation.left.every((source) => from.sources.includes(source))
  if (join.join_type === 'RIGHT') return isWithin(right)
  return join.join_type === 'LEFT' && isWithin(left)
}

export function refuseObligation({ kind, left, right, at }: Obligation, task: Task): void {
  if (kind === 'cost') task.note('COST', at)
  else task.note('CROSS_PATIENT_JOIN', at, addEquality(left, right))
}

/** Equalities that hold on every row of the join. */
function holding({ join, left, right }: Sides, own: readonly Equality[]): readonly Equality[] {
  switch (join.join_type) {
    case 'INNER':
      return [...left.equalities, ...right.equalities, ...own]
    case 'RIGHT':
      return right.equalities
    case 'FULL':
      return []
    default:
      return left.equalities
  }
}

/** The public sources whose rows all survive, with or without persons. */
function frameOf({ join, left, right }: Sides, used: readonly Column[]): { frame?: readonly Source[] } {
  const frame = left.class === 'PUB' ? left.sources : left.frame
  if (!frame) return {}
  if (join.join_type === 'LEFT' && right.class !== 'SAFE')
    return right.class === 'PK' || left.frame ? { frame } : {}
  const isLabel = (column: Column) =>
    [...frame, ...right.sources].some(({ columns }) => columns.includes(column))
  const isWider = join.join_type === 'INNER' && right.class === 'PUB' && left.frame !== undefined
  return isWider && used.every(isLabel) ? { frame: [...frame, ...right.sources] } : {}
}
