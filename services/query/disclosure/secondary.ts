/**
 * Secondary suppression (disclosure.md 12). Every leaf is treated as if the total of its selection were known: what is
 * withheld must not be what one subtraction gives back. Pure but for the questions it asks, which the vault answers exactly.
 */
import type { CellEvidence, Evidence, GroupEvidence } from './evidence.ts'
import { type Near, tooClose } from './pairs.ts'
import { failed, isExposed, type Thresholds } from './rules.ts'

/** Exact answers about what is withheld beyond the groups that never left the vault. */
export interface Withheld {
  /** Distinct persons of the absent groups and of these. */
  persons(gids: readonly number[]): Promise<number>
  /** The cells of one measure in the absent groups and in these, taken as one cell. */
  union(index: number, gids: readonly number[]): Promise<CellEvidence>
  /** Of these groups, at least one, that of the fewest persons in all or in the cell of a measure; of equals the first. */
  smallest(groups: Evidence, index?: number): Promise<GroupEvidence>
}

/** Which groups, and which cells of the groups that remain, may be shown. */
export interface Verdict {
  readonly shown: Evidence
  /** Per measure, the gids whose cell is withheld. */
  readonly hidden: readonly ReadonlySet<number>[]
  /** Distinct persons of the groups that are absent. */
  readonly absentPersons: number
}

/** What is known of a leaf before its cells are decided. */
export interface Scope {
  readonly thresholds: Thresholds
  readonly measures: number
  readonly isNear: Near
}

/** Unions that are tried for one measure before all of its cells are withheld. */
const maxRounds = 16

/**
 * Decides groups first, then each measure on its own. Groups in `evidence` have enough persons already, unless labels are
 * public and stay (`keepsLabels`).
 */
export async function decide(
  evidence: Evidence,
  withheld: Withheld,
  { thresholds, measures, isNear, keepsLabels }: Scope & { readonly keepsLabels: boolean },
): Promise<Verdict> {
  const groups = keepsLabels
    ? { shown: evidence, absentPersons: 0 }
    : await decideGroups(evidence, withheld, thresholds)
  const left = new Set(groups.shown.map(({ gid }) => gid))
  const gone = evidence.filter(({ gid }) => !left.has(gid)).map(({ gid }) => gid)
  const hidden: ReadonlySet<number>[] = []
  for (let index = 0; index < measures; index += 1) {
    const column = { index, shown: groups.shown, gone, nobodyElse: groups.absentPersons === 0, whole: -1 }
    hidden.push(await decideColumn(column, withheld, { thresholds, isNear }))
  }
  return { ...groups, hidden }
}

/** One withheld group more is enough: it holds at least k persons itself. */
export async function decideGroups(evidence: Evidence, withheld: Withheld, thresholds: Thresholds) {
  const absentPersons = await withheld.persons([])
  if (evidence.length === 0 || !isExposed({ value: null, persons: absentPersons }, thresholds, false))
    return { shown: evidence, absentPersons }
  const { gid } = await withheld.smallest(evidence)
  const shown = evidence.filter((group) => group.gid !== gid)
  return { shown, absentPersons: await withheld.persons([gid]) }
}

/** The group of the fewest persons, where these are exact. */
export function smallestOf(groups: Evidence, index?: number): GroupEvidence {
  const personsOf = (group: GroupEvidence) =>
    index === undefined ? group.persons : cellOf(group.cells, index).persons
  return groups.reduce((least, group) => (personsOf(group) < personsOf(least) ? group : least))
}

export interface Column {
  readonly index: number
  readonly shown: Evidence
  /** Groups withheld whole, beyond those that never left the vault. */
  readonly gone: readonly number[]
  /** True when no person is in an absent group. */
  readonly nobodyElse: boolean
  /** What all groups of the column add up to, as `isNear` knows it. */
  readonly whole: number
}

/**
 * A cell that is too close to another one is known but for the persons who make the difference, so it covers for nothing: what
 * is withheld beside it must pass as a cell by itself.
 */
export async function decideColumn(
  { index, shown, gone, nobodyElse, whole }: Column,
  withheld: Withheld,
  { thresholds, isNear }: Pick<Scope, 'thresholds' | 'isNear'>,
): Promise<ReadonlySet<number>> {
  const isFailed = ({ cells }: GroupEvidence) => failed(cellOf(cells, index), thresholds).length > 0
  const isClose = (group: GroupEvidence) => isNear(index, group.gid) || tooClose(group, thresholds).has(index)
  const secret = new Set(shown.filter(isFailed).map(({ gid }) => gid))
  const open = shown.filter(({ gid }) => !secret.has(gid))
  const close = new Set(open.filter(isClose).map(({ gid }) => gid))
  const mustHide = isNear(index, whole) || close.size > 0
  let rest = open.filter(({ gid }) => !close.has(gid))
  for (let round = 0; rest.length > 0; round += 1) {
    const isWhole = secret.size === 0 && nobodyElse
    const isOpen = isWhole
      ? mustHide
      : isExposed(await withheld.union(index, [...gone, ...secret]), thresholds, mustHide || secret.size > 0)
    if (!isOpen) break
    const next = round < maxRounds ? [await withheld.smallest(rest, index)] : rest
    for (const { gid } of next) secret.add(gid)
    rest = rest.filter(({ gid }) => !secret.has(gid))
  }
  return new Set([...secret, ...close])
}

/** A measure without a cell is a bug of the reader of evidence; it is read as nobody, and so withheld. */
export function cellOf(cells: readonly CellEvidence[], index: number): CellEvidence {
  return cells[index] ?? { value: null, persons: 0 }
}
