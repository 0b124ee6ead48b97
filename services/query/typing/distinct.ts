/** DISTINCT over patient rows without an identifier: the values that enough persons hold, that is a leaf. */
import type { Expression, Modifier, Select } from '../statement/nodes.ts'
import { isOwn } from './identifiers.ts'
import type { Environment, Relation, Task } from './relation.ts'

interface Place {
  readonly task: Task
  readonly environment: Environment
}

type BindSelect = (select: Select, task: Task, environment: Environment) => Relation

/** A SELECT; `SELECT DISTINCT a, b …` over patient rows is read as `SELECT a, b FROM (SELECT a, b …) GROUP BY a, b`. */
export function distinctOfRows(
  select: Select,
  bindSelect: BindSelect,
  { task, environment }: Place,
): Relation {
  const isPlain = (modifier: Modifier) =>
    modifier.type === 'DISTINCT_MODIFIER' && modifier.distinct_on_targets.length === 0
  const isTied = environment.isLateral === true && environment.outer?.class === 'PK'
  if (isTied || !select.modifiers.some(isPlain)) return bindSelect(select, task, environment)
  const trial = { ...task, note: () => undefined, leaf: () => 'leaf' }
  const { isAnswer: _isAnswer, ...inside } = environment
  const rows = bindSelect({ ...select, modifiers: [] }, trial, inside)
  const isRows = rows.class === 'PK' && !rows.columns.some(({ identifier }) => isOwn(identifier))
  if (!isRows) return bindSelect(select, task, environment)
  const inner: Select = { ...select, modifiers: [] }
  return bindSelect(grouped(inner, select, rows), task, environment)
}

function grouped(inner: Select, { modifiers }: Select, rows: Relation): Select {
  const names = rows.columns.map(({ name }) => name)
  const positions = names.map((_, index): Expression => position(index + 1))
  const physical = names.map((_, index) => `c${index}`)
  return {
    type: 'SELECT_NODE',
    modifiers: modifiers.filter(({ type }) => type !== 'DISTINCT_MODIFIER'),
    cte_map: { map: [] },
    select_list: names.map((name, index) => ({
      class: 'COLUMN_REF',
      alias: name,
      column_names: [physical[index] ?? ''],
    })),
    from_table: {
      type: 'SUBQUERY',
      alias: '',
      sample: null,
      subquery: { node: inner },
      column_name_alias: physical,
    },
    where_clause: null,
    group_expressions: positions,
    group_sets: [positions.map((_, index) => index)],
    aggregate_handling: 'STANDARD_HANDLING',
    having: null,
    sample: null,
    qualify: null,
  }
}

function position(value: number): Expression {
  return { class: 'CONSTANT', value: { type: { id: 'INTEGER', type_info: null }, is_null: false, value } }
}
