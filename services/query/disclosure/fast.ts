/**
 * Plan M: one pass gives bounds of every group, a slice of the persons what the pass cannot see, and exact evidence is made of the groups
 * in doubt alone. Where the order of groups by their persons matters, all of them are looked at.
 */
import type { VaultSession } from '../../engine/engine.ts'
import type { Leaf, Mask, MaskedValues } from '../plan.ts'
import { dropBlocks, keepBlocks, readMiddles } from './blocks.ts'
import { type GroupBounds, parseBounds, settled, withMiddles, withSlice } from './bounds.ts'
import type { MaskedLeaf } from './bounds-tables.ts'
import * as tables from './bounds-tables.ts'
import { keepsLabels } from './disclose.ts'
import { parseCount, parsePairs } from './evidence.ts'
import * as sql from './level-two.ts'
import { comparablePairs } from './pairs.ts'
import type { Thresholds } from './rules.ts'
import { type Bounds, SecondPass } from './second-pass.ts'
import { decide, type Verdict } from './secondary.ts'

/** Masks have 256 bits, or 64 without quarters: a larger threshold would put nearly every group in doubt. */
const largestK = ({ hasQuarters }: Mask) => (hasQuarters ? 64 : 48)

/** Whether the leaf has bounds, the policy leaves the choice, and bounds can settle anything: they know of persons, and no other unit. */
export function canBeFast(leaf: Leaf, { k, unit, plan = 'fastest' }: Thresholds): leaf is MaskedLeaf {
  if (leaf.mask === undefined || plan !== 'fastest' || unit !== undefined) return false
  return k <= largestK(leaf.mask)
}

/** As `judge`, for a leaf whose cells are compared with those of no other. Nothing stays in the session. */
export async function judgeFast(
  session: VaultSession,
  leaf: MaskedLeaf,
  thresholds: Thresholds,
): Promise<Verdict> {
  const absentBelow = keepsLabels(leaf) ? 0 : thresholds.k
  const bounds = await readBounds(session, { leaf, thresholds, absentBelow })
  const pass = new SecondPass(session, { leaf, thresholds, absentBelow, bounds })
  const evidence = await pass.evidence()
  const verdict = await decide(evidence, pass, {
    thresholds,
    measures: leaf.measures.length,
    isNear: () => false,
    keepsLabels: keepsLabels(leaf),
  })
  await pass.close()
  for (const statement of tables.dropBounds(leaf)) await session.run(statement)
  if (leaf.mask.values) await session.run(dropBlocks(leaf))
  return verdict
}

interface Asked {
  readonly leaf: MaskedLeaf
  readonly thresholds: Thresholds
  readonly absentBelow: number
}

/** By a plain pass where a slice of the persons settles most of what there is; else by one with masks. */
async function readBounds(session: VaultSession, asked: Asked): Promise<Bounds> {
  const { leaf } = asked
  const keys = parseCount(await session.run(tables.countKeys(leaf)))
  if (await isSliceEnough(session, asked, keys)) {
    const bounds = await readPlain(session, asked)
    if (areFewRows(bounds)) return bounds
    for (const statement of tables.dropBounds(leaf)) await session.run(statement)
  }
  return readMasked(session, asked, keys)
}

/** Persons of the slice beside a plain pass: some hundred groups have enough of them, and they cost next to nothing. */
const defaultPersons = 8192
/** A slice is worth its price where it is a small part of the whole. */
const leastShare = 8
/** The share of the rows that a plain pass must settle. */
const mostRows = 0.9

/** Makes the slice beside a plain pass, and keeps it where most rows are in groups of enough of its persons. */
async function isSliceEnough(
  session: VaultSession,
  { leaf, thresholds: { k, slicePersons = defaultPersons } }: Asked,
  keys: number,
): Promise<boolean> {
  if (leaf.mask.values || keys < leastShare * slicePersons) return false
  await session.run(tables.keepSlice(leaf, slicePersons))
  const [[rows, settled] = [0, 0]] = parsePairs(await session.run(tables.weighSlice(leaf, k)))
  const isEnough = rows > 0 && (settled ?? 0) >= mostRows * rows
  if (!isEnough) await session.run(tables.dropSlice(leaf))
  return isEnough
}

