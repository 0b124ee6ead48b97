/** A leaf: level 1 of its evidence near the rows, and the released relation that stands for it above. */
import type { Tree } from '../../engine/engine.ts'
import { canonical } from '../../kernel/hash.ts'
import * as sql from '../build.ts'
import { chosenRelation, hasOwnTable, type Mask, type Read } from '../plan.ts'
import type { Call } from '../statement/nodes.ts'
import { overlapsOf } from '../typing/overlap.ts'
import type { Bound, Column, From, Scope, Use } from '../typing/relation.ts'
import type { Stage } from '../typing/stage.ts'
import { blocksOf, boundsOf, isBounded, quantileOf } from './bounds.ts'
import { measureOf, readMeasure } from './measure.ts'
import { inner, own, type Parts } from './parts.ts'
import { type GroupingSets, groupingOf, repeated } from './sets.ts'
import type { MeasureDraft, Measures } from './wanted.ts'

export interface LeafInput {
  readonly below: Stage
  readonly from: From
  readonly keys: readonly Bound[]
  /** More than one, or absent. */
  readonly sets?: GroupingSets
}

export interface LeafBuilder {
  /** No group can be withheld whole: there is one, or their labels are public. */
  readonly hasAllGroups: boolean
  readonly keyColumn: (index: number) => Column
  /** GROUPING() of these keys. */
  readonly grouping: (keys: readonly number[]) => Tree
  /** What an aggregate becomes above; `labels` are the keys, for hints. */
  readonly measure: (call: Call, labels: readonly string[]) => Bound
  /** Keeps the leaf and answers its relation. Called once, last. */
  readonly close: () => Tree
}

export function newLeaf(input: LeafInput, scope: Scope): LeafBuilder {
  const alias = scope.task.fresh()
  const measures = newMeasures(alias)
  return {
    hasAllGroups: input.keys.length === 0 || isFramed(input),
    keyColumn: (index) => {
      const kind = input.keys[index]?.kind
      const ref = sql.column(alias, `g${index}`)
      return { name: '', ref, restrict: [], personal: false, ...(kind ? { kind } : {}) }
    },
    grouping: (keys) => groupingOf(sql.column(alias, `g${input.keys.length}`), keys, input.sets ?? []),
    measure: (call, labels) => measureOf(call, { scope, measures, labels }),
    close: () => {
      // A relation has a column: `SELECT 1 FROM stays HAVING true` asks for none.
      if (input.keys.length === 0 && measures.drafts.length === 0)
        measures.add({ shape: 'presence', label: 'count(*)', value: null, filter: null })
      return sql.base('', scope.task.leaf(draftOf(input, measures, scope)), alias)
    },
  }
}

/** Each measure once, with the expressions that it needs of a row. */
function newMeasures(alias: string): Measures {
  const drafts: MeasureDraft[] = []
  const expressions: Tree[] = []
  const names = new Map<string, string>()
  const known = new Map<string, string>()
  const expression = (tree: Tree | null): string | null => {
    if (tree === null) return null
    const key = JSON.stringify(tree)
    const name = names.get(key) ?? `x${expressions.push(tree) - 1}`
    names.set(key, name)
    return name
  }
  return {
    drafts,
    expressions,
    add: ({ label, value, other, filter, type, kind = 'number', ...about }) => {
      const second = other ? { other: expression(other) } : {}
      const wanted = { ...about, value: expression(value), ...second, filter: expression(filter) }
      const key = canonical(wanted)
      const name = known.get(key) ?? `m${drafts.length + 1}`
      if (!known.has(key)) drafts.push({ name, label, ...wanted, ...(type ? { type } : {}) })
      known.set(key, name)
      const ref = sql.column(alias, name)
      const mark = sql.column(alias, `${name}__s`)
      return { name, ref, mark, restrict: [], personal: false, kind }
    },
  }
}

function draftOf({ below, from, keys, sets }: LeafInput, { drafts, expressions }: Measures, scope: Scope) {
  const given = keys.map((_, index) => `g${index}`)
  const once = sql.select({
    list: [
      ...keys.map(({ tree }, index) => sql.named(tree, `g${index}`)),
      sql.named(scope.pix ?? sql.nothing, '__pix'),
      ...expressions.map((tree, index) => sql.named(tree, `x${index}`)),
    ],
    from: below.tree(),
    where: sql.and(below.where),
  })
  const others = ['__pix', ...expressions.map((_, index) => `x${index}`)]
  const { rows, keys: names } = sets
    ? repeated({ rows: once, keys: given, others }, sets)
    : { rows: once, keys: given }
  const parts = { from: sql.derived(rows, inner), names }
  const isUnique =
    below.unique &&
    !sets &&
    scope.seen.scalars.length === 0 &&
    scope.seen.values.size === 0 &&
    drafts.every((draft) => readMeasure(draft).isSimple)
  const uses = ownUses([...from.uses, ...scope.seen.uses])
  const persons = largestOf(uses)
  const mask = persons && !isUnique && !sets && isBounded(drafts) ? maskOf(parts, drafts, persons) : undefined
  return {
    level1: sql.statement(isUnique ? levelOneOfUnique(parts, drafts) : levelOneOfMany(parts, drafts)),
    values: drafts.flatMap((draft) => {
      if (draft.shape === 'values') return [valuesOf(parts, draft)]
      return hasOwnTable(draft) ? [heldValuesOf(parts, draft)] : []
    }),
    keys: names,
    measures: drafts.map(({ value: _value, other: _other, filter: _filter, type: _type, ...about }) => about),
    plan: planOf(isUnique, mask),
    ...(mask ? { mask } : {}),
    framed: !sets && isFramed({ from, keys, below }),
    total: names.length === 0,
    ...overlapsOf({ from, keys, expressions }),
    ...(sets ? { sets } : {}),
    reads: readsOf(uses),
  }
}

