/** What one version of a request changes of another, clause by clause (governance.md 5.5). Pure. */
import { canonical } from '../kernel/hash.ts'
import type { LineAsked } from './form/data.ts'
import type { Body } from './request.ts'

/** One clause that differs. Lists say what comes and what goes; anything else says what it was and what it becomes. */
export interface Change {
  /** Such as `lines[pmsi-demo].tables.stays.columns`. */
  readonly path: string
  readonly added?: readonly string[] | undefined
  readonly removed?: readonly string[] | undefined
  readonly before?: unknown
  readonly after?: unknown
}

/** Every clause by its path: a list is a set of words, anything else one value. */
type Clauses = ReadonlyMap<string, readonly string[] | { readonly value: unknown }>

/** The clauses that differ, by path. Nothing when the two grant the same. */
export function changesBetween(before: Body, after: Body): readonly Change[] {
  const [was, is] = [clausesOf(before), clausesOf(after)]
  const paths = [...new Set([...was.keys(), ...is.keys()])].sort()
  return paths.flatMap((path) => changeAt(path, was.get(path), is.get(path)) ?? [])
}

type Clause = Clauses extends ReadonlyMap<string, infer T> ? T : never

function changeAt(path: string, was: Clause | undefined, is: Clause | undefined): Change | null {
  if (canonical(was ?? null) === canonical(is ?? null)) return null
  if (isList(was ?? []) && isList(is ?? [])) {
    const [old, now] = [wordsOf(was), wordsOf(is)]
    return {
      path,
      added: now.filter((word) => !old.includes(word)),
      removed: old.filter((word) => !now.includes(word)),
    }
  }
  return { path, ...valueAs('before', was), ...valueAs('after', is) }
}

function valueAs(name: 'before' | 'after', clause: Clause | undefined): Partial<Change> {
  if (clause === undefined) return {}
  return { [name]: isList(clause) ? clause : clause.value }
}

function isList(clause: Clause): clause is readonly string[] {
  return Array.isArray(clause)
}

function wordsOf(clause: Clause | undefined): readonly string[] {
  return clause !== undefined && isList(clause) ? clause : []
}

function clausesOf({ persons, lines, objectives, accessPeriod, ...rest }: Body): Clauses {
  const plain = Object.entries(rest).filter(([, value]) => value !== undefined)
  return new Map<string, Clause>([
    ...plain.map(([name, value]): [string, Clause] => [name, { value }]),
    ['persons', (persons ?? []).map(({ issuer, subject }) => `${issuer}:${subject}`)],
    ...(persons ?? []).map(({ issuer, subject, profile, until }): [string, Clause] => [
      `persons[${issuer}:${subject}]`,
      { value: { profile, ...(until !== undefined && { until }) } },
    ]),
    ['objectives', (objectives ?? []).map(({ id }) => id)],
    ['accessPeriod.from', { value: accessPeriod?.from ?? null }],
    ['accessPeriod.until', { value: accessPeriod?.until ?? null }],
    ['lines', (lines ?? []).map(({ dataset }) => dataset)],
    ...(lines ?? []).flatMap(clausesOfLine),
  ])
}

function clausesOfLine({ dataset, population, tables = {} }: LineAsked): [string, Clause][] {
  const at = `lines[${dataset}]`
  return [
    [`${at}.tables`, Object.keys(tables)],
    ...Object.entries(tables).flatMap(([table, { columns, filter }]): [string, Clause][] => [
      [`${at}.tables.${table}.columns`, columns === '*' ? ['*'] : columns],
      ...(filter === undefined
        ? []
        : [[`${at}.tables.${table}.filter`, { value: filter }] as [string, Clause]]),
    ]),
    ...(population === undefined ? [] : [[`${at}.population`, { value: population }] as [string, Clause]]),
  ]
}