async function readPlain(session: VaultSession, asked: Asked): Promise<Bounds> {
  const { leaf, absentBelow } = asked
  const pairs = comparablePairs(leaf)
  const groups = await runPass(session, asked, 'plain')
  const found = await session.run(tables.readSlice(leaf, pairs, absentBelow))
  await session.run(tables.dropSlice(leaf))
  return boundsOf(withSlice(groups, { leaf, pairs }, found), { ...asked, pairs }, 'plain')
}

/** Whether what is left in doubt is little to look at again. */
function areFewRows({ groups, doubtful }: Bounds): boolean {
  const rowsOf = (some: readonly GroupBounds[]) => some.reduce((sum, { rows }) => sum + rows, 0)
  const left = new Set(doubtful)
  return rowsOf(groups.filter(({ gid }) => left.has(gid))) <= (1 - mostRows) * rowsOf(groups)
}

async function readMasked(session: VaultSession, asked: Asked, keys: number): Promise<Bounds> {
  const { leaf, thresholds, absentBelow } = asked
  const pairs = comparablePairs(leaf)
  let groups = await runPass(session, asked, 'masked')
  if (leaf.mask.values)
    groups = await withQuantile(session, groups, { leaf, values: leaf.mask.values, absentBelow })
  const share = shareOf(groups, thresholds)
  if (share !== undefined && (pairs.length > 0 || leaf.measures.some(sql.isSum))) {
    await session.run(tables.keepSlice(leaf, Math.ceil(keys / share)))
    const found = await session.run(tables.readSlice(leaf, pairs, absentBelow))
    groups = withSlice(groups, { leaf, pairs }, found)
    await session.run(tables.dropSlice(leaf))
  }
  return boundsOf(groups, { ...asked, pairs }, 'masked')
}

async function runPass(
  session: VaultSession,
  { leaf, absentBelow }: Asked,
  pass: tables.Pass,
): Promise<readonly GroupBounds[]> {
  await session.run(tables.keepBounds(leaf, pass))
  await session.run(tables.keepCells(leaf, pass))
  return parseBounds(leaf, await session.run(tables.readCells(leaf, absentBelow)))
}

function boundsOf(
  groups: readonly GroupBounds[],
  { leaf, thresholds, pairs }: Asked & { readonly pairs: readonly sql.Pair[] },
  pass: tables.Pass,
): Bounds {
  const scope = { leaf, thresholds, pairs, keepsLabels: keepsLabels(leaf) }
  const found = groups.map((group) => ({ group, evidence: settled(group, scope) }))
  return {
    pass,
    certain: found.flatMap(({ evidence }) => evidence ?? []),
    doubtful: found.flatMap(({ group, evidence }) => (evidence ? [] : group.gid)),
    groups,
  }
}

/** The bounds with those of the quantile. Its table stays, for what is asked about withheld cells. */
async function withQuantile(
  session: VaultSession,
  groups: readonly GroupBounds[],
  { leaf, values, absentBelow }: { leaf: Leaf; values: MaskedValues; absentBelow: number },
): Promise<readonly GroupBounds[]> {
  const index = leaf.measures.findIndex(({ name }) => name === values.measure)
  const measure = leaf.measures[index]
  if (!measure) throw new RangeError('a leaf has no such measure')
  await session.run(keepBlocks(leaf, values))
  return withMiddles(groups, index, await session.run(readMiddles(leaf, measure, absentBelow)))
}

/** So many rows of a group in the slice that they are most likely of enough persons. */
const rowsInSlice = 6

/** One person of how many: the most that leaves enough of nine groups of ten; undefined when that is no saving. */
function shareOf(groups: readonly GroupBounds[], { k }: Thresholds): number | undefined {
  const sizes = groups.map(({ rows }) => rows).filter((rows) => rows >= k)
  const small = sizes.toSorted((a, b) => a - b)[Math.floor(sizes.length / 10)] ?? 0
  const share = Math.min(Math.floor(small / (rowsInSlice * k)), 64)
  return share >= 3 ? share : undefined
}
