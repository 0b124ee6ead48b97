/**
 * A slow evaluator that shares nothing with the system: it runs the meaning of a generated statement over plain rows, counts the
 * persons behind every number that left, and says what should not have.
 */
import type { Value } from '../../services/engine/engine.ts'
import { type Cell, type Cohort, k, type Row } from './cohort.ts'
import type { Env, Generated, GeneratedMeasure } from './generator.ts'
import type { Alias } from './generator-tables.ts'
import { faultsOfCell, faultsOfRest, type Group, type Line, personsIn, type Scene } from './oracle-cells.ts'
import { faultsOfSets } from './oracle-sets.ts'

export interface Shown {
  readonly rows: readonly (readonly Value[])[]
  readonly suppressed: readonly (readonly [number, number])[]
}

interface World {
  readonly cohort: Cohort
  /** What was released before. */
  readonly given: Generated['given']
}

/** Stays of the same ward that cost as much or less, as a share; an unknown cost comes last. */
function shareBelow({ ward, cost }: Row, stays: readonly Row[]): number {
  const ofWard = stays.filter((stay) => stay.ward === ward)
  const costOf = (value: Cell | undefined) => (value == null ? Number.POSITIVE_INFINITY : Number(value))
  return ofWard.filter((stay) => costOf(stay.cost) <= costOf(cost)).length / ofWard.length
}

type Index = ReadonlyMap<Cell, readonly Row[]>

/** A cohort is asked thousands of times: its relations are made once, and those that are joined are looked up by their key. */
class Relations {
  static readonly #all = new WeakMap<Cohort, Relations>()
  readonly #cohort: Cohort
  readonly #rows = new Map<Alias, readonly Row[]>()
  readonly #indexes = new Map<string, Index>()

  private constructor(cohort: Cohort) {
    this.#cohort = cohort
  }

  static of(cohort: Cohort): Relations {
    const relations = Relations.#all.get(cohort) ?? new Relations(cohort)
    Relations.#all.set(cohort, relations)
    return relations
  }

  rows(alias: Alias): readonly Row[] {
    const rows = this.#rows.get(alias) ?? rowsOf({ cohort: this.#cohort, given: undefined }, alias)
    this.#rows.set(alias, rows)
    return rows
  }

  /** Rows of a relation by the value of a column. */
  by(alias: Alias, column: string): Index {
    const name = `${alias}.${column}`
    const index = this.#indexes.get(name) ?? indexOf(this.rows(alias), column)
    this.#indexes.set(name, index)
    return index
  }
}

function indexOf(rows: readonly Row[], column: string): Index {
  const index = new Map<Cell, Row[]>()
  for (const row of rows) {
    const found = index.get(row[column] ?? null)
    if (found) found.push(row)
    else index.set(row[column] ?? null, [row])
  }
  return index
}

/** What was released before is of one statement; the rest is of the cohort. */
function relationsIn({ cohort, given }: World, alias: Alias): Pick<Relations, 'rows' | 'by'> {
  if (alias !== 'w') return Relations.of(cohort)
  const rows = given?.rows ?? []
  return { rows: () => rows, by: (_, column) => indexOf(rows, column) }
}

function rowsOf({ cohort, given }: World, alias: Alias): readonly Row[] {
  switch (alias) {
    case 'p':
      return cohort.persons
    case 's':
      return cohort.stays
    case 'e':
      return cohort.events
    case 'r':
      return cohort.regions
    case 'f':
      return staysOf(cohort).map((stays) =>
        stays.reduce((first, one) => (isBefore(one, first) ? one : first)),
      )
    case 't':
      return staysOf(cohort).map(together)
    case 'c':
      return cohort.stays.map((stay) => ({ ...stay, share: shareBelow(stay, cohort.stays) }))
    case 'w':
      return given?.rows ?? []
  }
}

function staysOf({ stays }: Cohort): readonly (readonly [Row, ...Row[]])[] {
  const byPerson = new Map<Cell, [Row, ...Row[]]>()
  for (const stay of stays) {
    const found = byPerson.get(stay.pid ?? null)
    if (found) found.push(stay)
    else byPerson.set(stay.pid ?? null, [stay])
  }
  return [...byPerson.values()]
}

/** By day, then by the text of the stay's identifier. */
function isBefore(a: Row, b: Row): boolean {
  return Number(a.day) < Number(b.day) || (a.day === b.day && String(a.sid) < String(b.sid))
}

function together(stays: readonly [Row, ...Row[]]): Row {
  const costs = stays.map(({ cost }) => cost).filter((cost) => cost != null)
  const wards = stays.map(({ ward }) => ward).filter((ward) => ward != null)
  const total = costs.length === 0 ? null : costs.reduce<number>((sum, cost) => sum + Number(cost), 0)
  const [pid = null, ward = null] = [stays[0].pid, wards.map(String).toSorted()[0]]
  return { pid, n: stays.length, total, ward }
}

function envsOf({ source, where, given }: Generated, cohort: Cohort): readonly Env[] {
  const [first, second] = source.tables
  if (!first) return []
  const world = { cohort, given }
  const start = relationsIn(world, first)
    .rows(first)
    .map((row): Env => ({ [first]: row }))
  const envs = second
    ? [
        ...start.flatMap((env) => joined({ source, world, first, second }, env)),
        ...unmet({ source, world, first, second }),
      ]
    : start
  return where ? envs.filter((env) => where.of(env) === true) : envs
}

