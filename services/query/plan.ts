/** What a statement means once it has been understood: leaves for the vault, one outer statement for the release engine. */
import type { Mount, RewrittenStatement, Tree } from '../engine/engine.ts'
import type { Origin } from './explain/origins.ts'

/**
 * Shape of one displayed measure (disclosure.md 8.1), which fixes the columns that level 1 carries for it and the tests
 * that its cells must pass.
 * - presence: rows of the group. Level 1: `c`. T1.
 * - filtered: rows with a condition or a non-NULL value. Level 1: `c`. T1 on its own selection.
 * - persons: distinct persons of a selection. Level 1: `c` (> 0 when the person counts). T1 on it.
 * - keys: distinct keys that each belong to one person (stays). Level 1: `c` = distinct keys of this person. T1 on it.
 * - values: distinct values held by at least k persons each. Level 1: nothing; its own table, see `valuesOf`.
 * - sum, avg: level 1 `c` (values that are not NULL) and `s` (their sum, finite). T1 to T4.
 *
 * The rest carry nothing at level 1 either: each has a table of its own, with how often each person holds each value.
 * - min, max: the value of the k-th person from that end. T1, and 2k persons.
 * - quantile: the mean of the means of k persons around `q`. T1, k persons on either side, T4 on those k.
 * - mode: the commonest value. T1, and k persons who hold it.
 * - any, all: bool_or and bool_and of a condition. A side of fewer than k persons is taken as nobody; T1 on the other.
 * - spread, relation: what `statistic` makes of the moments of one number, of two. T1 to T4, and degrees of freedom.
 */
export type Shape =
  | 'presence'
  | 'filtered'
  | 'persons'
  | 'keys'
  | 'values'
  | 'sum'
  | 'avg'
  | OrderShape
  | 'any'
  | 'all'
  | 'spread'
  | 'relation'
type OrderShape = 'min' | 'max' | 'quantile' | 'mode'
/** What a value is compared as. */
export type Kind = 'text' | 'number' | 'boolean' | 'date' | 'time' | 'timestamp' | 'interval'
export type SpreadStatistic = 'var_samp' | 'var_pop' | 'stddev_samp' | 'stddev_pop' | 'sem'
export type RelationStatistic =
  | 'covar_samp'
  | 'covar_pop'
  | 'corr'
  | 'regr_slope'
  | 'regr_intercept'
  | 'regr_r2'

export interface Measure {
  /** Column of the released table, `m1`, `m2`, …: numbered from 1, because `c0` of level 1 is the rows. */
  readonly name: string
  readonly shape: Shape
  /** DuckDB type of the released column. */
  readonly type: string
  /** The label that a person would recognise (the alias or the text), for the disclosure report. */
  readonly label: string
  /** Of a quantile: the share below it, between 0 and 1. */
  readonly q?: number
  /** Of spread and relation. */
  readonly statistic?: SpreadStatistic | RelationStatistic
}

const atLevelOne: ReadonlySet<Shape> = new Set(['presence', 'filtered', 'persons', 'keys', 'sum', 'avg'])

/** Whether a measure has a table of its own beside level 1, and nothing in it. */
export function hasOwnTable({ shape }: Pick<Measure, 'shape'>): boolean {
  return !atLevelOne.has(shape)
}

interface Key {
  /** Column of level 1 and of the released table, `g0`, `g1`, … */
  readonly name: string
  readonly type: string
}

/**
 * A maximal aggregate over patient-keyed relations: the only thing that runs on patient data and comes out.
 *
 * Inside the vault a relation is `"dataset"."table"` (the mount of the bulle), with its `__pix` UINTEGER. `level1` has one row per group and person, at fixed positions: the keys `g0…`, `__pix` (NULL on the rows of a public
 * frame), `c0` (rows, BIGINT), then per measure `m<i>`, i from 1: `c<i>` and, for sum and avg, `s<i>` (the type that DuckDB
 * gives the sum; DOUBLE for avg). A `values` measure has no column there.
 * A `values` measure `i` has a statement of its own in `values`: keys `g0…`, `__pix`, `x` (the value), without repeats. So have
 * order statistics, flags and moments, with one more column: how many rows hold the value; `relation` has a pair, `x` and `y`.
 * The vault keeps them as temporary tables; level 2 reads those and nothing else (query/evidence.ts).
 */
export interface Leaf {
  /** Relation name in the outer statement, such as `leaf_0`. */
  readonly name: string
  readonly level1: RewrittenStatement
  readonly values: readonly { readonly measure: string; readonly statement: RewrittenStatement }[]
  readonly keys: readonly Key[]
  readonly measures: readonly Measure[]
  /**
   * 'U': the input has at most one row per person, level 1 does not group. 'X': level 1 groups by keys and person. 'M': as 'X',
   * and `mask` says the same of most groups in one pass, without grouping by person.
   */
  readonly plan: 'U' | 'X' | 'M'
  /** Of plan M, and of no other. */
  readonly mask?: Mask
  /** All keys come from the public side of `PUB LEFT JOIN PK` and nothing filters the private side: labels stay. */
  readonly framed: boolean
  /** No GROUP BY: always one row. */
  readonly total: boolean
  /** A row of a person may stand in several groups, which are compared with each other: any, or the days from its first to its last. */
  readonly overlaps?: 'rows' | 'days'
  /** Of GROUPING SETS, ROLLUP and CUBE: the keys of each set, by position. The last key is then the number of the set. */
  readonly sets?: readonly (readonly number[])[]
  /** Personal tables read, as `dataset.table`, with the columns used. For the verifier and the log. */
  readonly reads: readonly {
    readonly dataset: string
    readonly table: string
    readonly columns: readonly string[]
  }[]
  /** Released relations that it reads; absent when there are none. */
  readonly inputs?: readonly Input[]
}

