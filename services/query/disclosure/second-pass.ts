/** Exact evidence beside bounds (plan M): of the groups that bounds do not settle, and of those that an answer turns on. */
import type { VaultSession } from '../../engine/engine.ts'
import { type GroupBounds, withheldIn } from './bounds.ts'
import type { MaskedLeaf } from './bounds-tables.ts'
import * as tables from './bounds-tables.ts'
import { type CellEvidence, type Evidence, type GroupEvidence, parsePairs } from './evidence.ts'
import { inquiries, readEvidence } from './exact.ts'
import * as sql from './level-two.ts'
import type { Thresholds } from './rules.ts'
import { cellOf, smallestOf, type Withheld } from './secondary.ts'

/** What the one pass and the slice say. */
export interface Bounds {
  /** Every group that may be shown. */
  readonly groups: readonly GroupBounds[]
  /** Those that are decided by their bounds. */
  readonly certain: Evidence
  /** The gids of the others. */
  readonly doubtful: readonly number[]
}

interface About {
  readonly leaf: MaskedLeaf
  readonly thresholds: Thresholds
  readonly absentBelow: number
  readonly bounds: Bounds
}

/** Groups that a statement names one by one; where there are more, all are looked at. */
const mostNamed = 2000

/** Level 1 of some groups is made when it is first asked for, and again when more of them are; then of all. */
export class SecondPass implements Withheld {
  readonly #session: VaultSession
  readonly #about: About
  readonly #groups: ReadonlyMap<number, GroupBounds>
  /** Groups whose level 1 is kept, beside those that are absent; nothing is kept while this is undefined. */
  #kept: ReadonlySet<number> | 'all' | undefined
  #exact: ReadonlyMap<number, GroupEvidence> = new Map()

  constructor(session: VaultSession, about: About) {
    this.#session = session
    this.#about = about
    this.#groups = new Map(about.bounds.groups.map((group) => [group.gid, group]))
  }

  /** All groups that may be shown; those without a doubt stand with their bounds. */
  async evidence(): Promise<Evidence> {
    const { certain, doubtful } = this.#about.bounds
    if (doubtful.length === 0) return certain
    await this.#lookAt([])
    const decided = doubtful.flatMap((gid) => this.#exact.get(gid) ?? [])
    return [...certain, ...decided].toSorted((a, b) => a.gid - b.gid)
  }

  async persons(gids: readonly number[]): Promise<number> {
    const few = await this.#ofRows(gids)
    if (few && few.rows === 0) return 0
    if (few && few.persons >= this.#about.thresholds.k) return few.persons
    return (await this.#exactly(gids)).persons(gids)
  }

  async union(index: number, gids: readonly number[]): Promise<CellEvidence> {
    const few = await this.#ofRows(gids, index)
    const { leaf, thresholds } = this.#about
    const measure = leaf.measures[index]
    if (few && few.rows === 0) return { value: null, persons: 0 }
    if (few && measure && !sql.isSum(measure) && few.persons >= thresholds.k)
      return { value: null, persons: few.persons }
    return (await this.#exactly(gids)).union(index, gids)
  }

  /** Only groups that may be the smallest, by their bounds, are looked at. */
  async smallest(groups: Evidence, index?: number): Promise<GroupEvidence> {
    const ranges = groups.map(({ gid }) => ({ gid, ...this.#rangeOf(gid, index) }))
    const limit = Math.min(...ranges.map(({ most }) => most))
    const candidates = ranges.filter(({ least }) => least <= limit).map(({ gid }) => gid)
    if (candidates.some((gid) => !this.#exact.has(gid))) {
      // The next smallest may be asked for too.
      await this.#lookAt(ranges.filter(({ least }) => least <= 2 * limit).map(({ gid }) => gid))
    }
    return smallestOf(
      candidates.map((gid) => this.#exact.get(gid) ?? unknown(gid)),
      index,
    )
  }

  /** Frees what was kept. */
  async close(): Promise<void> {
    if (this.#kept === undefined) return
    for (const statement of sql.dropTables(this.#about.leaf)) await this.#session.run(statement)
    this.#kept = undefined
  }

  /** The fewest and the most persons that a group, or its cell of a measure, can have. */
  #rangeOf(gid: number, index?: number): { least: number; most: number } {
    const exact = this.#exact.get(gid)
    if (exact) {
      const { persons } = index === undefined ? exact : cellOf(exact.cells, index)
      return { least: persons, most: persons }
    }
    const bounds = this.#groups.get(gid)
    const { persons, rows } = (index === undefined ? bounds : bounds?.cells[index]) ?? unknown(gid)
    return { least: persons, most: rows }
  }

  /** What rows alone say of what is withheld, while nothing exact is there and no group is in doubt. */
  async #ofRows(gids: readonly number[], index?: number) {
    if (this.#kept !== undefined) return undefined
    const { leaf, absentBelow } = this.#about
    const found = await this.#session.run(tables.readTogether(leaf, { absentBelow, gids }, index))
    const [[rows, persons] = [0, 0]] = parsePairs(found)
    return { rows, persons: persons ?? 0 }
  }

  async #exactly(gids: readonly number[]): Promise<Withheld> {
    const { leaf, absentBelow } = this.#about
    const kept = this.#kept
    if (kept === undefined || (kept !== 'all' && gids.some((gid) => !kept.has(gid)))) await this.#lookAt(gids)
    return inquiries(this.#session, leaf, { absentBelow })
  }

  /** Makes exact evidence of these groups, of those in doubt, and of those of which something is withheld for certain. */
  async #lookAt(gids: readonly number[]): Promise<void> {
    const { leaf, thresholds, absentBelow, bounds } = this.#about
    const before = this.#kept instanceof Set ? this.#kept : []
    const wanted = new Set([
      ...gids,
      ...before,
      ...bounds.doubtful,
      ...withheldIn(bounds.certain, thresholds),
    ])
    await this.close()
    const chosen = chosenOf(leaf)
    if (chosen === undefined || this.#areMost(wanted)) {
      for (const statement of sql.keepRows(leaf)) await this.#session.run(statement)
      this.#kept = 'all'
    } else {
      await this.#session.run(tables.keepChosen(leaf, { absentBelow, gids: [...wanted] }))
      for (const statement of sql.keepRows(leaf, chosen)) await this.#session.run(statement)
      await this.#session.run(tables.dropChosen())
      this.#kept = wanted
    }
    await this.#session.run(tables.keepNumberedGroups(leaf))
    const evidence = await readEvidence(this.#session, leaf, { absentBelow, k: thresholds.k })
    this.#exact = new Map(evidence.map((group) => [group.gid, group]))
  }

  /** Whether looking at all groups costs about the same. */
  #areMost(gids: ReadonlySet<number>): boolean {
    const rowsOf = (groups: readonly GroupBounds[]) => groups.reduce((sum, { rows }) => sum + rows, 0)
    const { groups } = this.#about.bounds
    return gids.size > mostNamed || 2 * rowsOf(groups.filter(({ gid }) => gids.has(gid))) > rowsOf(groups)
  }
}

/** The statements of level 1 for some of the groups; a leaf without keys has none. */
function chosenOf({ mask: { chosen, values } }: MaskedLeaf): sql.RowsOf | undefined {
  if (chosen === undefined) return undefined
  const again = values?.chosen && { measure: values.measure, statement: values.chosen }
  return { level1: chosen, values: again ? [again] : [] }
}

function unknown(gid: number): never {
  throw new RangeError(`there is no group ${gid}`)
}
