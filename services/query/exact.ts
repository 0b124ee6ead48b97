/**
 * An answer with the cells that the rules withhold put back, for the checkers of the airlock and nobody else: who asks is told the
 * answer as always. Both are of one run: one generation, one evidence (docs/decisions/0026).
 */
import type { Rows } from '../engine/engine.ts'
import type { Granted } from '../habilitation/decision.ts'
import type { PermitLine } from '../habilitation/permit.ts'
import { Refusal } from '../kernel/refusal.ts'
import { jsonRows, type Visible } from './answer.ts'
import type { Reason, WithheldCell } from './disclosure/withheld.ts'
import type { Leaf, Measure, Plan } from './plan.ts'

/** A cell of an answer that the rules withhold. */
export interface ExactCell {
  readonly row: number
  readonly column: number
  readonly persons: number
  readonly rules: readonly Reason[]
  /** False where it stays withheld from everybody: it would be somebody's own value. */
  readonly isGiven: boolean
}

/** What is sealed beside the answer. */
export interface Exact {
  /** CSV of the same rows and columns. */
  readonly bytes: Uint8Array
  readonly cells: readonly ExactCell[]
  /** Datasets of persons that it rests on. */
  readonly datasets: readonly string[]
}

/** Whether the holders of these datasets all signed that checkers may see what the rules withhold. */
export function isExactGranted(
  lines: readonly Pick<PermitLine, 'dataset' | 'exact'>[],
  datasets: readonly string[],
): boolean {
  return datasets.every((name) => lines.some(({ dataset, exact }) => dataset === name && exact === 'checked'))
}

/** Datasets of persons that a plan reads, behind derived tables too. */
export function personalDatasets({ reads }: Pick<Plan, 'reads'>): readonly string[] {
  return [...new Set(reads.flatMap((one) => (one.class === 'personal' ? [one.dataset] : [])))]
}

/**
 * From permit and text alone. Refusals: DOOR_NOT_GRANTED where a line does not say that withheld cells may be checked; INVALID where
 * no column of the answer is a measure beside all the labels of its groups.
 */
export function insistExact(plan: Plan, { current: { permit } }: Pick<Granted, 'current'>): void {
  if (!isExactGranted(permit.lines, personalDatasets(plan))) throw exactRefused()
  if (placesOf(plan).every((place) => place === undefined))
    throw new Refusal('INVALID', { rule: 'query.exactForm', fact: { key: 'fact.query.exactForm' } })
}

/** The permit does not open withheld cells to the checkers. */
export function exactRefused(): Refusal {
  return new Refusal('DOOR_NOT_GRANTED', {
    ...{ rule: 'query.exact', fact: { key: 'fact.query.exact' }, hint: { key: 'hint.exact' } },
  })
}

/** The measure that a column of the answer is, and the columns that are the keys of its group, in their order. */
interface Place {
  readonly leaf: Leaf
  readonly measure: Measure
  readonly keys: readonly number[]
}

function placesOf(plan: Plan): readonly (Place | undefined)[] {
  const { copies = [], leaves } = plan
  const columnOf = (leaf: Leaf, name: string) =>
    copies.findIndex((one) => one?.schema === '' && one.relation === leaf.name && one.column === name)
  return plan.columns.map((_, index) => {
    const copy = copies[index]
    const leaf = leaves.find(({ name }) => copy?.schema === '' && copy.relation === name)
    const measure = leaf?.measures.find(({ name }) => name === copy?.column)
    if (!leaf || !measure || !isReadOnce(plan, leaf)) return undefined
    // The number of a grouping set is a key too, and no column of an answer.
    const keys = leaf.keys.map(({ name }) => columnOf(leaf, name))
    return keys.includes(-1) ? undefined : { leaf, measure, keys }
  })
}

/** Of a leaf that is read twice the keys may be those of one reading, and the measure that of the other. */
function isReadOnce({ outer }: Plan, { name }: Leaf): boolean {
  return outer.split(`${name} AS `).length === 2
}

/** The rows with the cells that are known by their labels put back; the others stay withheld. */
export function withWithheld(
  plan: Plan,
  { rows: { columns, rows }, suppressed }: Visible,
  withheld: readonly WithheldCell[],
): { readonly rows: Rows; readonly cells: readonly ExactCell[] } {
  const places = placesOf(plan)
  const found = new Map(withheld.map((cell) => [nameOf(cell, keysOf(plan, cell)), cell]))
  const told = jsonRows({ columns, rows })
  const filled = rows.map((row) => [...row])
  const cells = suppressed.flatMap(([row, column]): ExactCell[] => {
    const place = places[column]
    if (place === undefined) return []
    const keys = JSON.stringify(place.keys.map((key) => told[row]?.[key] ?? null))
    const cell = found.get(nameOf({ leaf: place.leaf.name, measure: place.measure.name }, keys))
    const cellsOfRow = filled[row]
    if (cell === undefined || cellsOfRow === undefined) return []
    cellsOfRow[column] = cell.value
    const { persons, rules, value } = cell
    return [{ row, column, persons, rules, isGiven: value !== null }]
  })
  return { rows: { columns, rows: filled }, cells }
}

const nameOf = ({ leaf, measure }: Pick<WithheldCell, 'leaf' | 'measure'>, keys: string) =>
  `${leaf} ${measure} ${keys}`

/** Labels as an answer says them. */
function keysOf({ leaves }: Plan, { leaf: name, keys }: WithheldCell): string {
  const columns = leaves.find((leaf) => leaf.name === name)?.keys ?? []
  const [row = []] = jsonRows({ columns, rows: [keys] })
  return JSON.stringify(row)
}