/**
 * A released relation that a leaf reads: an outer statement of its own, over tables that were released before and public
 * relations, whose rows go back into the vault as a temporary table. Withheld cells are NULL there; the answer is partial.
 */
export interface Input {
  /** Table name in the statements of the leaf, such as `input_0`. */
  readonly name: string
  readonly statement: RewrittenStatement
  /** `c0`, `c1`, … */
  readonly columns: readonly OutputColumn[]
  /** Names of the leaves that it reads: these come before the leaves that name it. */
  readonly leaves: readonly string[]
}

/**
 * The statements of plan M. `bounds` has one row per group and quarter of the persons: the keys `g0…`, the quarter
 * (`__pix & 3`, NULL on rows of nobody), rows, the mask of its persons (bit `__pix >> 2 & 63`), then per measure
 * - filtered: rows that count, the mask of their persons
 * - sum, avg: values, their sum, the mask of the persons of those that are not zero, whether none of them is negative.
 * - quantile: nothing, see `values`.
 * `chosen` is level 1 for the groups of the relation `__chosen` alone; a leaf without keys has none.
 */
export interface Mask<Text = RewrittenStatement> {
  readonly bounds: Text
  readonly chosen?: Text
  /** Whether rows are parted by quarter of the persons: for sums, of which a quarter bounds what one person adds. Else there is no such column. */
  readonly hasQuarters: boolean
  /** Of a quantile of whole numbers; absent where there is none. */
  readonly values?: MaskedValues<Text>
  /** Sums and means of one and the same value, by number. */
  readonly alike: readonly (readonly [number, number])[]
  /** A relation of persons that the leaf reads: its largest key says how many there may be. */
  readonly persons: Pick<Mount, 'schema' | 'name'>
}

/**
 * `bounds` has one row per group, value and quarter of the persons: the keys, the value `x`, the quarter, rows, the mask of their
 * persons. `chosen` are the values of the groups of the relation `__chosen`, as `Leaf.values` has those of all.
 */
export interface MaskedValues<Text = RewrittenStatement> {
  readonly measure: string
  readonly bounds: Text
  readonly chosen?: Text
}

/** The relation of a vault session that holds the keys of the groups to be looked at again. No user can name it. */
export const chosenRelation = '__chosen'

export interface OutputColumn {
  readonly name: string
  readonly type: string
}

export interface Plan {
  /** In an order in which each finds what its inputs read released before it. */
  readonly leaves: readonly Leaf[]
  /**
   * Over the released tables and the public relations. Its answer has the visible columns first, then one BOOLEAN column
   * per visible column, `__s0`, `__s1`, …: true when the value of that cell rests on a suppressed cell. Released tables are
   * loaded with the columns `g…`, `m…` and, per measure, `m<i>__s` (BOOLEAN, the mark).
   */
  readonly outer: RewrittenStatement
  readonly columns: readonly OutputColumn[]
  /** Per column, then per mark, what it is made of; absent where nothing is answered. */
  readonly origins?: readonly (readonly Origin[])[]
  /** Per column, the column of a relation that it is, and nothing else; as `origins`. */
  readonly copies?: readonly (Origin | undefined)[]
  /** True when an aggregate above the leaves read suppressed cells: its result is partial. */
  readonly partial: boolean
  /** Datasets read, with tables and columns, for the decision and the log. */
  readonly reads: readonly Read[]
  /** Derived tables read, by name; `reads` has the datasets behind them. */
  readonly derived: readonly string[]
  /** Hash of the canonical tree that was understood. */
  readonly sha256: string
}

/** A relation of the project that a statement reads, with the columns it uses. */
export interface Read {
  readonly dataset: string
  readonly table: string
  readonly class: 'personal' | 'public'
  readonly columns: readonly string[]
}

/** A leaf before it is text and before its types are known. */
export interface LeafDraft {
  readonly name: string
  readonly level1: Tree
  readonly values: readonly { readonly measure: string; readonly tree: Tree }[]
  readonly keys: readonly string[]
  readonly measures: readonly Omit<Measure, 'type'>[]
  readonly plan: Leaf['plan']
  readonly mask?: Mask<Tree>
  readonly framed: boolean
  readonly total: boolean
  readonly overlaps?: 'rows' | 'days'
  readonly sets?: readonly (readonly number[])[]
  readonly reads: readonly Read[]
  readonly inputs?: readonly InputDraft[]
}

/** An input before it is text. */
export interface InputDraft extends Pick<Input, 'name' | 'leaves'> {
  readonly tree: Tree
  /** What typing took each column for: the table that goes back must have types to match. */
  readonly kinds: readonly (Kind | undefined)[]
}

/** Trees of a plan before they are text: `prepare` is pure and makes these, `run` turns them into statements. */
export interface Draft {
  readonly leaves: readonly LeafDraft[]
  readonly outer: Tree
  readonly columns: readonly string[]
  readonly origins: readonly (readonly Origin[])[]
  readonly copies: readonly (Origin | undefined)[]
  readonly partial: boolean
  readonly reads: readonly Read[]
  readonly derived: readonly string[]
  readonly sha256: string
}
