/** What the house asks of a SQL engine. Rooms above see these interfaces; DuckDB stands behind them. */
import type { Closable } from '../kernel/id.ts'

/** A value of a row on this side of the process boundary. Integers beyond 2^53 are bigint; dates and times are ISO text. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Value[]
  | { readonly [key: string]: Value }

export interface Column {
  readonly name: string
  /** DuckDB's type name, such as VARCHAR or DECIMAL(18,2). */
  readonly type: string
}

export interface Rows {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Value[])[]
}

export interface Limits {
  /** Wall time of one statement; at its end the statement is interrupted, 500 ms later the process is killed. */
  readonly timeoutMs: number
  readonly memoryBytes: number
  /** Rows that a worker may send back; more is a failure. */
  readonly maxRows: number
}

/** A node of DuckDB's serialised tree: plain JSON, its shape checked by query/statement.ts before anybody relies on it. */
export type Tree = { readonly [key: string]: unknown }

declare const rewritten: unique symbol

/** SQL that came out of `Parser.text`, or of a fixed template of ours: the only text that any engine runs. */
export type RewrittenStatement = string & { readonly [rewritten]: true }

/** DDL of empty twins: the granted relations without a row, so that text is bound far from the data. */
export interface Twin {
  readonly statements: readonly RewrittenStatement[]
}

/** Reads text and trees in a process that holds no data. Every method rejects with QUERY_FAILED if that process dies. */
export interface Parser extends Closable {
  /**
   * The parsed text: DuckDB's answer to json_serialize_sql, which knows SELECT only.
   * Refusals: SYNTAX with its place; STATEMENT_NOT_ALLOWED for a statement that parses but is no SELECT.
   */
  tree(sql: string): Promise<Tree>
  /** The text of a tree, made by DuckDB. `tree` has the shape that `tree()` answers (`{error, statements}`). */
  text(tree: Tree): Promise<RewrittenStatement>
  /** The bound, unoptimised plan of a statement on empty twins. TYPE_ERROR when it does not bind. */
  plan(statement: RewrittenStatement, twin: Twin): Promise<Tree>
  /** Names and types of the answer of a statement, bound on empty twins. TYPE_ERROR when it does not bind. */
  columns(statement: RewrittenStatement, twin: Twin): Promise<readonly Column[]>
}

/** The relations that a process may read: name inside the engine → one Parquet file. */
export interface Mount {
  readonly schema: string
  readonly name: string
  readonly file: string
}

/** Each file once, whatever the number of relations over it. */
export function filesOf(mounts: readonly Mount[]): readonly string[] {
  return [...new Set(mounts.map(({ file }) => file))]
}

/** The process of one bulle. One statement at a time; temporary objects die with the session. */
export interface VaultSession extends Closable {
  /** Runs one statement near patient rows. Rejects with QUERY_FAILED, one text for all causes. */
  run(statement: RewrittenStatement): Promise<Rows>
  /** Takes a released table in, as a temporary table that statements name without a schema. Rejects with QUERY_FAILED. */
  take(table: ReleasedTable): Promise<void>
}

export interface Vault extends Closable {
  /**
   * A session on the extract of one bulle, in its own process, which is started when it is not warm. Aborting the signal
   * interrupts the running statement and kills the process 500 ms later.
   */
  open(
    bulle: { id: string; mounts: readonly Mount[] },
    options: { limits: Limits; signal: AbortSignal },
  ): Promise<VaultSession>
  /** Kills the process of a bulle, whatever it does. */
  evict(bulleId: string): Promise<void>
}

/** The vault of a node, which also says how much of it is in use. */
export interface CountedVault extends Vault {
  /** Bulles that have a living process now. */
  openBulles(): number
}

export type Format = 'csv' | 'arrow' | 'parquet'

/** A released relation handed to the release engine, or back to the vault. */
export interface ReleasedTable {
  readonly name: string
  readonly data: Rows
}

export interface FinishWork {
  readonly tables: readonly ReleasedTable[]
  /** Public relations of the project. */
  readonly mounts: readonly Mount[]
  readonly statement: RewrittenStatement
}

export interface ReleaseOptions {
  readonly limits: Limits
  readonly signal: AbortSignal
  /** Whose statement it is. The processes serve all bulles, and one of them never has them all. */
  readonly bulle: string
}

/** A whole answer as a file. */
export interface Sent {
  readonly bytes: Uint8Array
  readonly rows: number
}

/** What a workbook says beside the rows. */
export interface WorkbookNotes {
  /** Of the sheet that has the rows. */
  readonly name: string
  /** [row, column] of the cells that are withheld, and what is said in their place. */
  readonly suppressed: readonly (readonly [number, number])[]
  readonly withheld: string
  readonly about: {
    readonly name: string
    readonly header: readonly string[]
    readonly rows: readonly (readonly (string | number)[])[]
  }
}

/** Runs what stands above the leaves, in a process that has never seen a patient row. */
export interface Releaser extends Closable {
  /** Rows of the outer statement. Rejects with QUERY_FAILED. */
  finish(work: FinishWork, options: ReleaseOptions): Promise<Rows>
  /**
   * What `finish` and `encode` make together, without the rows leaving the process: for a statement whose marks are all false.
   * `columns` are the visible ones. Rejects with QUERY_FAILED, for a mark that is set too.
   */
  send(
    work: FinishWork & { readonly columns: readonly Column[] },
    options: ReleaseOptions & { format: Format },
  ): Promise<Sent>
  /** The same rows as a file. Types are those of `rows.columns`. Rejects with QUERY_FAILED. */
  encode(rows: Rows, format: Format): Promise<Uint8Array>
  /** The same rows as an .xlsx, with a second sheet that says what they are. Rejects with QUERY_FAILED. */
  workbook(rows: Rows, notes: WorkbookNotes): Promise<Uint8Array>
}

/** The file of a derived table, in its folder. */
export const rowsFile = 'rows.parquet'

/** A relation that is to be written: a statement on relations and released tables, and a folder of its own. */
export interface BuildOrder {
  readonly mounts: readonly Mount[]
  readonly tables: readonly ReleasedTable[]
  /** One SELECT. Rows of persons have `__pix` as their last column. */
  readonly statement: RewrittenStatement
  /** Names of all its columns, in order, each once whatever the case. */
  readonly names: readonly string[]
  /** An empty folder; the file in it is `rowsFile`. */
  readonly folder: string
  /** Rows are sorted by `__pix`. */
  readonly isPersonal: boolean
}

export interface Built {
  /** As they are in the file, in order; HUGEINT is DECIMAL(38,0). */
  readonly columns: readonly Column[]
  /** No two rows have one `__pix`. */
  readonly isUnique: boolean
}

/** Writes derived tables. No row comes back. */
export interface Builder {
  /** Runs the statement in a process of its own, which ends with it, into one Parquet file. Rejects with QUERY_FAILED. */
  build(order: BuildOrder, options: { limits: Limits; signal: AbortSignal }): Promise<Built>
}
