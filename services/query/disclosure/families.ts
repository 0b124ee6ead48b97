/**
 * Secondary suppression across grouping sets (disclosure.md 12). A group is decided within its parent group, whose total is
 * taken as known: what is withheld of the children of one shown parent is empty or passes like a cell. Where a parent is withheld all
 * below it is, so that its children do not add up to it. Pure but for the questions it asks.
 */
import type { Evidence, GroupEvidence } from './evidence.ts'
import type { SetRole } from './lattice.ts'
import { failed, type Thresholds } from './rules.ts'
import { cellOf, decideColumn, decideGroups, type Scope, type Verdict, type Withheld } from './secondary.ts'

/** What the vault says of the groups of several sets. */
export interface Lattice {
  readonly roles: readonly SetRole[]
  readonly setOf: (group: GroupEvidence) => number
  /** Of a group of a nested set: its parent group, or a negative number when that is the selection. */
  readonly familyOf: (gid: number) => number
  /** Distinct persons of the absent groups of a family. */
  readonly absentIn: (family: number) => number
  /** Of a group of an implied set: the groups that make it up, or nothing when one of them is absent. */
  readonly partsOf: (gid: number) => readonly number[] | undefined
  /** Exact answers within one family. */
  readonly within: (family: number) => Withheld
}

/** Families that are looked at one by one; where more hold something back, all groups of those go. */
const maxFamilies = 200

export async function decideSets(evidence: Evidence, lattice: Lattice, scope: Scope): Promise<Verdict> {
  const families = familiesOf(evidence, lattice)
  const groups = await decideFamilies(families, lattice, scope.thresholds)
  const shownNested = new Set(groups.flatMap(({ shown }) => shown.map(({ gid }) => gid)))
  const implied = evidence.filter((group) => isImplied(group, lattice))
  const isMadeUp = ({ gid }: GroupEvidence) =>
    lattice.partsOf(gid)?.every((part) => shownNested.has(part)) === true
  const gids = new Set([...shownNested, ...implied.filter(isMadeUp).map(({ gid }) => gid)])
  const shown = evidence.filter(({ gid }) => gids.has(gid))
  const hidden: ReadonlySet<number>[] = []
  for (let index = 0; index < scope.measures; index += 1)
    hidden.push(
      await decideCells(index, {
        families: groups,
        implied: shown.filter((group) => isImplied(group, lattice)),
        lattice,
        scope,
      }),
    )
  return { shown, hidden, absentPersons: Math.max(0, ...groups.map(({ absentPersons }) => absentPersons)) }
}

function isImplied(group: GroupEvidence, { roles, setOf }: Lattice): boolean {
  return roles.some(({ index, cover }) => index === setOf(group) && cover !== undefined)
}

interface Family {
  readonly id: number
  readonly groups: Evidence
}

/** Families of the nested sets, from coarse to fine. */
function familiesOf(evidence: Evidence, { roles, setOf, familyOf }: Lattice): readonly Family[] {
  return roles
    .filter(({ cover }) => cover === undefined)
    .flatMap(({ index }) => {
      const own = evidence.filter((group) => setOf(group) === index)
      const ids = [...new Set(own.map(({ gid }) => familyOf(gid)))]
      return ids.map((id) => ({ id, groups: own.filter(({ gid }) => familyOf(gid) === id) }))
    })
}

interface DecidedFamily extends Family {
  readonly shown: Evidence
  /** Distinct persons of its groups that are not shown. */
  readonly absentPersons: number
}

async function decideFamilies(
  families: readonly Family[],
  { absentIn, within }: Lattice,
  thresholds: Thresholds,
): Promise<readonly DecidedFamily[]> {
  const isTouched = ({ id }: Family) => absentIn(id) > 0
  const areMany = families.filter(isTouched).length > maxFamilies
  const shown = new Set<number>()
  const decided: DecidedFamily[] = []
  for (const family of families) {
    const isBelowNothing = family.id >= 0 && !shown.has(family.id)
    if (isBelowNothing || (areMany && isTouched(family))) {
      decided.push({ ...family, shown: [], absentPersons: 0 })
      continue
    }
    const outcome = isTouched(family)
      ? await decideGroups(family.groups, within(family.id), thresholds)
      : { shown: family.groups, absentPersons: 0 }
    for (const { gid } of outcome.shown) shown.add(gid)
    decided.push({ ...family, ...outcome })
  }
  return decided
}

interface Cells {
  readonly families: readonly DecidedFamily[]
  readonly implied: Evidence
  readonly lattice: Lattice
  readonly scope: Scope
}

/** The gids whose cell of one measure is withheld. */
async function decideCells(
  index: number,
  { families, implied, lattice, scope }: Cells,
): Promise<ReadonlySet<number>> {
  const isHeld = ({ gid, cells }: GroupEvidence) =>
    failed(cellOf(cells, index), scope.thresholds).length > 0 || scope.isNear(index, gid)
  const hidden = new Set<number>()
  const areMany = families.filter(({ shown }) => shown.some(isHeld)).length > maxFamilies
  for (const { id, groups, shown, absentPersons } of families) {
    const isBelowNothing = hidden.has(id) || (areMany && shown.some(isHeld))
    const gone = groups.filter((group) => !shown.includes(group)).map(({ gid }) => gid)
    const column = { index, shown, gone, nobodyElse: absentPersons === 0, whole: id }
    const own = isBelowNothing
      ? shown.map(({ gid }) => gid)
      : await decideColumn(column, lattice.within(id), scope)
    for (const gid of own) hidden.add(gid)
  }
  const isOpen = (group: GroupEvidence) =>
    !isHeld(group) && lattice.partsOf(group.gid)?.every((part) => !hidden.has(part)) === true
  const closed = implied.filter((group) => !isOpen(group)).map(({ gid }) => gid)
  return new Set([...hidden, ...closed])
}
