/** Rule V4: rows of two persons never meet. Every kind of join is read as what it keeps of each side. */
import { conjuncts, inspect, meaningOf, pixLinks } from './expression.ts'
import { mustBeEmpty, type Node, nodeOf, nodesOf, notProven, textOf } from './node.ts'
import { type ColumnFact, dataColumn, isSubset, joinedClass, type Relation, shifted } from './relation.ts'

/** How the two sides are tied: pairs of person-key columns that are equal, and whether all conditions are public. */
interface Ties {
  /** Columns of the left and of the right side, each counted from 0. */
  readonly links: readonly (readonly [number, number])[]
  readonly isPublic: boolean
}

/** LOGICAL_COMPARISON_JOIN, LOGICAL_DELIM_JOIN, LOGICAL_ASOF_JOIN: one comparison per condition, each side on its own columns. */
export function comparisonJoin(node: Node, left: Relation, right: Relation): Relation {
  for (const field of ['left_projection_map', 'right_projection_map']) mustBeEmpty(node[field], 'V1')
  const ties = nodesOf(node.conditions).map((condition) => tieOf(condition, left, right))
  const both = side(left, right)
  const predicate = node.predicate === null || node.predicate === undefined ? [] : [nodeOf(node.predicate)]
  const isPublic = predicate.map((part) => inspect(part, both)).every(Boolean)
  return combine(textOf(node.join_type), [left, right], {
    links: ties.flatMap(({ links }) => links),
    isPublic: isPublic && ties.every((tie) => tie.isPublic),
  })
}

function tieOf(condition: Node, left: Relation, right: Relation): Ties {
  // Conditions that are not plain comparisons are kept whole, over both sides.
  if (condition.left === undefined) return { links: [], isPublic: inspect(condition, side(left, right)) }
  const [leftPart, rightPart] = [nodeOf(condition.left), nodeOf(condition.right)]
  const [l, r] = [meaningOf(leftPart, left), meaningOf(rightPart, right)]
  const isPublic = l.fact.isPublic && r.fact.isPublic
  const kinds = new Set([l.fact.kind, r.fact.kind])
  if (kinds.has('row')) return tieOfRows(kinds, textOf(condition.comparison))
  if (l.fact.kind !== 'pix' && r.fact.kind !== 'pix') return { links: [], isPublic }
  if (l.fact.kind !== 'pix' || r.fact.kind !== 'pix') return notProven('V7')
  const comparison = textOf(condition.comparison)
  const isPlain = [leftPart, rightPart].every((part) => part.expression_class === 'BOUND_REF')
  const isTie =
    comparison === 'COMPARE_EQUAL' || (comparison === 'COMPARE_NOT_DISTINCT_FROM' && l.isOwner && r.isOwner)
  if (!isTie) return notProven('V4')
  const link = [isPlain ? Number(leftPart.index) : -1, isPlain ? Number(rightPart.index) : -1] as const
  return { links: [link], isPublic }
}

/** The number of an outer row finds that row again, and does nothing else. */
function tieOfRows(kinds: ReadonlySet<ColumnFact['kind']>, comparison: string): Ties {
  const isSame = comparison === 'COMPARE_EQUAL' || comparison === 'COMPARE_NOT_DISTINCT_FROM'
  return kinds.size === 1 && isSame ? { links: [], isPublic: false } : notProven('V7')
}

/** LOGICAL_ANY_JOIN: one condition over the columns of both sides. */
export function anyJoin(node: Node, left: Relation, right: Relation): Relation {
  for (const field of ['left_projection_map', 'right_projection_map']) mustBeEmpty(node[field], 'V1')
  const condition = nodeOf(node.condition)
  const both = side(left, right)
  return combine(textOf(node.join_type), [left, right], {
    links: linksAcross([condition], both, left.columns.length),
    isPublic: inspect(condition, both),
  })
}

function linksAcross(conditions: readonly Node[], both: Relation, width: number): Ties['links'] {
  return pixLinks(conditions, both).flatMap(([a, b]) => {
    const [low, high] = a < b ? [a, b] : [b, a]
    return low < width && high >= width ? [[low, high - width] as const] : []
  })
}

/** LOGICAL_FILTER on products: what decorrelation leaves of a join. All private parts must hang together by person keys. */
export function filteredProduct(conditions: readonly Node[], parts: readonly Relation[]): Relation {
  const product = parts.reduce(side)
  const starts = parts.map((_, i) => parts.slice(0, i).reduce((sum, part) => sum + part.columns.length, 0))
  const partOf = (column: number) => starts.findLastIndex((start) => column >= start)
  const groups = parts.map((_, i) => i)
  for (const [a, b] of pixLinks(conditions, product)) {
    const [from, to] = [groups[partOf(a)], groups[partOf(b)]]
    groups.forEach((group, i) => {
      if (group === from && to !== undefined) groups[i] = to
    })
  }
  const personal = parts.flatMap((part, i) => (part.class === 'private' ? [groups[i]] : []))
  if (new Set(personal).size > 1) notProven('V4')
  if (personal.length > 0 && parts.some((part) => part.class === 'parameter')) notProven('V4')
  const isPublic = conjuncts(conditions)
    .map((one) => inspect(one, product))
    .every(Boolean)
  return { ...product, isFrame: product.isFrame && isPublic, unique: [] }
}

