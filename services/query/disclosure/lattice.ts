/**
 * How the grouping sets of one leaf rest on each other, so that no difference of two of their cells is a withheld one
 * (disclosure.md 12). Pure.
 *
 * A set is *nested* when the coarser nested sets below every finer nested one form a chain: then the cells are a tree, and what
 * can be computed from those shown is, for each, itself without its children. Decided top-down, each set within its parent, that is
 * exact. Sets that cross a chain (the second margin of a CUBE) would make a system of equations instead: they are *implied*, and
 * shown only where all cells of a finer set that make them up are, so that they add nothing.
 */

export interface SetRole {
  readonly index: number
  /** Of a nested set: the next coarser nested one, whose groups its groups make up. Absent: the selection as a whole. */
  readonly parent?: number
  /** Of an implied set: the finer nested one whose groups make up its groups. */
  readonly cover?: number
}

type Sets = readonly (readonly number[])[]

/** The role of each set, in the order in which they are decided: nested ones from coarse to fine, then the implied ones. */
export function rolesOf(sets: Sets): readonly SetRole[] {
  const order = [...sets.keys()].toSorted((a, b) => sizeOf(sets, b) - sizeOf(sets, a) || a - b)
  const nested: number[] = []
  const implied: SetRole[] = []
  for (const index of order) {
    const finer = nested.filter((other) => isWithin(sets, index, other))
    const isChained = finer.every((other) =>
      nested
        .filter((coarser) => isWithin(sets, coarser, other))
        .every((one) => isSameOrWithin(sets, index, one)),
    )
    const cover = finer.at(-1)
    if (isChained || cover === undefined) nested.push(index)
    else implied.push({ index, cover })
  }
  const roles = nested.toReversed().map((index): SetRole => {
    const parent = nested.find((other) => isWithin(sets, other, index))
    return { index, ...(parent === undefined ? {} : { parent }) }
  })
  return [...roles, ...implied]
}

function sizeOf(sets: Sets, index: number): number {
  return new Set(sets[index]).size
}

function isSameOrWithin(sets: Sets, part: number, whole: number): boolean {
  const keys = new Set(sets[whole])
  return (sets[part] ?? []).every((key) => keys.has(key))
}

/** True when the keys of one set are some, and not all, of those of the other. */
function isWithin(sets: Sets, part: number, whole: number): boolean {
  return isSameOrWithin(sets, part, whole) && sizeOf(sets, part) < sizeOf(sets, whole)
}
