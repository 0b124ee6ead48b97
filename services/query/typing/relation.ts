/** The words of typing: what is known of a relation, a column and an expression (disclosure.md section 6). Data only. */
import type { BulleTable } from '../../dataset/bulle.ts'
import type { Tree } from '../../engine/engine.ts'
import type { Code, Facts, Sentence } from '../../kernel/refusal.ts'
import type { Beside } from '../build.ts'
import type { Kind, LeafDraft } from '../plan.ts'
import type { Call, ColumnReference, Cte, Expression, QueryNode, Window } from '../statement/nodes.ts'

/**
 * - PUB: no patient data.
 * - PK: patient-keyed; each row belongs to one person through a hidden `__pix` that comes from base tables alone.
 * - SAFE: released; any SQL over it is post-processing.
 */
export type RelationClass = 'PUB' | 'PK' | 'SAFE'
export type Restriction = 'filter' | 'group-by' | 'output'
export type { Kind }

/** An opaque column: the person, a key that determines the person, or the pseudonym of somebody else. */
export interface Identifier {
  readonly role: 'unit' | 'key' | 'unit-reference'
  readonly domain: string
  /** Of a key: its column name, lower case. Keys of one name and domain are one key. */
  readonly name: string
}

export interface Column {
  /** As the statement may call it. */
  readonly name: string
  /** How it is written where it is in scope. */
  readonly ref: Tree
  readonly identifier?: Identifier
  readonly restrict: readonly Restriction[]
  readonly kind?: Kind
  /** DuckDB's type, where it is known for certain. */
  readonly type?: string
  /** True when this row's value rests on a withheld cell. */
  readonly mark?: Tree
  /** From patient rows. */
  readonly personal: boolean
  /** Made of the exact place of a row among those of all persons: it may be compared with what is written, and nothing else. */
  readonly isShare?: boolean
  /** The granted column that it is, for the list of what was read. */
  readonly origin?: { readonly use: Use; readonly name: string }
  /** Of the person in a sealed table: its hidden key, which says the same on every row, and is NULL where this is. */
  readonly personKey?: Tree
}

/** A base table in use; the columns that a statement reads are added as they are found. */
export interface Use {
  readonly table: BulleTable
  readonly columns: Set<string>
  /** Behind a released relation: the leaf that reads this does not read the table. */
  readonly isReleased?: boolean
}

/** One relation of a FROM clause. */
export interface Source {
  /** The name that qualifies its columns, lower case. */
  readonly alias: string
  readonly dataset?: string
  readonly columns: readonly Column[]
  readonly personal: boolean
  /** Upper bound of its rows; of patient rows, of those that stand beside one row of a base table. */
  readonly rows?: number
  /** Of a released relation whose groups may be withheld: true on its rows, NULL where an outer join found none. */
  readonly there?: Tree
  /** Of a public table: columns that name one row. */
  readonly primaryKey?: readonly Column[]
  /** SEMI and ANTI joins hide their right side. */
  readonly hidden?: boolean
}

/** Two sides of an equality that holds on every row. */
export interface Equality {
  readonly left: readonly Column[]
  readonly right: readonly Column[]
  /** Both sides are this same identifier. */
  readonly isPerson: boolean
  /** Columns that are a whole side of it. */
  readonly bare: readonly Column[]
}

/** A join that still needs an equality from further out: `FROM a, b WHERE a.id = b.id`. */
export interface Obligation {
  readonly kind: 'person' | 'cost'
  readonly left: readonly Source[]
  readonly right: readonly Source[]
  /** Columns of each side that USING merged. */
  readonly merged: readonly [readonly Column[], readonly Column[]]
  readonly at: unknown
}