interface Join {
  readonly source: Generated['source']
  readonly world: World
  readonly first: Alias
  readonly second: Alias
}

function joined({ source, world, first, second }: Join, env: Env): readonly Env[] {
  const name = first === 'r' || second === 'r' ? 'region' : 'pid'
  const [left, right] = source.by ?? [name, name]
  const key = env[first]?.[left] ?? null
  const found = key === null ? [] : (relationsIn(world, second).by(second, right).get(key) ?? [])
  const matches = found
    .map((row): Env => ({ ...env, [second]: row }))
    .filter((both) => !source.on || source.on.of(both) === true)
  const isOuter = source.kind === 'left' || source.kind === 'full' || source.kind === 'frame'
  return matches.length === 0 && isOuter ? [{ ...env, [second]: null }] : matches
}

/** Of a FULL join the rows of the second side that meet none of the first. */
function unmet({ source, world, first, second }: Join): readonly Env[] {
  if (source.kind !== 'full') return []
  const met = new Set(
    relationsIn(world, first)
      .rows(first)
      .map(({ pid }) => pid ?? null),
  )
  return relationsIn(world, second)
    .rows(second)
    .filter(({ pid = null }) => pid === null || !met.has(pid))
    .map((row): Env => ({ [first]: null, [second]: row }))
}

const nameOf = (keys: readonly (Cell | Value)[]) =>
  JSON.stringify(keys.map((key) => (typeof key === 'bigint' ? Number(key) : key)))

function groupsOf(generated: Generated, cohort: Cohort): ReadonlyMap<string, Group> {
  const groups = new Map<string, { set: number; keys: readonly Cell[]; envs: Env[] }>()
  if (generated.keys.length === 0) groups.set('[]', { set: 0, keys: [], envs: [] })
  for (const env of envsOf(generated, cohort)) {
    const keys = generated.keys.map(({ of }) => of(env))
    for (const [set, shown] of labelsOf(keys, generated.sets)) {
      const found = groups.get(nameOf(shown)) ?? { set, keys, envs: [] }
      found.envs.push(env)
      groups.set(nameOf(shown), found)
    }
  }
  return groups
}

/** The label that a row has in each grouping set, with the bits of GROUPING() last; or its only label. */
function labelsOf(
  keys: readonly Cell[],
  sets: Generated['sets'],
): readonly (readonly [number, readonly Cell[]])[] {
  if (!sets) return [[0, keys]]
  return sets.map((set, index) => {
    const level = keys.reduce<number>((bits, _, key) => bits * 2 + (set.includes(key) ? 0 : 1), 0)
    return [index, [...keys.map((value, key) => (set.includes(key) ? value : null)), level]]
  })
}

function linesOf({ keys, sets }: Generated, { rows, suppressed }: Shown): readonly Line[] {
  const width = keys.length + (sets ? 1 : 0)
  const marks = new Set(suppressed.map(([r, c]) => `${r}/${c}`))
  return rows.map((row, r) => ({
    name: nameOf(row.slice(0, width)),
    cells: row.slice(width),
    isMarked: (measure) => marks.has(`${r}/${width + measure}`),
  }))
}

/** Everything that is wrong with an answer; empty when nothing is. */
export function faultsOf(generated: Generated, cohort: Cohort, shown: Shown): readonly string[] {
  const groups = groupsOf(generated, cohort)
  const lines = linesOf(generated, shown)
  const names = new Set(lines.map(({ name }) => name))
  const unknown = lines
    .filter(({ name }) => !groups.has(name))
    .map(({ name }) => `label: ${name} is not there`)
  const twice = names.size === lines.length ? [] : ['label: there twice']
  const absent = [...groups].filter(([name]) => !names.has(name)).flatMap(([, { envs }]) => envs)
  if (generated.sets)
    return [...unknown, ...twice, ...faultsOfSets(generated, generated.sets, { groups, lines })]
  return [
    ...unknown,
    ...twice,
    ...faultsOfLabels(generated, { groups, lines, absent }),
    ...generated.measures.flatMap((measure, i) => faultsOfColumn([measure, i], { groups, lines, absent })),
  ]
}

function faultsOfLabels({ source, keys }: Generated, { groups, lines, absent }: Scene): readonly string[] {
  if (source.kind === 'frame') return absent.length > 0 ? ['label: a public one is absent'] : []
  if (keys.length === 0) return lines.length === 1 ? [] : ['label: a total without its row']
  const few = lines.filter(({ name }) => personsIn(groups.get(name)?.envs ?? []) < k)
  const persons = personsIn(absent)
  const isExposed = lines.length > 0 && persons > 0 && persons < k
  return [
    ...few.map(() => 'label: rests on too few persons'),
    ...(isExposed ? [`rest: ${persons} absent`] : []),
  ]
}

function faultsOfColumn(
  [measure, i]: readonly [GeneratedMeasure, number],
  { groups, lines, absent }: Scene,
): readonly string[] {
  const envsIn = ({ name }: Line) => groups.get(name)?.envs ?? []
  const shown = lines.filter((line) => !line.isMarked(i))
  const withheld = lines.filter((line) => line.isMarked(i)).flatMap(envsIn)
  const cells = shown.flatMap((line) => faultsOfCell(measure, envsIn(line), line.cells[i] ?? null))
  return shown.length > 0 ? [...cells, ...faultsOfRest(measure, [...absent, ...withheld])] : cells
}
