/** A clinic of twelve persons: a bulle, its rows in a DuckDB of the test, and the drafts of statements over it. */
import { type DuckDBConnection, DuckDBInstance } from 'duckdb'
import type { Bulle, BulleColumn, BulleTable } from '../../services/dataset/bulle.ts'
import type { Tree } from '../../services/engine/engine.ts'
import { parseJson, printTree } from '../../services/engine/json.ts'
import { statement as sqlStatement } from '../../services/query/build.ts'
import type { Draft, InputDraft, LeafDraft } from '../../services/query/plan.ts'
import { prepare } from '../../services/query/prepare.ts'

export const today = '2026-11-21'

const column = (name: string, type: string, more: Omit<Partial<BulleColumn>, 'name' | 'type'> = {}) => ({
  name,
  type,
  ...more,
})

const personal = (name: string, columns: readonly BulleColumn[], unique = false): BulleTable => ({
  dataset: 'clinic',
  name,
  class: 'personal',
  columns,
  unique,
  domain: 'normandie',
  mount: { schema: 'clinic', name, file: '' },
  // As if it were large: only then are there bounds to decide by.
  magnitude: 6,
})

const open = (name: string, columns: readonly BulleColumn[], rows: number): BulleTable => ({
  dataset: 'clinic',
  name,
  class: 'public',
  columns,
  unique: false,
  rows,
  mount: { schema: 'clinic', name, file: '' },
  magnitude: Math.ceil(Math.log10(rows)),
})

export const bulle: Bulle = {
  id: 'bulle',
  project: 'project',
  k: 11,
  datasets: [{ name: 'clinic', version: 1, holder: 'chu-rouen', k: 11 }],
  tables: [
    personal(
      'patients',
      [
        column('patient_id', 'VARCHAR', { role: 'unit' }),
        column('case_id', 'VARCHAR', { role: 'unit-reference' }),
        column('sex', 'VARCHAR'),
        column('birth_year', 'BIGINT'),
        column('dep', 'VARCHAR'),
        column('commune', 'VARCHAR', { role: 'quasi-identifier', restrict: ['group-by', 'output'] }),
        column('income', 'DOUBLE', { role: 'sensitive', restrict: ['filter'] }),
        column('death_date', 'DATE'),
        column('__hidden', 'VARCHAR'),
      ],
      true,
    ),
    personal('stays', [
      column('stay_id', 'VARCHAR', { role: 'key' }),
      column('patient_id', 'VARCHAR', { role: 'unit' }),
      column('site', 'VARCHAR'),
      column('ward', 'VARCHAR'),
      column('entry_date', 'DATE'),
      column('exit_date', 'DATE'),
      column('entry_mode', 'VARCHAR'),
      column('cost', 'DOUBLE'),
    ]),
    personal('diagnoses', [
      column('stay_id', 'VARCHAR', { role: 'key' }),
      column('patient_id', 'VARCHAR', { role: 'unit' }),
      column('code', 'VARCHAR'),
      column('role', 'VARCHAR'),
    ]),
    {
      ...open(
        'ref_dep',
        [column('dep', 'VARCHAR'), column('label', 'VARCHAR'), column('population', 'BIGINT')],
        4,
      ),
      primaryKey: ['dep'],
    },
    open('big_list', [column('code', 'VARCHAR'), column('weight', 'BIGINT')], 50_000),
    open('shared', [column('a', 'BIGINT')], 10),
    {
      ...open('shared', [column('a', 'BIGINT')], 10),
      dataset: 'public',
      mount: { schema: 'public', name: 'shared', file: '' },
    },
  ],
}

const wards = ['cardio', 'uro', 'neuro']
const rows = [
  'CREATE SCHEMA clinic',
  'CREATE TABLE clinic.patients(patient_id VARCHAR, case_id VARCHAR, sex VARCHAR, birth_year BIGINT, dep VARCHAR, commune VARCHAR, income DOUBLE, death_date DATE, __pix UINTEGER)',
  'CREATE TABLE clinic.stays(stay_id VARCHAR, patient_id VARCHAR, site VARCHAR, ward VARCHAR, entry_date DATE, exit_date DATE, entry_mode VARCHAR, cost DOUBLE, __pix UINTEGER)',
  'CREATE TABLE clinic.diagnoses(stay_id VARCHAR, patient_id VARCHAR, code VARCHAR, role VARCHAR, __pix UINTEGER)',
  'CREATE TABLE clinic.ref_dep(dep VARCHAR, label VARCHAR, population BIGINT)',
  'CREATE TABLE clinic.big_list(code VARCHAR, weight BIGINT)',
  `INSERT INTO clinic.patients SELECT 'p' || i, 'p' || (i + 1), CASE WHEN i % 3 = 0 THEN 'F' ELSE 'M' END, 1930 + i * 5, (ARRAY['14', '27', '76'])[1 + i % 3], '7600' || i, 1000.0 * i, CASE WHEN i < 3 THEN DATE '2023-06-01' END, 100 + i FROM range(12) r(i)`,
  `INSERT INTO clinic.stays SELECT 's' || i, 'p' || (i % 10), (ARRAY['A', 'B'])[1 + (i // 3) % 2], (ARRAY[${wards.map((ward) => `'${ward}'`).join(', ')}])[1 + (i * 7) % 3], DATE '2023-01-01' + ((i * 11) % 90)::INTEGER, DATE '2023-01-03' + ((i * 11) % 90 + i % 5)::INTEGER, CASE WHEN i % 2 = 0 THEN 'urgence' END, 10.5 * i, 100 + i % 10 FROM range(30) r(i)`,
  `INSERT INTO clinic.diagnoses SELECT 's' || (i % 30), 'p' || (i % 10), (ARRAY['I50', 'E11', 'Q81', 'I501'])[1 + i % 4], (ARRAY['DP', 'DAS'])[1 + i % 2], 100 + i % 10 FROM range(50) r(i)`,
  `INSERT INTO clinic.ref_dep VALUES ('14', 'Calvados', 700000), ('27', 'Eure', 600000), ('61', 'Orne', 280000), ('76', 'Seine-Maritime', 1250000)`,
  `INSERT INTO clinic.big_list SELECT DISTINCT code, 3 FROM clinic.diagnoses`,
  'SET ieee_floating_point_ops = false',
  "SET search_path = 'main,clinic'",
]

