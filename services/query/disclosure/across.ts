/**
 * Cells of different leaves of one answer: `(SELECT count(*) …) - (SELECT count(*) … WHERE …)` is a subtraction like that of two
 * cells of a group (see pairs.ts). The later of two that differ by fewer than k persons is withheld, before secondary suppression,
 * so that what is withheld holds for the leaf as a whole.
 *
 * What all groups of a leaf add up to counts as shown, as disclosure.md 12 has it. Not covered: what only some of the groups of
 * one leaf add up to, beside a cell of another.
 */
import type { RewrittenStatement, VaultSession } from '../../engine/engine.ts'
import type { Leaf } from '../plan.ts'
import {
  areSums,
  type Close,
  dropCells,
  keepCells,
  parseClose,
  parseSizes,
  readClose,
  readSizesOf,
  type Side,
} from './compare.ts'
import { type Disclosed, disclose } from './disclose.ts'
import { canBeFast, judgeFast } from './fast.ts'
import { judge } from './gather.ts'
import { dropTables } from './level-two.ts'
import type { Near } from './pairs.ts'
import { areComparable, partsOf } from './parts.ts'
import type { Thresholds } from './rules.ts'
import type { Verdict } from './secondary.ts'
import { closeWithin } from './within.ts'

interface Decided {
  readonly leaf: Leaf
  readonly verdict: Verdict
  /** Whether its rows are kept. */
  readonly isKept: boolean
}

/** Is told what was decided of a leaf, with what is withheld: for what is sealed to the checkers of the airlock, and nothing else. */
export type Keep = (leaf: Leaf, verdict: Verdict) => void

/** The leaves of one answer. */
export interface Release {
  /** Decides one leaf, given those decided before. */
  release(leaf: Leaf, keep?: Keep): Promise<Disclosed>
  /** Drops the tables of all leaves, which stay until the last one has been decided. */
  close(): Promise<void>
}

/**
 * Opens the release of these leaves, which are all those of the answer. Bounds decide a leaf (plan M) only where it is compared
 * with no other, nor with itself: a comparison takes level 1 of all groups. Which leaves these are does not depend on the data.
 */
export function openRelease(session: VaultSession, thresholds: Thresholds, leaves: readonly Leaf[]): Release {
  const decided: Decided[] = []
  const comparison = newComparison(session, thresholds.k)
  return {
    async release(leaf, keep) {
      const isFast =
        canBeFast(leaf, thresholds) && !leaf.overlaps && !leaves.some((other) => areCompared(other, leaf))
      const near = () => nearOf(leaf, decided, comparison.compare)
      const verdict = isFast
        ? await judgeFast(session, leaf, thresholds)
        : await judge(session, leaf, { thresholds, near })
      decided.push({ leaf, verdict, isKept: !isFast })
      keep?.(leaf, verdict)
      return disclose(verdict, leaf, thresholds)
    },
    async close() {
      await comparison.close()
      for (const { leaf } of decided.splice(0).filter(({ isKept }) => isKept))
        for (const statement of dropTables(leaf)) await session.run(statement)
    },
  }
}

type Compare = (left: Side, right: Side) => Promise<readonly Close[]>

/** Which cells of the new leaf are too close to one that is shown, or to one of another group that shares its rows. */
async function nearOf(leaf: Leaf, decided: readonly Decided[], compare: Compare): Promise<Near> {
  const own = await closeWithin(leaf, compare)
  const near = new Set(own.map(({ index, gid }) => `${index} ${gid}`))
  for (const { leaf: earlier, verdict } of decided) {
    for (const { left, right } of sidesOf(earlier, leaf)) {
      const found = await compare(left, right)
      const shown = found.filter((close) => isShown(verdict, left.part.index, close.left))
      for (const close of shown) near.add(`${right.part.index} ${close.right}`)
    }
  }
  return (index, gid) => near.has(`${index} ${gid}`)
}

function areCompared(one: Leaf, other: Leaf): boolean {
  return sidesOf(one, other).length > 0
}

/** What of two leaves could be subtracted. The same statement on the same rows gives the same cells. */
function sidesOf(one: Leaf, other: Leaf): readonly { readonly left: Side; readonly right: Side }[] {
  if (isSameText(one, other)) return []
  return partsOf(one).flatMap((left) =>
    partsOf(other)
      .filter((right) => areComparable(left, right))
      .map((right) => ({ left: { leaf: one, part: left }, right: { leaf: other, part: right } })),
  )
}

function isSameText(one: Leaf, other: Leaf): boolean {
  const textOf = ({ level1, values }: Leaf) => JSON.stringify([level1, values])
  return textOf(one) === textOf(other)
}

function isShown({ shown, hidden }: Verdict, index: number, gid: number): boolean {
  if (gid < 0) return true
  return shown.some((group) => group.gid === gid) && hidden[index]?.has(gid) === false
}

/** Looks at persons only where there are sizes less than k apart; what a side is made of is kept until the end. */
function newComparison(session: VaultSession, k: number) {
  const known = new Map<string, { readonly sizes: readonly number[]; readonly drop: RewrittenStatement }>()
  const sizesOf = async (side: Side, isAlone: boolean): Promise<readonly number[]> => {
    const keep = keepCells(side, isAlone)
    const found = known.get(keep)
    if (found) return found.sizes
    await session.run(keep)
    const sizes = parseSizes(await session.run(readSizesOf(side, isAlone, k)))
    known.set(keep, { sizes, drop: dropCells(side, isAlone) })
    return sizes
  }
  const compare: Compare = async (left, right) => {
    const isAlone = areSums(left.part, right.part)
    const [some, others] = [await sizesOf(left, isAlone), await sizesOf(right, isAlone)]
    if (!areNear(some, others, k)) return []
    return parseClose(await session.run(readClose(left, right, k)))
  }
  const close = async () => {
    for (const { drop } of known.values()) await session.run(drop)
    known.clear()
  }
  return { compare, close }
}

/** Whether two numbers of these ascending lists are less than k apart. */
function areNear(some: readonly number[], others: readonly number[], k: number): boolean {
  let at = 0
  return some.some((one) => {
    while ((others[at] ?? Number.POSITIVE_INFINITY) <= one - k) at += 1
    return (others[at] ?? Number.POSITIVE_INFINITY) < one + k
  })
}
