/** What an amendment may change, and what needs a new request (governance.md 5.5). Pure. */

import { canonical } from '../kernel/hash.ts'
import { samePerson } from '../kernel/id.ts'
import type { Missing } from '../kernel/refusal.ts'
import { clausesNarrow } from './clauses.ts'
import type { LineAsked } from './form/data.ts'
import { lacks } from './lacking.ts'
import type { Body } from './request.ts'
import type { RouteFacts } from './vocabulary.ts'

/** Always a new request: these say what for and for whom. */
const fixed = ['kind', 'route', 'purposes', 'controllers', 'organisationKind', 'emergency'] as const

/** What the amended body changes that only a new request, or a renewal, may. Empty when it stays within an amendment. */
export function staysWithin(before: Body, after: Body, route: RouteFacts): readonly Missing[] {
  if (canonical(before) === canonical(after)) return [lacks('patch', 'nothing')]
  const moved = fixed.filter((field) => !same(before[field], after[field]))
  const longer = (after.accessPeriod?.until ?? '') > (before.accessPeriod?.until ?? '')
  const more = route.family === 'ehds' && !linesNarrow(before, after)
  return [
    ...moved.map((field) => lacks(field, 'newRequest')),
    ...(longer ? [lacks('accessPeriod.until', 'newRequest')] : []),
    ...(more ? [lacks('lines', 'newRequest')] : []),
  ]
}

/** Whether nothing is added anywhere: no person, line, table, column, row, day or query, no weaker session. */
export function narrows(before: Body, after: Body): boolean {
  const persons = (after.persons ?? []).every((person) =>
    before.persons?.some((one) => samePerson(one, person) && (person.until ?? '9') <= (one.until ?? '9')),
  )
  const sooner = (after.accessPeriod?.until ?? '9') <= (before.accessPeriod?.until ?? '')
  const later = (after.accessPeriod?.from ?? '') >= (before.accessPeriod?.from ?? '9')
  const objectives = (after.objectives ?? []).every(({ id }) =>
    before.objectives?.some((one) => one.id === id),
  )
  return (
    persons && sooner && later && objectives && clausesNarrow(before, after) && linesNarrow(before, after)
  )
}

function linesNarrow(before: Body, after: Body): boolean {
  return (after.lines ?? []).every((line) => {
    const was = before.lines?.find(({ dataset }) => dataset === line.dataset)
    return was !== undefined && lineNarrows(was, line)
  })
}

/** A filter is text: another one may let in other rows, whatever it looks like. */
function lineNarrows(was: LineAsked, line: LineAsked): boolean {
  if (!same(was.population, line.population)) return false
  if (line.establishmentLevel === 'consented' && was.establishmentLevel !== 'consented') return false
  if (line.exact === 'checked' && was.exact !== 'checked') return false
  return Object.entries(line.tables ?? {}).every(([name, { columns, filter }]) => {
    const old = was.tables?.[name]
    if (old === undefined || old.filter !== filter) return false
    if (old.columns === '*') return true
    return columns !== '*' && columns.every((column) => old.columns.includes(column))
  })
}

function same(a: unknown, b: unknown): boolean {
  return canonical(a ?? null) === canonical(b ?? null)
}
