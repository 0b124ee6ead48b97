/**
 * Secondary suppression (disclosure.md 12). Every leaf is treated as if the total of its selection were known: what is
 * withheld must not be what one subtraction gives back. Pure but for the questions it asks, which the vault answers exactly.
 */
import type { CellEvidence, Evidence, GroupEvidence } from './evidence.ts'
import { tooClose } from './pairs.ts'
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

/** Unions that are tried for one measure before all of its cells are withheld. */
const maxRounds = 16

/**
 * Decides groups first, then each measure on its own. Groups in `evidence` have enough persons already, unless labels are
 * public and stay (`keepsLabels`).
 */
export async function decide(
  evidence: Evidence,
  withheld: Withheld,
  { thresholds, measures, keepsLabels }: { thresholds: Thresholds; measures: number; keepsLabels: boolean },
): Promise<Verdict> {
  const groups = keepsLabels
    ? { shown: evidence, absentPersons: 0 }
    : await decideGroups(evidence, withheld, thresholds)
  const left = new Set(groups.shown.map(({ gid }) => gid))
  const gone = evidence.filter(({ gid }) => !left.has(gid)).map(({ gid }) => gid)
  const hidden: ReadonlySet<number>[] = []
  for (let index = 0; index < measures; index += 1) {
    const column = { index, shown: groups.shown, gone, nobodyElse: groups.absentPersons === 0 }
    hidden.push(await decideColumn(column, withheld, thresholds))
  }
  return { ...groups, hidden }
}

/** One withheld group more is enough: it holds at least k persons itself. */
export async function decideGroups(evidence: Evidence, withheld: Withheld, thresholds: Thresholds) {
  const absentPersons = await withheld.persons([])
  if (evidence.length === 0 || !isExposed({ value: null, persons: absentPersons }, thresholds))
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
}

export async function decideColumn(
  { index, shown, gone, nobodyElse }: Column,
  withheld: Withheld,
  thresholds: Thresholds,
): Promise<ReadonlySet<number>> {
  const isHeld = (group: GroupEvidence) =>
    failed(cellOf(group.cells, index), thresholds).length > 0 || tooClose(group, thresholds).has(index)
  const hidden = new Set(shown.filter(isHeld).map(({ gid }) => gid))
  const isOpen = ({ gid }: GroupEvidence) => !hidden.has(gid)
  let open = shown.filter(isOpen)
  for (let round = 0; open.length > 0; round += 1) {
    if (hidden.size === 0 && nobodyElse) return hidden
    const together = await withheld.union(index, [...gone, ...hidden])
    if (!isExposed(together, thresholds)) return hidden
    const next = round < maxRounds ? [await withheld.smallest(open, index)] : open
    for (const { gid } of next) hidden.add(gid)
    open = open.filter(isOpen)
  }
  return hidden
}

/** A measure without a cell is a bug of the reader of evidence; it is read as nobody, and so withheld. */
export function cellOf(cells: readonly CellEvidence[], index: number): CellEvidence {
  return cells[index] ?? { value: null, persons: 0 }
}