/** LOGICAL_CROSS_PRODUCT without a filter above it. */
export function crossProduct(left: Relation, right: Relation): Relation {
  return combine('INNER', [left, right], { links: [], isPublic: true })
}

/** Both sides next to each other, before anything is said about their ties. */
function side(left: Relation, right: Relation): Relation {
  const width = left.columns.length
  return {
    class: joinedClass(left.class, right.class),
    columns: [...left.columns, ...right.columns],
    covers: [...left.covers, ...shifted(right.covers, width)],
    unique: [],
    isFrame: left.isFrame && right.isFrame,
  }
}

type Keeps = (left: Relation, right: Relation, ties: Ties) => Relation

const keeps: Readonly<Record<string, Keeps>> = {
  INNER: inner,
  LEFT: outer,
  SINGLE: outer,
  RIGHT: (left, right, ties) => swapped(outer(right, left, flipped(ties)), right.columns.length),
  OUTER: full,
  FULL: full,
  SEMI: (left, right, ties) => ({
    ...left,
    isFrame: left.isFrame && ties.isPublic && right.class === 'public',
  }),
  ANTI: (left, right, ties) => ({
    ...left,
    isFrame: left.isFrame && ties.isPublic && right.class === 'public',
  }),
  MARK: (left, right, ties) => {
    const mark: ColumnFact = { kind: 'data', isPublic: ties.isPublic && right.class === 'public' }
    return { ...left, columns: [...left.columns, mark] }
  },
}

/** Kinds of which only the rows of the left side come out, chosen or marked by the right one. */
const leftOnly = new Set(['SEMI', 'ANTI', 'MARK', 'SINGLE'])

function combine(type: string, [left, right]: readonly [Relation, Relation], ties: Ties): Relation {
  const keep = Object.hasOwn(keeps, type) ? keeps[type] : undefined
  if (!keep) return notProven('V1')
  const areBoth = left.class === 'private' && right.class === 'private'
  if (areBoth && ties.links.length === 0) notProven('V4')
  const classes = new Set([left.class, right.class])
  if (classes.has('private') && classes.has('parameter')) notProven('V4')
  // A row that is nobody's must not be there, or be marked, because of somebody.
  if (leftOnly.has(type) && left.class !== 'private' && right.class === 'private') notProven('V4')
  return keep(left, right, ties)
}

function inner(left: Relation, right: Relation, ties: Ties): Relation {
  const width = left.columns.length
  const linked = ties.links.flatMap(([l, r]) => (l < 0 || r < 0 ? [] : [new Set([l]), new Set([r + width])]))
  const joined = side(left, right)
  return {
    ...joined,
    columns: joined.columns.map((fact) => (ties.isPublic ? fact : { ...fact, isPublic: false })),
    covers: [...joined.covers, ...linked],
    unique: [...keptUnique(left, right, ties), ...shifted(keptUnique(right, left, flipped(ties)), width)],
    isFrame: joined.isFrame && ties.isPublic,
  }
}

/** Every row of the left side stays; the right side adds to it or is NULL. */
function outer(left: Relation, right: Relation, ties: Ties): Relation {
  const width = left.columns.length
  const isFixed = ties.isPublic && right.class === 'public'
  const added = right.columns.map((fact) => (isFixed ? fact : { ...fact, isPublic: false }))
  const isOnlyRight = left.class !== 'private' && right.class === 'private'
  return {
    class: joinedClass(left.class, right.class),
    columns: [...left.columns, ...added.map(nullable)],
    covers: isOnlyRight ? shifted(right.covers, width) : left.covers,
    unique: keptUnique(left, right, ties),
    isFrame: left.isFrame,
  }
}

/** The constant NULL and NULL beside an unmatched row are the same. */
function nullable(fact: ColumnFact): ColumnFact {
  const { aggregate: _, ...rest } = fact
  return rest
}

function full(left: Relation, right: Relation, _: Ties): Relation {
  const width = left.columns.length
  const covers =
    left.class === 'private' && right.class === 'private'
      ? left.covers.flatMap((one) => shifted(right.covers, width).map((other) => new Set([...one, ...other])))
      : [...left.covers, ...shifted(right.covers, width)]
  const columns = [...left.columns, ...right.columns].map((fact) =>
    fact.kind === 'data' ? dataColumn : { ...fact, isPublic: false },
  )
  return { class: joinedClass(left.class, right.class), columns, covers, unique: [], isFrame: false }
}

function flipped({ links, isPublic }: Ties): Ties {
  return { links: links.map(([l, r]) => [r, l] as const), isPublic }
}

/** A relation whose last `width` columns belong in front. */
function swapped(relation: Relation, width: number): Relation {
  const total = relation.columns.length
  const front = total - width
  const place = (index: number) => (index < width ? index + front : index - width)
  const columns = [...relation.columns.slice(width), ...relation.columns.slice(0, width)]
  const move = (sets: readonly ReadonlySet<number>[]) => sets.map((set) => new Set([...set].map(place)))
  return { ...relation, columns, covers: move(relation.covers), unique: move(relation.unique) }
}

/** The left side keeps what is unique in it when each of its rows meets one row of the right side at most. */
function keptUnique(left: Relation, right: Relation, { links }: Ties): Relation['unique'] {
  const tied = new Set(links.map(([, r]) => r))
  return right.unique.some((set) => isSubset(set, tied)) ? left.unique : []
}
