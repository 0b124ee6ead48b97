/**
 * Writes services/engine/capabilities.json from the live engine and the classes of capability-classes.ts.
 * `node --import tsx infra/capabilities.ts`; exit 1 when a name has no class, or a class has no name.
 */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { DuckDBInstance, version } from 'duckdb'
import type { Capability } from '../services/engine/capabilities.ts'
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
async function live(): Promise<readonly Omit<Capability, 'class'>[]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const reader = await connection.runAndReadAll(`
    SELECT function_name, function_type, coalesce(max(stability), ''),
           string_agg(signature, ';' ORDER BY signature)
    FROM (SELECT *, concat_ws('|', parameter_types::VARCHAR, varargs, return_type, macro_definition) AS signature
          FROM duckdb_functions() WHERE internal)
    GROUP BY ALL ORDER BY 2, 1`)
  return reader.getRowsJson().map(([name, kind, stability, signatures]) => ({
    name: String(name),
    kind: String(kind) as Kind,
    signatures: createHash('sha256').update(String(signatures)).digest('hex').slice(0, 16),
    ...(stability !== '' && { stability: String(stability) }),
  }))
}

/** The golden file's content, as the engine of this process makes it. */
export async function describeEngine(): Promise<{
  engine: string
  functions: Capability[]
  bound: typeof bound
}> {
  const classes = Object.fromEntries(
    (Object.keys(groupsOf) as Kind[]).map((kind) => [kind, classesOf(kind)]),
  ) as Record<Kind, ReadonlyMap<string, Classified>>
  const functions = (await live()).map((entry) => ({
    ...entry,
    ...classify(entry.name, entry.kind, classes[entry.kind]),
  }))
  return { engine: version(), functions, bound }
}

/** Names that were given a class and that the engine does not have. */
function strangers(functions: readonly Capability[]): readonly string[] {
  const known = new Set(functions.map((entry) => `${entry.kind} ${entry.name}`))
  return (Object.keys(groupsOf) as Kind[]).flatMap((kind) =>
    groupsOf[kind].flatMap((group) =>
      namesOf(group.names)
        .map((name) => `${kind} ${name}`)
        .filter((name) => !known.has(name)),
    ),
  )
}

export async function writeCapabilities(): Promise<readonly string[]> {
  const content = await describeEngine()
  const lines = content.functions.map((entry) => `    ${JSON.stringify(entry)}`)
  const text = `{\n  "engine": ${JSON.stringify(content.engine)},\n  "functions": [\n${lines.join(',\n')}\n  ],\n  "bound": ${JSON.stringify(content.bound)}\n}\n`
  writeFileSync(new URL('../services/engine/capabilities.json', import.meta.url), text)
  const unclassified = content.functions.filter((entry) => entry.class === null)
  return [
    ...unclassified.map((entry) => `${entry.kind} ${entry.name} has no class`),
    ...strangers(content.functions).map((name) => `${name} is not in the engine`),
  ]
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const findings = await writeCapabilities()
  process.stdout.write(findings.map((finding) => `${finding}\n`).join(''))
  process.exitCode = findings.length === 0 ? 0 : 1
}
