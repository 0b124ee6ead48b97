/** The select list with its stars written out. */
import { labelOf } from '../statement/label.ts'
import type { Expression, Star } from '../statement/nodes.ts'
import type { Column, From, Scope } from './relation.ts'
import { listNames, sourcesFor } from './scope.ts'

export interface Item {
  readonly expression: Expression
  readonly name: string
  /** Written by the text, not by a star. */
  readonly isNamed: boolean
}

export function expandItems(list: readonly Expression[], from: From, scope: Scope): readonly Item[] {
  return list.flatMap((expression) =>
    expression.class === 'STAR' ? expand(expression, from, scope) : [itemOf(expression, scope)],
  )
}

function itemOf(expression: Expression, scope: Scope): Item {
  const known = expression.class === 'COLUMN_REF' ? scope.resolve(expression) : null
  return { expression, name: expression.alias || known?.name || labelOf(expression), isNamed: true }
}

function expand(star: Star, from: From, scope: Scope): readonly Item[] {
  const columns = starColumns(star, from, scope)
  const excluded = new Set(star.exclude_list.map((name) => name.toLowerCase()))
  const replaced = new Map(star.replace_list.map(({ key, value }) => [key.toLowerCase(), value]))
  const names = new Set(columns.map(({ name }) => name.toLowerCase()))
  for (const name of [...excluded, ...replaced.keys()])
    if (!names.has(name))
      scope.task.refuse('COLUMN_UNKNOWN', star, {
        with: { known: listNames(columns.map((column) => column.name)) },
      })
  return columns
    .filter(({ name }) => !excluded.has(name.toLowerCase()))
    .map((column) => ({
      expression: replaced.get(column.name.toLowerCase()) ?? expanded(column, star),
      name: column.name,
      isNamed: replaced.has(column.name.toLowerCase()),
    }))
}

function expanded(column: Column, { query_location }: Star): Expression {
  return { class: 'EXPANDED', column, ...(query_location === undefined ? {} : { query_location }) }
}

/** Columns merged by USING stand once, where the first of them stood. */
function starColumns(star: Star, from: From, scope: Scope): readonly Column[] {
  const qualifier = star.relation_name === '' ? [] : [star.relation_name]
  const sources = sourcesFor(from.sources, qualifier)
  if (sources.length === 0)
    return scope.task.refuse('COLUMN_UNKNOWN', star, {
      with: { known: listNames(from.sources.map(({ alias }) => alias)) },
    })
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
