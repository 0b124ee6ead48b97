/**
 * A slow evaluator that shares nothing with the system: it runs the meaning of a generated statement over plain rows, counts the
 * persons behind every number that left, and says what should not have.
 */
import type { Value } from '../../services/engine/engine.ts'
import { type Cell, type Cohort, k, type Row } from './cohort.ts'
import type { Alias, Env, Generated, GeneratedMeasure } from './generator.ts'
import { dominates, type Expected, statisticOf } from './statistic.ts'

export interface Shown {
  readonly rows: readonly (readonly Value[])[]
  readonly suppressed: readonly (readonly [number, number])[]
}

interface Group {
  readonly keys: readonly Cell[]
  readonly envs: readonly Env[]
}

function rowsOf(cohort: Cohort, alias: Alias): readonly Row[] {
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

function envsOf({ source, where }: Generated, cohort: Cohort): readonly Env[] {
  const [first, second] = source.tables
  if (!first) return []
  const start = rowsOf(cohort, first).map((row): Env => ({ [first]: row }))
  const envs = second ? start.flatMap((env) => joined({ source, cohort, first, second }, env)) : start
  return where ? envs.filter((env) => where.of(env) === true) : envs
}

interface Join {
  readonly source: Generated['source']
  readonly cohort: Cohort
  readonly first: Alias
  readonly second: Alias
}

function joined({ source, cohort, first, second }: Join, env: Env): readonly Env[] {
  const on = first === 'r' || second === 'r' ? 'region' : 'pid'
  const key = env[first]?.[on] ?? null
  const matches = rowsOf(cohort, second)
    .filter((row) => key !== null && row[on] === key)
    .map((row): Env => ({ ...env, [second]: row }))
    .filter((both) => !source.on || source.on.of(both) === true)
  const isOuter = source.kind === 'left' || source.kind === 'frame'
  return matches.length === 0 && isOuter ? [{ ...env, [second]: null }] : matches
}

function personOf(env: Env): Cell {
  for (const alias of ['p', 's', 'e', 'f', 't']) {
    const pid = env[alias]?.pid
    if (pid != null) return pid
  }
  return null
}

const nameOf = (keys: readonly (Cell | Value)[]) =>
  JSON.stringify(keys.map((key) => (typeof key === 'bigint' ? Number(key) : key)))

function groupsOf(generated: Generated, cohort: Cohort): ReadonlyMap<string, Group> {
  const groups = new Map<string, { keys: readonly Cell[]; envs: Env[] }>()
  if (generated.keys.length === 0) groups.set('[]', { keys: [], envs: [] })
  for (const env of envsOf(generated, cohort)) {
    const keys = generated.keys.map(({ of }) => of(env))
    const found = groups.get(nameOf(keys)) ?? { keys, envs: [] }
    found.envs.push(env)
    groups.set(nameOf(keys), found)
  }
  return groups
}

/** Persons behind a cell, and what each adds to a sum. */
function contributions(measure: GeneratedMeasure, envs: readonly Env[]): ReadonlyMap<Cell, number> {
  const sums = new Map<Cell, number>()
  for (const env of envs) {
    const person = personOf(env)
    if (person === null || !measure.takes(env)) continue
    sums.set(person, (sums.get(person) ?? 0) + Number(measure.value(env) ?? 0))
  }
  return sums
}

const personsIn = (envs: readonly Env[]) =>
  new Set(envs.map(personOf).filter((person) => person !== null)).size

interface Tally {
  readonly persons: number
  readonly nonZero: number
  readonly differing: number
  readonly isDominated: boolean
}

function tally(measure: GeneratedMeasure, envs: readonly Env[]): Tally {
  const sums = [...contributions(measure, envs).values()]
  const frequency = new Map<number, number>()
  for (const sum of sums) frequency.set(sum, (frequency.get(sum) ?? 0) + 1)
  return {
    persons: sums.length,
    nonZero: sums.filter((sum) => sum !== 0).length,
    differing: sums.length - Math.max(0, ...frequency.values()),
    isDominated: dominates(sums),
  }
}

/** The sums that a measure is made of: of moments, each of its numbers. */
function sumsOf(measure: GeneratedMeasure): readonly GeneratedMeasure[] {
  if (measure.kind === 'sum' || measure.kind === 'avg' || measure.kind === 'spread') return [measure]
  return measure.kind === 'relation' ? [measure, { ...measure, value: measure.other ?? measure.value }] : []
}

/** What is wrong with one shown cell. */
function faultsOfCell(measure: GeneratedMeasure, envs: readonly Env[], shown: Value): readonly string[] {
  const { persons } = tally(measure, envs)
  const faults: string[] = []
  if (persons < k) faults.push(`T1: ${persons} persons`)
  for (const { nonZero, differing, isDominated } of sumsOf(measure).map((one) => tally(one, envs))) {
    if (nonZero < k) faults.push(`T2: ${nonZero} contribute`)
    if (differing < k) faults.push(`T3: ${differing} differ`)
    if (isDominated) faults.push('T4: dominated')
  }
  const expected = expectedOf(measure, envs)
  if (!isAlike(shown, expected.value)) faults.push(`value: not what the rows say of ${measure.kind}`)
  return [...faults, ...expected.faults]
}

function isAlike(shown: Value, expected: Cell): boolean {
  if (typeof expected !== 'number') return shown === expected
  return shown !== null && Math.abs(Number(shown) - expected) <= 1e-9 * Math.max(1, Math.abs(expected))
}

function groupedBy(envs: readonly Env[], by: (env: Env) => Cell): Iterable<readonly Env[]> {
  const groups = new Map<Cell, Env[]>()
  for (const env of envs) groups.set(by(env), [...(groups.get(by(env)) ?? []), env])
  return groups.values()
}

function expectedOf(measure: GeneratedMeasure, envs: readonly Env[]): Expected {
  const taken = envs.filter((env) => measure.takes(env))
  const counted = countedOf(measure, taken)
  if (counted !== undefined) return { value: counted, faults: [] }
  const rows = taken.map((env) => ({
    person: personOf(env),
    value: measure.value(env),
    other: measure.other?.(env) ?? null,
  }))
  return statisticOf(
    measure,
    rows.filter(({ person }) => person !== null),
  )
}

/** Counts, sums and means. */
function countedOf(measure: GeneratedMeasure, taken: readonly Env[]): number | undefined {
  const sum = () => taken.reduce((total, env) => total + Number(measure.value(env)), 0)
  switch (measure.kind) {
    case 'rows':
      return taken.length
    case 'persons':
      return personsIn(taken)
    case 'keys':
      return new Set(taken.map(measure.value)).size
    case 'values':
      return [...groupedBy(taken, measure.value)].filter((held) => personsIn(held) >= k).length
    case 'sum':
      return sum()
    case 'avg':
      return sum() / taken.length
    default:
      return undefined
  }
}

/** What a known total would give away of the cells withheld, when some cell of the column is shown. */
function faultsOfRest(measure: GeneratedMeasure, envs: readonly Env[]): readonly string[] {
  const { persons } = tally(measure, envs)
  const isFew = (count: number) => count > 0 && count < k
  const faults = isFew(persons) ? [`rest: ${persons} persons`] : []
  if (persons === 0) return faults
  for (const { nonZero, differing, isDominated } of sumsOf(measure).map((one) => tally(one, envs))) {
    if (isFew(nonZero)) faults.push(`rest: ${nonZero} contribute`)
    if (isFew(differing)) faults.push(`rest: ${differing} differ`)
    if (isDominated) faults.push('rest: dominated')
  }
  return faults
}

/** One released row, with the group that its label names. */
interface Line {
  readonly name: string
  readonly cells: readonly Value[]
  readonly isMarked: (measure: number) => boolean
}

function linesOf({ keys }: Generated, { rows, suppressed }: Shown): readonly Line[] {
  const marks = new Set(suppressed.map(([r, c]) => `${r}/${c}`))
  return rows.map((row, r) => ({
    name: nameOf(row.slice(0, keys.length)),
    cells: row.slice(keys.length),
    isMarked: (measure) => marks.has(`${r}/${keys.length + measure}`),
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
  return [
    ...unknown,
    ...twice,
    ...faultsOfLabels(generated, { groups, lines, absent }),
    ...generated.measures.flatMap((measure, i) => faultsOfColumn([measure, i], { groups, lines, absent })),
  ]
}

interface Scene {
  readonly groups: ReadonlyMap<string, Group>
  readonly lines: readonly Line[]
  readonly absent: readonly Env[]
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
