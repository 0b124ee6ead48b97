/** What is known of an intermediate relation of a plan: whose rows they are, and where the person key is. */
import { type Node, notProven } from './node.ts'

/**
 * - public: holds nothing of any person.
 * - private: each row belongs to one person at most.
 * - parameter: values of an outer row of some person, handed into a correlated subquery without the person key.
 */
export type RelationClass = 'public' | 'private' | 'parameter'

export interface ColumnFact {
  /**
   * pix: the key of the person the row belongs to, or NULL · none: the constant NULL · hidden: a column that has no name, such as
   * the row number · row: a number that a correlated subquery gives its outer rows, to find them again · data: all else.
   */
  readonly kind: 'data' | 'pix' | 'none' | 'hidden' | 'row'
  /** Its values, and which of them occur, do not depend on rows of persons. */
  readonly isPublic: boolean
  /** The bound aggregate that makes it, while it is passed on untouched. */
  readonly aggregate?: Node
}

export interface Relation {
  readonly class: RelationClass
  readonly columns: readonly ColumnFact[]
  /** Sets of `pix` columns of which one at least is not NULL on every row that holds anything of a person. */
  readonly covers: readonly ReadonlySet<number>[]
  /** Sets of columns that no two rows have in common. */
  readonly unique: readonly ReadonlySet<number>[]
  /** Which combinations of its public columns occur does not depend on rows of persons. */
  readonly isFrame: boolean
}

export const dataColumn: ColumnFact = { kind: 'data', isPublic: false }

export function publicRelation(width: number): Relation {
  const columns = Array.from({ length: width }, (): ColumnFact => ({ kind: 'data', isPublic: true }))
  return { class: 'public', columns, covers: [], unique: [], isFrame: true }
}

export function factAt({ columns }: Pick<Relation, 'columns'>, index: number): ColumnFact {
  return columns[index] ?? notProven('column')
}

/** True when these columns say whose row it is, for every row that is somebody's. */
export function isCovered({ covers }: Pick<Relation, 'covers'>, indexes: readonly number[]): boolean {
  return covers.some((cover) => isSubset(cover, new Set(indexes)))
}

export function isSubset(part: ReadonlySet<number>, whole: ReadonlySet<number>): boolean {
  return [...part].every((index) => whole.has(index))
}

export function shifted(sets: readonly ReadonlySet<number>[], by: number): readonly ReadonlySet<number>[] {
  return sets.map((set) => new Set([...set].map((index) => index + by)))
}

/** Sets that survive when columns move: `places` gives the new places of an old column, none when it is dropped. */
export function moved(
  sets: readonly ReadonlySet<number>[],
  places: ReadonlyMap<number, number>,
): readonly ReadonlySet<number>[] {
  const images = sets.map((set) => [...set].map((index) => places.get(index)))
  return images.flatMap((image) => {
    const kept = image.filter((index) => index !== undefined)
    return kept.length === image.length ? [new Set(kept)] : []
  })
}

/** The stricter class of two sides that were tied together properly. */
export function joinedClass(left: RelationClass, right: RelationClass): RelationClass {
  if (left === 'private' || right === 'private') return 'private'
  return left === 'parameter' || right === 'parameter' ? 'parameter' : 'public'
}