/** What a query of FROM reads of the rows to its left. */
export interface Lateral {
  /** Columns of rows outside that it reads. */
  readonly reads: readonly Column[]
  /** Over patient rows: tied to the person on the left. */
  readonly isWithinPerson: boolean
  /** When the person is all that ties it: what to compare, so that nothing is left to correlate. */
  readonly ties?: readonly Tree[]
  /** One row for each person, whether or not there are rows: aggregates without GROUP BY. */
  readonly isValue: boolean
  /** It stands among other relations, which are joined to the rows on the left as one. */
  readonly isNested?: boolean
}

export interface From {
  readonly tree: Tree
  readonly sources: readonly Source[]
  /** Columns merged by USING and NATURAL: these answer to the bare name. */
  readonly merged: readonly Column[]
  readonly class: RelationClass
  /** The hidden person key of a row; of PK alone. */
  readonly pix?: Tree
  /** At most one row per person, by what the catalogue says of its tables; never more than the verifier can prove. */
  readonly unique: boolean
  /** Public sources whose rows survive whatever the persons are: PUB LEFT JOIN PK. */
  readonly frame?: readonly Source[]
  readonly equalities: readonly Equality[]
  readonly obligations: readonly Obligation[]
  readonly uses: readonly Use[]
  /** What the conditions of its joins saw: columns of outer rows, released relations. */
  readonly seen: Pick<Seen, 'outer' | 'released'>
  /** Upper bound of the rows; of patient rows, of those that stand beside one row of a base table. */
  readonly rows: number
  /** All equalities of its joins, outer ones too: they bound how many rows a join makes. */
  readonly ties?: readonly Equality[]
  /** What a query of FROM reads of the rows to its left. */
  readonly lateral?: Lateral
  /** A row of a person may be there several times, so that groups may share it. */
  readonly repeats?: boolean
  /** Of ON, and of WHERE when it has been read. */
  readonly conditions?: readonly Condition[]
  /** The relation, for the place of a refusal. */
  readonly at?: unknown
  /** The last join, for the place of a refusal. */
  readonly joined?: unknown
}

/** A part of ON or WHERE. */
export interface Condition {
  readonly bound: Bound
  /** What it says is not greater than what. */
  readonly orders: readonly (readonly [Bound, Bound])[]
}

export interface OutputColumn extends Omit<Column, 'ref' | 'mark' | 'origin'> {
  /** Its name inside the tree. */
  readonly physical: string
  readonly mark?: string
  /** Named by the text, not by a star. */
  readonly isNamed: boolean
}

/** A query that has been typed. Its tree lists the columns, then the marks, then `__pix` if it is PK. */
export interface Relation {
  readonly tree: Tree
  readonly columns: readonly OutputColumn[]
  readonly class: RelationClass
  readonly unique: boolean
  /** Rows are groups of persons: it is grouped or made distinct by identifiers. */
  readonly isGrouped: boolean
  /** At most one row per person, for reasons that the verifier does not follow: a table made of it is looked at. */
  readonly isPerPerson?: boolean
  /** A row of a person may be there several times, so that groups may share it. */
  readonly repeats?: boolean
  /** Of a released relation: false when no group of its leaves can be withheld whole. */
  readonly lacks?: boolean
  readonly uses: readonly Use[]
  readonly rows: number
  /** Of an EXISTS, or of one value per person, whose only tie to the outer row is the person: the pairs to compare outside. */
  readonly ties?: readonly { readonly outer: Tree; readonly inner: string }[]
  /** One value of the rows of the outer person: at most one row for each row outside. */
  readonly isValue?: boolean
  /** Its rows are those of the person of the outer row. */
  readonly isWithinPerson: boolean
  /** Columns of outer rows that it reads. */
  readonly outer: readonly Column[]
  /** How the text could name its person, such as `x.patient_id`. */
  readonly person?: string
}

/** An expression that has been typed. */
export interface Bound {
  readonly tree: Tree
  readonly columns: readonly Column[]
  readonly identifier?: Identifier
  readonly kind?: Kind
  readonly type?: string
  /** Marks beside those of the columns: of scalar subqueries. */
  readonly marks: readonly Tree[]
  readonly hasSubquery: boolean
  /** A literal, for the rules that need one. */
  readonly literal?: string | number | boolean
}

