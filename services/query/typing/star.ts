/** Stars and COLUMNS(…): the columns that they stand for, by name. */
import type { Expression, Star } from '../statement/nodes.ts'
import { testOf, textOf } from './column-names.ts'
import { isMatch } from './pattern.ts'
import type { Column, From, Scope } from './relation.ts'
import { listNames, sourcesFor } from './scope.ts'

export interface Chosen {
  readonly expression: Expression
  readonly name: string
  /** Written by the text, not by a star. */
  readonly isNamed: boolean
}

/** The columns that a star stands for, in their order. Refusals: COLUMN_UNKNOWN, STATEMENT_NOT_ALLOWED for other choices. */
export function columnsOf(star: Star, from: From, scope: Scope): readonly Chosen[] {
  const inner = star.expr?.class === 'FUNCTION' ? star.expr.children[0] : undefined
  const source = inner?.class === 'STAR' ? inner : star
  const all = starColumns(source, from, scope)
  const names = all.map(({ name }) => name)
  checkNames(star, names, scope)
  const replaced = new Map(star.replace_list.map(({ key, value }) => [key.toLowerCase(), value]))
  const renamed = new Map(star.rename_list.map(({ key, value }) => [key.column.toLowerCase(), value]))
  const rename = choice(star, names, scope)
  return all
    .filter((column) => !isExcluded(column, star, from))
    .flatMap((column): readonly Chosen[] => {
      const name = rename(column.name)
      if (name === null) return []
      const key = column.name.toLowerCase()
      const own = replaced.get(key)
      const given = renamed.get(key)
      return [{ expression: own ?? expanded(column, star), name: given ?? name, isNamed: own !== undefined }]
    })
}

function isExcluded(column: Column, star: Star, from: From): boolean {
  const is = (name: string) => name.toLowerCase() === column.name.toLowerCase()
  if (star.exclude_list.some(is)) return true
  return star.qualified_exclude_list.some(
    ({ table, column: name }) =>
      is(name) && sourcesFor(from.sources, [table]).some(({ columns }) => columns.includes(column)),
  )
}

/** EXCLUDE, REPLACE and RENAME name columns that are there. */
function checkNames(star: Star, names: readonly string[], scope: Scope): void {
  const known = new Set(names.map((name) => name.toLowerCase()))
  const said = [
    ...star.exclude_list,
    ...star.qualified_exclude_list.map(({ column }) => column),
    ...star.replace_list.map(({ key }) => key),
    ...star.rename_list.map(({ key }) => key.column),
  ]
  if (said.some((name) => !known.has(name.toLowerCase()))) unknown(star, names, scope)
}

function unknown(star: Star, names: readonly string[], scope: Scope): never {
  return scope.task.refuse('COLUMN_UNKNOWN', star, { with: { known: listNames(names) } })
}

/** The name under which a column is chosen; null when it is not. */
function choice(star: Star, names: readonly string[], scope: Scope): (name: string) => string | null {
  const found = star.expr === null ? (name: string) => name : chosenBy(star.expr, star)
  if (found === null)
    return scope.task.refuse('STATEMENT_NOT_ALLOWED', star, { hint: { key: 'hint.columns' } })
  if (names.every((name) => found(name) === null)) unknown(star, names, scope)
  const listed = star.expr ? namesOf(star.expr) : null
  const known = new Set(names.map((name) => name.toLowerCase()))
  if (listed?.some((name) => !known.has(name.toLowerCase()))) unknown(star, names, scope)
  return found
}

function chosenBy(by: Expression, { alias = '' }: Star): ((name: string) => string | null) | null {
  const pattern = textOf(by)
  if (pattern !== undefined) {
    const match = isMatch(pattern)
    return match && ((name) => renamedBy(match(name), name, alias))
  }
  const wanted = namesOf(by)?.map((name) => name.toLowerCase())
  if (wanted) return (name) => (wanted.includes(name.toLowerCase()) ? name : null)
  const test = by.class === 'FUNCTION' && by.function_name === 'list_filter' ? ofLambda(by.children[1]) : null
  return test && ((name) => (test(name) ? name : null))
}

/** `COLUMNS('(.*)_id') AS '\1'`: the alias takes what the pattern found. */
function renamedBy(found: RegExpExecArray | null, name: string, alias: string): string | null {
  if (found === null) return null
  if (!isMadeOfPattern(alias)) return name
  return alias.replace(/\\(\d)/g, (_, group) => found[Number(group)] ?? '')
}

/** True for an alias that takes parts of what the pattern found. */
export function isMadeOfPattern(alias: string): boolean {
  return /\\\d/.test(alias)
}

function namesOf(by: Expression): readonly string[] | null {
  if (by.class !== 'FUNCTION' || by.function_name !== 'list_value') return null
  const names = by.children.map(textOf)
  return names.includes(undefined) ? null : names.flatMap((name) => (name === undefined ? [] : [name]))
}

function ofLambda(lambda: Expression | undefined) {
  if (lambda?.class !== 'LAMBDA' || lambda.lhs.class !== 'COLUMN_REF') return null
  const [parameter = ''] = lambda.lhs.column_names
  return testOf(
    lambda.expr,
    (part) =>
      part.class === 'COLUMN_REF' && part.column_names.length === 1 && part.column_names[0] === parameter,
  )
}

function expanded(column: Column, { query_location }: Star): Expression {
  return { class: 'EXPANDED', column, ...(query_location === undefined ? {} : { query_location }) }
}

/** Columns merged by USING stand once, where the first of them stood. */
function starColumns(star: Star, from: From, scope: Scope): readonly Column[] {
  const qualifier = star.relation_name === '' ? [] : [star.relation_name]
  const sources = sourcesFor(from.sources, qualifier)
  if (sources.length === 0)
    unknown(
      star,
      from.sources.map(({ alias }) => alias),
      scope,
    )
  const all = sources.flatMap(({ columns }) => columns)
  if (qualifier.length > 0) return all
  const merged = new Map(from.merged.map((column) => [column.name.toLowerCase(), column]))
  const shown = new Set<string>()
  return all.flatMap((column) => {
    const key = column.name.toLowerCase()
    const one = merged.get(key)
    if (one === undefined) return [column]
    if (shown.has(key)) return []
    shown.add(key)
    return [one]
  })
}
