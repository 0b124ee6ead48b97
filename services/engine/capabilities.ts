/**
 * What the pinned engine can do, and what of it may be used: `capabilities.json` names every function of the engine with its
 * class (disclosure.md 18). The file is written by infra/capabilities.ts from the live engine and from classes given by
 * hand; a name without a class is denied, and fails the tests.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'

/**
 * - allow: pure, per row, of bounded length.
 * - patient-only: where grouping or partition holds the patient, and nowhere else.
 * - deny: the rest.
 */
export type FunctionClass = 'allow' | 'patient-only' | 'deny'
export type FunctionKind = 'scalar' | 'aggregate' | 'window' | 'table'

const functionClasses = ['allow', 'patient-only', 'deny'] as const
const catalogueKinds = ['scalar', 'aggregate', 'table', 'pragma', 'macro', 'table_macro'] as const

const entrySchema = z.strictObject({
  name: z.string(),
  kind: z.enum(catalogueKinds),
  class: z.enum(functionClasses).nullable(),
  /** Hash of all signatures, so that a new overload is seen. */
  signatures: z.string(),
  stability: z.string().optional(),
  /** False when no row can make it raise. */
  fallible: z.boolean().optional(),
  /** Position of the argument that sets the length of the answer. */
  lengthArgument: z.number().int().optional(),
  /** Exists with OVER only; the engine lists it among its aggregates. */
  windowOnly: z.boolean().optional(),
  why: z.string().optional(),
})
export type Capability = z.infer<typeof entrySchema>

/**
 * - fixed: given a value of ours. meaning: changes what a statement means. closed: files, network, secrets.
 * - telling: logs and profiles. work: how it is done.
 */
const settingClasses = ['fixed', 'meaning', 'closed', 'telling', 'work'] as const
export type SettingClass = (typeof settingClasses)[number]

const settingSchema = z.strictObject({
  name: z.string(),
  type: z.string(),
  scope: z.string(),
  class: z.enum(settingClasses).nullable(),
  why: z.string().optional(),
  /** Of the class `meaning`: what the engine has when nobody sets it. */
  value: z.string().optional(),
})
export type EngineSetting = z.infer<typeof settingSchema>

/** own: read by a reader of ours, never handed to the engine as written. */
const statementClasses = ['allow', 'own', 'deny'] as const
export type StatementClass = (typeof statementClasses)[number]

const statementSchema = z.strictObject({
  name: z.string(),
  class: z.enum(statementClasses).nullable(),
  why: z.string().optional(),
})
export type EngineStatement = z.infer<typeof statementSchema>

const fileSchema = z.strictObject({
  engine: z.string(),
  functions: z.array(entrySchema),
  settings: z.array(settingSchema),
  statements: z.array(statementSchema),
  /** Names that a bound plan may hold beside the allowed ones: what macros and the binder put there. */
  bound: z.strictObject({
    scalar: z.record(z.string(), z.string()),
    aggregate: z.record(z.string(), z.string()),
    table: z.record(z.string(), z.string()),
  }),
})

const file = fileSchema.parse(JSON.parse(readFileSync(new URL('capabilities.json', import.meta.url), 'utf8')))

function byName(...kinds: readonly Capability['kind'][]): ReadonlyMap<string, Capability> {
  const wanted = file.functions.filter((entry) => kinds.includes(entry.kind))
  return new Map(wanted.map((entry) => [entry.name.toLowerCase(), entry]))
}

const scalars = byName('macro', 'scalar')
const aggregates = byName('aggregate')
const tables = byName('table_macro', 'table')

/** Every function of the golden file. */
export const capabilities: readonly Capability[] = file.functions
export const engineSettings: readonly EngineSetting[] = file.settings
export const engineStatements: readonly EngineStatement[] = file.statements

/** Version of the pinned engine, such as v1.5.5. */
export function engineVersion(): string {
  return file.engine
}

/** True for aggregates and window functions: the tree writes them like scalars. */
export function isAggregate(name: string): boolean {
  return aggregates.has(name.toLowerCase())
}

/** Class of a function as text names it, in any case; unknown is `deny`. `count(*)` is `count_star`. */
export function functionClass(name: string, kind: FunctionKind): FunctionClass {
  const key = name.toLowerCase()
  switch (kind) {
    case 'scalar':
      return scalars.get(key)?.class ?? 'deny'
    case 'table':
      return tables.get(key)?.class ?? 'deny'
    case 'aggregate':
      return aggregates.get(key)?.windowOnly ? 'deny' : (aggregates.get(key)?.class ?? 'deny')
    case 'window':
      return (aggregates.get(key)?.class ?? 'deny') === 'deny' ? 'deny' : 'patient-only'
  }
}

const words = /^[a-z_]\w*$/i

/** Names that a text may write as this kind of function, in order of the alphabet; signs such as `~~` are not among them. */
export function allowedNames(kind: FunctionKind): readonly string[] {
  const source = { scalar: scalars, table: tables, aggregate: aggregates, window: aggregates }[kind]
  const names = [...source.values()].map(({ name }) => name)
  return names.filter((name) => words.test(name) && functionClass(name, kind) !== 'deny').toSorted()
}

/** True when some row may make the function raise: it is then run under TRY. Unknown is true. */
export function isFallible(name: string): boolean {
  return scalars.get(name.toLowerCase())?.fallible ?? true
}

/** Position, from 0, of the argument that sets the length of the answer; its literal is to be capped. */
export function lengthArgument(name: string): number | undefined {
  return scalars.get(name.toLowerCase())?.lengthArgument
}

/** May a bound plan hold this function? Names there are those after macro expansion. */
export function boundFunctionAllowed(name: string, kind: FunctionKind): boolean {
  const key = name.toLowerCase()
  const extra = file.bound[kind === 'window' ? 'aggregate' : kind]
  return Object.hasOwn(extra, key) || functionClass(key, kind) !== 'deny'
}