/** Common table expressions by lower-case name; each is typed once, when it is first used. */
export interface Ctes {
  readonly find: (name: string) => Relation | undefined
}

export interface Environment {
  readonly ctes: Ctes
  /** The row that a subquery may refer to. */
  readonly outer?: Scope
  /** The body of EXISTS: only whether a row is there matters. */
  readonly isExists?: boolean
  /** The body of a scalar subquery: one value per person of the outer row may be meant. */
  readonly isScalar?: boolean
  /** A query of FROM to the right of other rows, which it may read. */
  readonly isLateral?: boolean
  /** The rows to the left of a relation of FROM. */
  readonly left?: Scope
  /** The outermost query: its ORDER BY, LIMIT and marks are those of the answer. */
  readonly isAnswer?: boolean
}

/** What names mean at one stage of a SELECT. */
export interface Scope {
  readonly task: Task
  readonly environment: Environment
  readonly class: RelationClass
  readonly pix?: Tree
  readonly sources: readonly Source[]
  /** Released rows may be missing here, because their groups are withheld. */
  readonly lacks?: boolean
  /** Null when this scope does not know the name; refuses what is ambiguous. */
  readonly resolve: (reference: ColumnReference) => Column | null
  /** A stage above groups gives its own meaning to whole expressions: keys become columns. */
  readonly replace?: (expression: Expression) => Bound | null
  /** What an aggregate means here; absent where there is none. */
  readonly aggregate?: (call: Call) => Bound
  /** What a window means here; absent where there is none. */
  readonly window?: (window: Window) => Bound
  /** What `unnest` means here; absent where there is none. */
  readonly unnest?: (call: Call) => Bound
  /** Names of the select list, for references to earlier ones. */
  readonly aliases: ReadonlyMap<string, Expression>
  /** Parameters of the lambdas around, under names of our own: a lambda must not name what is around it. */
  readonly lambdas: ReadonlyMap<string, string>
  /** Filled while expressions are bound. */
  readonly seen: Seen
}

export interface Seen {
  readonly uses: Use[]
  /** Columns of this stage that were used. */
  readonly columns: Map<string, Column>
  /** Columns of an outer row. */
  readonly outer: Column[]
  /** ORDER BY lists that get a last key, so that windows within a person are deterministic. */
  readonly openOrders: Tree[][]
  /** Relations that stand for scalar subqueries: joined to the rows of this stage. */
  readonly scalars: Beside[]
  /** Subqueries that have been bound, by the node of the text: a key is known again where it is shown. */
  readonly values: Map<Expression, Bound>
  /** Aliases being resolved, against circles. */
  readonly resolving: Set<string>
  /** Released relations read in subqueries. */
  readonly released: Relation[]
}

/** One call of prepare(): the only thing in typing that is written to. */
export interface Task {
  readonly tables: readonly BulleTable[]
  readonly today: string
  readonly refuse: (code: Code, at: unknown, facts?: Pick<Facts, 'hint' | 'with'>) => never
  /** A refusal of typing: kept, and raised after the outermost test, in the order in which it was found. */
  readonly note: (code: Code, at: unknown, hint?: Sentence) => void
  /** Counts nodes of what will be run; COMPLEXITY when names and tables stand for too much text. */
  readonly spend: (nodes: number, at: unknown) => void
  /** A name that nothing else in the statement has. */
  readonly fresh: () => string
  readonly query: (node: QueryNode, environment: Environment) => Relation
  readonly ctes: (map: readonly Cte[], outer: Environment) => Ctes
  /** Keeps a leaf; answers its name. */
  readonly leaf: (draft: Omit<LeafDraft, 'name'>) => string
  /** Keeps a released relation that goes back into the vault; answers its name. */
  readonly input: (query: Tree, kinds: readonly (Kind | undefined)[]) => string
  readonly markPartial: () => void
}
