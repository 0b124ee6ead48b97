/**
 * Writes services/engine/capabilities.json from the live engine and the classes of capability-classes.ts.
 * `node --import tsx infra/capabilities.ts`; exit 1 when a name has no class, or a class has no name.
 */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { type DuckDBConnection, DuckDBInstance, StatementType, version } from 'duckdb'
import type { Capability, EngineSetting, EngineStatement } from '../services/engine/capabilities.ts'
import {
  aggregateGroups,
  bound,
  collations,
  lengthArguments,
  macroGroups,
  otherTables,
  scalarGroups,
  tableGroups,
} from './capability-classes.ts'
import { settingGroups, statementGroups } from './engine-classes.ts'

type Kind = Capability['kind']
type Classified = Pick<Capability, 'class' | 'why' | 'fallible' | 'lengthArgument'>

const groupsOf = {
  scalar: scalarGroups,
  macro: macroGroups,
  aggregate: aggregateGroups,
  table: tableGroups,
  table_macro: [],
  pragma: [],
} as const satisfies Record<Kind, unknown>

function namesOf(names: string): readonly string[] {
  return names.split(/\s+/).filter((name) => name !== '')
}

function classesOf(kind: Kind): ReadonlyMap<string, Classified> {
  return new Map(
    groupsOf[kind].flatMap((group) =>
      namesOf(group.names).map((name): [string, Classified] => [
        name,
        {
          class: group.class,
          ...('infallible' in group && { fallible: false }),
          ...(kind === 'scalar' && name in lengthArguments && { lengthArgument: lengthArguments[name] }),
          ...(group.why !== undefined && { why: group.why }),
        },
      ]),
    ),
  )
}

function classify(name: string, kind: Kind, classes: ReadonlyMap<string, Classified>): Classified {
  const given = classes.get(name)
  if (given !== undefined) return given
  if (kind === 'scalar' && name.startsWith(collations.prefix)) {
    return { class: collations.class, why: collations.why }
  }
  return kind === 'table' || kind === 'table_macro' || kind === 'pragma' ? otherTables : { class: null }
}

/** Name, kind, stability and a hash of the signatures of every function of the engine. */
async function liveFunctions(connection: DuckDBConnection): Promise<readonly Omit<Capability, 'class'>[]> {
  const reader = await connection.runAndReadAll(`
    SELECT function_name, function_type, coalesce(max(stability), ''),
           string_agg(signature, ';' ORDER BY signature)
    FROM (SELECT *, concat_ws('|', parameter_types::VARCHAR, varargs, return_type, macro_definition) AS signature
          FROM duckdb_functions() WHERE internal)
    GROUP BY ALL ORDER BY 2, 1`)
  const functions = reader.getRowsJson().map(([name, kind, stability, signatures]) => ({
    name: String(name),
    kind: String(kind) as Kind,
    signatures: createHash('sha256').update(String(signatures)).digest('hex').slice(0, 16),
    ...(stability !== '' && { stability: String(stability) }),
  }))
  const asWindows = await windowsOf(connection, functions)
  return functions.map((entry) => ({ ...entry, ...(asWindows.has(entry) && { windowOnly: true }) }))
}

/** The catalogue lists window functions among its aggregates; without OVER the binder does not find them. */
async function windowsOf<F extends Pick<Capability, 'name' | 'kind'>>(
  connection: DuckDBConnection,
  functions: readonly F[],
): Promise<ReadonlySet<F>> {
  const found = new Set<F>()
  for (const entry of functions.filter(({ kind }) => kind === 'aggregate')) {
    const refused = await connection.run(`SELECT "${entry.name}"()`).catch(String)
    if (String(refused).includes(`with name ${entry.name} does not exist`)) found.add(entry)
  }
  return found
}

/** Every setting of the engine, and the value of those that change what a statement means. */
async function liveSettings(connection: DuckDBConnection): Promise<readonly EngineSetting[]> {
  const classes = classesByName(settingGroups)
  const reader = await connection.runAndReadAll(
    'SELECT name, input_type, scope, value FROM duckdb_settings() ORDER BY name',
  )
  return reader.getRowsJson().map(([name, type, scope, value]) => {
    const given = classes.get(String(name)) ?? { class: null }
    const about = { name: String(name), type: String(type), scope: String(scope), ...given }
    return given.class === 'meaning' ? { ...about, value: String(value) } : about
  })
}

/** The kinds of statement that the engine's own parser tells apart. */
function liveStatements(): readonly EngineStatement[] {
  const classes = classesByName(statementGroups)
  const names = Object.keys(StatementType).filter((name) => Number.isNaN(Number(name)))
  return names.map((name) => ({ name, ...(classes.get(name) ?? { class: null }) }))
}

function classesByName<C>(groups: readonly { class: C; why: string; names: string }[]) {
  return new Map(
    groups.flatMap(({ class: given, why, names }) =>
      namesOf(names).map((name) => [name, { class: given, why }] as const),
    ),
  )
}

export interface EngineDescription {
  readonly engine: string
  readonly functions: readonly Capability[]
  readonly settings: readonly EngineSetting[]
  readonly statements: readonly EngineStatement[]
  readonly bound: typeof bound
}

/** The golden file's content, as the engine of this process makes it. */
export async function describeEngine(): Promise<EngineDescription> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const classes = Object.fromEntries(
    (Object.keys(groupsOf) as Kind[]).map((kind) => [kind, classesOf(kind)]),
  ) as Record<Kind, ReadonlyMap<string, Classified>>
  const functions = (await liveFunctions(connection)).map((entry) => ({
    ...entry,
    ...classify(entry.name, entry.kind, classes[entry.kind]),
  }))
  const settings = await liveSettings(connection)
  return { engine: version(), functions, settings, statements: liveStatements(), bound }
}

/** Names that were given a class and that the engine does not have. */
export function strangers({ functions, settings, statements }: EngineDescription): readonly string[] {
  const known = new Set([
    ...functions.map(({ kind, name }) => `${kind} ${name}`),
    ...settings.map(({ name }) => `setting ${name}`),
    ...statements.map(({ name }) => `statement ${name}`),
  ])
  const given = [
    ...(Object.keys(groupsOf) as Kind[]).map((kind) => [kind, groupsOf[kind]] as const),
    ['setting', settingGroups] as const,
    ['statement', statementGroups] as const,
  ]
  return given
    .flatMap(([kind, groups]) =>
      groups.flatMap(({ names }) => namesOf(names).map((name) => `${kind} ${name}`)),
    )
    .filter((name) => !known.has(name))
}

/** One entry per line: an upgrade of the engine is read as a diff. */
function entryLines(entries: readonly unknown[]): string {
  return entries.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n')
}

export async function writeCapabilities(): Promise<readonly string[]> {
  const content = await describeEngine()
  const { engine, functions, settings, statements } = content
  const lists = Object.entries({ functions, settings, statements })
  const text = `{
  "engine": ${JSON.stringify(engine)},
${lists.map(([name, entries]) => `  "${name}": [\n${entryLines(entries)}\n  ],\n`).join('')}  "bound": ${JSON.stringify(content.bound)}
}
`
  writeFileSync(new URL('../services/engine/capabilities.json', import.meta.url), text)
  const unclassified = lists.flatMap(([list, entries]) =>
    entries.filter((entry) => entry.class === null).map(({ name }) => `${list}: ${name} has no class`),
  )
  return [...unclassified, ...strangers(content).map((name) => `${name} is not in the engine`)]
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const findings = await writeCapabilities()
  process.stdout.write(findings.map((finding) => `${finding}\n`).join(''))
  process.exitCode = findings.length === 0 ? 0 : 1
}
