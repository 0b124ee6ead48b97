/**
 * The two kinds of projects, and what moves a light one to the other (governance.md 3): a pure function of request and
 * catalogue. It looks at the columns that are asked for, one by one, and never goes back down.
 */
import type { Missing, Sentence } from '../kernel/refusal.ts'
import type { LineAsked } from './form/data.ts'
import { lacks } from './guard.ts'
import type { ColumnFacts, DatasetFacts } from './lines.ts'
import type { Body } from './request.ts'

/** What in the catalogue moved it: the first column, by line and table. */
interface Trigger {
  readonly trigger: 'E1' | 'E2' | 'E7'
  readonly dataset: string
  readonly table: string
  readonly column: string
}

const identifying = new Set(['unit', 'key', 'unit-reference', 'quasi-identifier'])
export const staffRoute = 'RGPD_HORS_SANTE'

/**
 * What makes this light request one of another kind, or null. E1 a column that identifies a person, E2 a table whose rows
 * are about persons, E7 rows about staff, which move the route and not the kind.
 */
function triggerOf(body: Body, facts: ReadonlyMap<string, DatasetFacts | null>): Trigger | null {
  if (body.kind !== 'SECTOR_USEFUL') return null
  const found = (body.lines ?? []).flatMap((line) => triggersOf(line, facts.get(line.dataset) ?? null))
  const ofPatients = found.find(({ trigger }) => trigger !== 'E7')
  if (ofPatients !== undefined) return ofPatients
  return body.route === staffRoute ? null : (found[0] ?? null)
}

function triggersOf({ dataset, tables = {} }: LineAsked, facts: DatasetFacts | null): readonly Trigger[] {
  if (facts === null) return []
  return Object.entries(tables).flatMap(([table, { columns }]) => {
    const known = Object.hasOwn(facts.tables, table) ? facts.tables[table] : undefined
    const asked = (known?.columns ?? []).filter((column) => columns === '*' || columns.includes(column))
    const tag = asked.find((column) => identifies(known?.about?.[column], facts))
    const isOfPersons = facts.kind === 'personal' && known?.class === 'personal'
    const column = tag ?? (isOfPersons ? asked[0] : undefined)
    if (column === undefined) return []
    return [{ trigger: nameOf(facts, tag !== undefined), dataset, table, column }]
  })
}

function nameOf({ entity }: DatasetFacts, isTagged: boolean): Trigger['trigger'] {
  if (entity === 'staff') return 'E7'
  return isTagged ? 'E1' : 'E2'
}

/** The units of a dataset of establishments are no persons; a legal tag is one of persons wherever it stands. */
function identifies(about: ColumnFacts | undefined, { kind }: DatasetFacts): boolean {
  if (about?.quasiIdentifier !== undefined) return true
  return kind === 'personal' && about?.role !== undefined && identifying.has(about.role)
}

/** The event that a body brings about by itself, or none. */
export function escalated(body: Body, facts: ReadonlyMap<string, DatasetFacts | null>) {
  const trigger = triggerOf(body, facts)
  return trigger === null ? [] : [{ type: 'escalated', ...trigger } as const]
}

/** Why, in words: which column of which table. */
export function escalationSentence(
  why: Omit<Partial<Trigger>, 'trigger'> & { readonly trigger: string },
): Sentence {
  const { trigger, dataset = '', table = '', column = '' } = why
  const known = ['E1', 'E2', 'E7'].includes(trigger) && column !== ''
  return { key: `escalation.${known ? trigger : 'other'}`, with: { dataset, table, column } }
}

/** Why a body may not be what it asks to be: a lower kind, or a lighter route, needs a new request. */
export function downward(body: Body, escalated: readonly { readonly trigger: string }[]): readonly Missing[] {
  const isOfPatients = escalated.some(({ trigger }) => trigger !== 'E7')
  const isOfStaff = escalated.some(({ trigger }) => trigger === 'E7')
  return [
    ...(isOfPatients && body.kind === 'SECTOR_USEFUL' ? [lacks('kind', 'escalated')] : []),
    ...(isOfStaff && body.route === 'NON_PERSONNELLE' ? [lacks('route', 'escalated')] : []),
  ]
}