/** Rows of a relation, as a power of ten, from which bounds may save more than they cost. */
const leastMagnitude = 6

/** The largest relation of persons, where it is large by the catalogue. */
function largestOf(uses: readonly Use[]): Mask['persons'] | undefined {
  const [largest] = uses
    .map(({ table }) => table)
    .filter((table) => table.class === 'personal' && table.magnitude >= leastMagnitude)
    .toSorted((a, b) => b.magnitude - a.magnitude)
  return largest?.mount
}

function planOf(isUnique: boolean, mask: Mask<Tree> | undefined): 'U' | 'X' | 'M' {
  if (isUnique) return 'U'
  return mask ? 'M' : 'X'
}

/** The statements of plan M; of no keys there is nothing to choose. */
function maskOf(
  parts: Parts,
  drafts: readonly MeasureDraft[],
  { schema, name }: Mask['persons'],
): Mask<Tree> {
  const { from, names } = parts
  const same = sql.and(names.map((key) => sql.same(own(key), sql.column('s', key))))
  const chosen = same && sql.join('SEMI', [from, sql.base('', chosenRelation, 's')], { on: same })
  return {
    ...boundsOf(parts, drafts),
    ...(chosen ? { chosen: sql.statement(levelOneOfMany({ from: chosen, names }, drafts)) } : {}),
    ...maskedValuesOf(parts, quantileOf(drafts), chosen),
    persons: { schema, name },
  }
}

function maskedValuesOf(parts: Parts, draft: MeasureDraft | undefined, chosen: Tree | null) {
  if (!draft) return {}
  const bounds = blocksOf(parts, draft.value ?? '', { from: parts.from, where: isHeld(draft) })
  const again = chosen ? { chosen: heldValuesOf({ ...parts, from: chosen }, draft).tree } : {}
  return { values: { measure: draft.name, bounds, ...again } }
}

/** At most one row per person: nothing to group. */
function levelOneOfUnique({ from, names }: Parts, drafts: readonly MeasureDraft[]): Tree {
  const one = sql.cast(sql.integer(1), 'BIGINT')
  const columns = drafts.flatMap((draft) => readMeasure(draft).ofRow)
  return sql.select({ list: [...names.map(own), own('__pix'), sql.named(one, 'c0'), ...columns], from })
}

function levelOneOfMany({ from, names }: Parts, drafts: readonly MeasureDraft[]): Tree {
  const groups = [...names.map(own), own('__pix')]
  const columns = drafts.flatMap((draft) => readMeasure(draft).ofRows)
  return sql.select({
    list: [...groups, sql.named(sql.call('count_star', []), 'c0'), ...columns],
    from,
    groups,
  })
}

/** Distinct values per group and person. */
function valuesOf({ from, names }: Parts, { name, value, filter }: MeasureDraft) {
  const x = own(value ?? '')
  const tree = sql.select({
    list: [...names.map(own), own('__pix'), sql.named(x, 'x')],
    from,
    where: sql.and([sql.isNotNull(x), ...(filter === null ? [] : [own(filter)])]),
    modifiers: [{ type: 'DISTINCT_MODIFIER', distinct_on_targets: [] }],
  })
  return { measure: name, tree: sql.statement(tree) }
}

/** Values, or pairs of them, per group and person, with how many rows hold each. */
function heldValuesOf({ from, names }: Parts, draft: MeasureDraft) {
  const held = columnsHeld(draft)
  const groups = [...names.map(own), own('__pix'), ...held]
  const tree = sql.select({
    list: [...groups, sql.named(sql.call('count_star', []), 'c')],
    from,
    where: isHeld(draft),
    groups,
  })
  return { measure: draft.name, tree: sql.statement(tree) }
}

function columnsHeld({ value, other }: MeasureDraft): readonly Tree[] {
  return [value, ...(other === undefined ? [] : [other])].map((column) => own(column ?? ''))
}

/** The condition of a row that has the value, or both of them. */
function isHeld(draft: MeasureDraft): Tree | null {
  const { filter } = draft
  return sql.and([...columnsHeld(draft).map(sql.isNotNull), ...(filter === null ? [] : [own(filter)])])
}

/** All labels come from the public side of an outer join, and nothing filters the private one. */
function isFramed({ from, keys, below }: LeafInput): boolean {
  const { frame } = from
  if (!frame || keys.length === 0 || below.below || below.where.length > 0) return false
  const labels = new Set(frame.flatMap(({ columns }) => columns))
  return keys.every(({ columns }) => columns.every((column) => labels.has(column)))
}

/** What is behind released relations was read when those were made. */
export function ownUses(uses: readonly Use[]): readonly Use[] {
  return uses.filter(({ isReleased }) => isReleased !== true)
}

/** Relations read, each once, with all columns used. */
export function readsOf(uses: readonly Use[]): readonly Read[] {
  const byTable = new Map<Use['table'], Set<string>>()
  for (const { table, columns } of uses)
    byTable.set(table, new Set([...(byTable.get(table) ?? []), ...columns]))
  return [...byTable].map(([table, columns]) => ({
    dataset: table.dataset,
    table: table.name,
    class: table.class,
    columns: table.columns.map(({ name }) => name).filter((name) => columns.has(name)),
  }))
}
