/** The rules of one cell, and of what is left of a known total, written again for the oracle. */
import type { Value } from '../../services/engine/engine.ts'
import { type Cell, k } from './cohort.ts'
import type { Env, GeneratedMeasure } from './generator.ts'
import { dominates, type Expected, statisticOf } from './statistic.ts'

export interface Group {
  /** Of several grouping sets: which one. */
  readonly set: number
  readonly keys: readonly Cell[]
  readonly envs: readonly Env[]
}

function personOf(env: Env): Cell {
  for (const alias of ['p', 's', 'e', 'f', 't', 'c']) {
    const pid = env[alias]?.pid
    if (pid != null) return pid
  }
  return null
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

export const personsIn = (envs: readonly Env[]) =>
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
export function faultsOfCell(
  measure: GeneratedMeasure,
  envs: readonly Env[],
  shown: Value,
): readonly string[] {
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
export function faultsOfRest(measure: GeneratedMeasure, envs: readonly Env[]): readonly string[] {
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
export interface Line {
  readonly name: string
  readonly cells: readonly Value[]
  readonly isMarked: (measure: number) => boolean
}

export interface Scene {
  readonly groups: ReadonlyMap<string, Group>
  readonly lines: readonly Line[]
  readonly absent: readonly Env[]
}