export interface Clinic {
  draft(sql: string, parameters?: unknown): Promise<Draft>
  /** What the parser says of a text. */
  tree(sql: string): Promise<Tree>
  /** The text of a tree, as DuckDB writes it. */
  text(tree: Tree): Promise<string>
  /** What the draft answers when everything may be released: rows, then marks. */
  answer(
    sql: string,
    parameters?: unknown,
  ): Promise<{ columns: readonly string[]; rows: readonly (readonly unknown[])[] }>
  /** What DuckDB answers to the text itself. */
  native(sql: string): Promise<readonly (readonly unknown[])[]>
  /** Withholds a measure of `leaf_0` where a condition on the released table holds, in the answers that follow. */
  withhold(measure: string, condition: string): void
  close(): void
}

export async function openClinic(): Promise<Clinic> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  for (const statement of rows) await connection.run(statement)
  const withheld: { measure: string; condition: string }[] = []
  const draft = async (sql: string, parameters?: unknown): Promise<Draft> =>
    prepare(await treeOf(connection, sql), {
      sql,
      bulle,
      today,
      ...(parameters === undefined ? {} : { parameters }),
    })
  const text = async (tree: Tree) =>
    String((await read(connection, 'SELECT json_deserialize_sql($1::JSON)', [printTree(tree)]))[0]?.[0])
  const take = async ({ name, tree }: InputDraft, made: Set<string>) => {
    if (!made.has(name)) await connection.run(`CREATE TABLE ${name} AS ${await text(sqlStatement(tree))}`)
    made.add(name)
  }
  const releaseWithheld = async (leaf: LeafDraft) => {
    await release(connection, leaf, text)
    for (const { measure, condition } of leaf.name === 'leaf_0' ? withheld : [])
      await connection.run(
        `UPDATE ${leaf.name} SET ${measure}__s = true, ${measure} = NULL WHERE ${condition}`,
      )
  }
  return {
    draft,
    tree: (sql) => treeOf(connection, sql),
    text,
    native: (sql) => read(connection, sql),
    withhold: (measure, condition) => {
      withheld.push({ measure, condition })
    },
    async answer(sql, parameters) {
      const plan = await draft(sql, parameters)
      const made = new Set<string>()
      for (const leaf of plan.leaves) {
        for (const input of leaf.inputs ?? []) await take(input, made)
        await releaseWithheld(leaf)
      }
      const answered = await read(connection, await text(plan.outer))
      for (const name of [...plan.leaves.map((leaf) => leaf.name), ...made])
        await connection.run(`DROP TABLE ${name}`)
      return { columns: plan.columns, rows: answered }
    },
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

async function treeOf(connection: DuckDBConnection, sql: string): Promise<Tree> {
  const [row] = await read(connection, 'SELECT json_serialize_sql($1::VARCHAR)', [sql])
  return parseJson(String(row?.[0])) as Tree
}

async function read(
  connection: DuckDBConnection,
  sql: string,
  values: string[] = [],
): Promise<readonly (readonly unknown[])[]> {
  return (await connection.runAndReadAll(sql, values)).getRowsJson()
}

/** Level 2 without a threshold: every group and every cell leaves. */
async function release(
  connection: DuckDBConnection,
  leaf: LeafDraft,
  text: (tree: Tree) => Promise<string>,
): Promise<void> {
  const names = leaf.keys
  const carried = leaf.measures.flatMap(({ shape, name }) => {
    if (shape === 'values') return []
    return shape === 'sum' || shape === 'avg' ? [`c_${name}`, `s_${name}`] : [`c_${name}`]
  })
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE one(${[...names, 'p', 'c0', ...carried].join(', ')}) AS ${await text(leaf.level1)}`,
  )
  for (const { measure, tree } of leaf.values)
    await connection.run(
      `CREATE OR REPLACE TEMP TABLE v_${measure}(${[...names, 'p', 'x'].join(', ')}) AS ${await text(tree)}`,
    )
  const cells = leaf.measures.flatMap(({ shape, name }) => [
    `${cellOf(shape, name, names)} AS ${name}`,
    `false AS ${name}__s`,
  ])
  const list = [...names, ...cells, 'count(p) AS persons']
  const groups = leaf.total ? '' : ` GROUP BY ${names.join(', ')}`
  await connection.run(`CREATE TABLE ${leaf.name} AS SELECT ${list.join(', ')} FROM one${groups}`)
}

function cellOf(
  shape: LeafDraft['measures'][number]['shape'],
  name: string,
  names: readonly string[],
): string {
  switch (shape) {
    case 'persons':
      return `count(DISTINCT p) FILTER (WHERE c_${name} > 0)`
    case 'sum':
      return `sum(s_${name})`
    case 'avg':
      return `sum(s_${name}) / nullif(sum(c_${name}), 0)`
    case 'values': {
      const same = names.map((key) => `v.${key} IS NOT DISTINCT FROM any_value(one.${key})`)
      return `(SELECT count(DISTINCT x) FROM v_${name} AS v WHERE ${same.join(' AND ') || 'true'})`
    }
    default:
      return `coalesce(sum(c_${name}), 0)::BIGINT`
  }
}
