/**
 * Every name by which the pinned engine can be asked for what it must not do, as statements: made from the register of the engine,
 * so that a new name is tried on the day it is there. They are written over the tables of test/property/cohort.ts, or over any
 * table and column that are given.
 */
import {
  type Capability,
  capabilities,
  engineSettings,
  engineStatements,
  functionClass,
} from '../../services/engine/capabilities.ts'
import { clockNames } from '../../services/query/functions.ts'

export interface NamedStatement {
  /** What of the engine it reaches for. */
  readonly what: 'function' | 'table function' | 'pragma' | 'setting' | 'statement'
  readonly name: string
  readonly sql: string
}

/** A table that may be read, and a column of it that is text. */
export interface Ground {
  readonly table: string
  readonly column: string
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
const isWord = (name: string) => /^[a-z_]\w*$/i.test(name)
const ofKind = (...kinds: readonly Capability['kind'][]) =>
  new Set(capabilities.filter(({ kind }) => kinds.includes(kind)).map(({ name }) => name))

/** Denied as what it is; a name that is allowed as something else is tried as what it is denied as. */
const denied = (names: ReadonlySet<string>, kind: 'scalar' | 'aggregate' | 'table') =>
  [...names].filter((name) => functionClass(name, kind) === 'deny')

function tableFunctions(name: string, { table, column }: Ground): readonly string[] {
  const called = quoted(name)
  return [
    `SELECT count(*) FROM ${called}()`,
    `SELECT count(*) FROM ${called}('/etc/passwd')`,
    `SELECT count(*) FROM main.${called}('/etc/passwd')`,
    `SELECT count(*) FROM ${table}, ${called}(${column})`,
    `SELECT count(*) FROM ${table} JOIN LATERAL ${called}(${column}) ON true`,
    `WITH w AS (SELECT * FROM ${called}('x', 'y')) SELECT count(*) FROM ${table}, w`,
    `SELECT count(*) FROM ${table} WHERE EXISTS (FROM ${called}('x'))`,
    `CALL ${called}('x')`,
    ...(isWord(name)
      ? [`SELECT count(*) FROM ${name}('x')`, `SELECT count(*) FROM system.main.${name}('x')`]
      : []),
  ]
}

function scalars(name: string, { table, column }: Ground): readonly string[] {
  const called = quoted(name)
  return [
    `SELECT ${called}(${column}), count(*) FROM ${table} GROUP BY 1`,
    `SELECT count(*) FROM ${table} WHERE ${called}(${column}) IS NULL`,
    `SELECT count(*) FROM ${table} WHERE ${column}.${called}() IS NULL`,
    `SELECT ${called}(n) FROM (SELECT count(*) AS n FROM ${table})`,
  ]
}

function aggregates(name: string, { table, column }: Ground): readonly string[] {
  const called = quoted(name)
  return [
    `SELECT ${called}(${column}) FROM ${table}`,
    `SELECT ${called}(${column}, 3) FROM ${table}`,
    `SELECT count(*) FROM ${table} HAVING ${called}(${column}) IS NULL`,
    `SELECT list_aggregate([1], '${name.replaceAll("'", "''")}'), count(*) FROM ${table} GROUP BY 1`,
  ]
}

const pragmas = (name: string, { table }: Ground): readonly string[] => [
  `PRAGMA ${name}`,
  `PRAGMA ${name}('${table}')`,
  `CALL pragma_${name}('${table}')`,
  `SELECT count(*) FROM pragma_${name}()`,
  `SELECT count(*) FROM pragma_${name}('${table}')`,
]

const settings = (name: string, { table }: Ground): readonly string[] => [
  `SET ${quoted(name)} = 1`,
  `SET GLOBAL ${quoted(name)} = '/etc/passwd'`,
  `SET SESSION ${quoted(name)} TO DEFAULT`,
  `RESET ${quoted(name)}`,
  `RESET GLOBAL ${quoted(name)}`,
  `PRAGMA ${name} = 1`,
  `SELECT current_setting('${name}'), count(*) FROM ${table} GROUP BY 1`,
  `SELECT count(*) FROM ${table} WHERE current_setting('${name}') IS NULL`,
]

/** A text of each kind of statement that is not read. */
export const statementSamples: Readonly<Record<string, readonly string[]>> = {
  INSERT: ['INSERT INTO t VALUES (1)', 'INSERT INTO t SELECT 1'],
  UPDATE: ['UPDATE t SET a = 1'],
  DELETE: ['DELETE FROM t', 'TRUNCATE t'],
  MERGE_INTO: ['MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE'],
  ALTER: ['ALTER TABLE t ADD COLUMN b INTEGER', 'ALTER DATABASE memory SET ALIAS TO other'],
  TRANSACTION: ['BEGIN', 'COMMIT', 'ROLLBACK'],
  VACUUM: ['VACUUM', 'ANALYZE'],
  ATTACH: ["ATTACH 'x.db'", "ATTACH '/etc/passwd' AS x (READ_ONLY)", "ATTACH 'http://127.0.0.1/x.db'"],
  DETACH: ['DETACH x'],
  COPY: [
    "COPY t TO 'x.csv'",
    "COPY (SELECT 1) TO 'x.csv'",
    "COPY t FROM '/etc/passwd'",
    "COPY (SELECT 1) TO '/dev/stdout'",
  ],
  COPY_DATABASE: ['COPY FROM DATABASE a TO b'],
  EXPORT: ["EXPORT DATABASE 'x'", "IMPORT DATABASE 'x'"],
  LOAD: ["LOAD 'x'", "INSTALL 'x'", "FORCE INSTALL httpfs FROM 'http://127.0.0.1/'", 'LOAD httpfs'],
  UPDATE_EXTENSIONS: ['UPDATE EXTENSIONS'],
  SET: ['SET threads = 1', 'RESET threads', "SET search_path = 'x'"],
  VARIABLE_SET: ['SET VARIABLE a = 1', 'USE x'],
  PRAGMA: ['PRAGMA version', 'PRAGMA threads = 1'],
  CALL: ['CALL range(3)', 'CHECKPOINT', 'FORCE CHECKPOINT'],
  PREPARE: ['PREPARE p AS SELECT 1'],
  EXECUTE: ['EXECUTE p', 'DEALLOCATE p'],
  EXPLAIN: ['EXPLAIN SELECT 1', 'EXPLAIN ANALYZE SELECT 1'],
  CREATE: [
    'CREATE TABLE t (a INTEGER)',
    'CREATE TEMP TABLE t AS SELECT 1',
    'CREATE VIEW v AS SELECT 1',
    'CREATE MACRO f(a) AS a',
    'CREATE SCHEMA s',
    'CREATE SEQUENCE s',
    'CREATE TYPE e AS ENUM (1)',
    'CREATE INDEX i ON t (a)',
    "CREATE SECRET x (TYPE s3, KEY_ID 'a')",
  ],
  DROP: ['DROP VIEW v', 'DROP SCHEMA s', 'DROP MACRO f', 'DROP SECRET x', 'DROP TABLE t CASCADE'],
  SELECT: [
    'SHOW TABLES',
    'SHOW ALL TABLES',
    'DESCRIBE t',
    'SUMMARIZE t',
    'SELECT a INTO x FROM t',
    'PIVOT t ON a',
  ],
}

/** Kinds that the engine makes by itself, or has no grammar for: nobody can write one. */
const unwritten = ['INVALID', 'MULTI', 'RELATION', 'EXTENSION', 'LOGICAL_PLAN', 'CREATE_FUNC', 'ANALYZE']

/** Kinds of statement of the register that neither have a sample nor are known to have no text. */
export function withoutSample(): readonly string[] {
  return engineStatements
    .map(({ name }) => name)
    .filter((name) => !Object.hasOwn(statementSamples, name) && !unwritten.includes(name))
}

/** Names that are answered as another thing than the function of the engine: the moment of the request stands for them. */
const replaced: ReadonlySet<string> = new Set(clockNames)

/** All of them. */
export function namedStatements(ground: Ground): readonly NamedStatement[] {
  const of = (
    what: NamedStatement['what'],
    names: Iterable<string>,
    texts: (name: string, on: Ground) => readonly string[],
  ) => [...names].flatMap((name) => texts(name, ground).map((sql) => ({ what, name, sql })))
  return [
    ...of('table function', denied(ofKind('table', 'table_macro'), 'table'), tableFunctions),
    ...of(
      'function',
      denied(ofKind('scalar', 'macro'), 'scalar').filter((name) => !replaced.has(name)),
      scalars,
    ),
    ...of('function', denied(ofKind('aggregate'), 'aggregate'), aggregates),
    ...of('pragma', ofKind('pragma'), pragmas),
    ...of('setting', new Set(engineSettings.map(({ name }) => name)), settings),
    ...of('statement', Object.keys(statementSamples), (name) => statementSamples[name] ?? []),
  ]
}
