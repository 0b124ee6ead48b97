/** WITH RECURSIVE over public and released rows. Patient rows would be followed from one to the next: they are refused. */
import type { Tree } from '../../engine/engine.ts'
import * as sql from '../build.ts'
import type { Recursive } from '../statement/nodes.ts'
import type { Environment, OutputColumn, Relation, RelationClass, Task } from './relation.ts'
import { maxSeries } from './series.ts'

/**
 * The rows of a recursive query, as a query of its own. Refusals: RECURSION over patient rows; COST when nothing in the step could
 * end it. It is known by its deadline that the rest ends, and whether it does depends on no row of a person.
 */
export function bindRecursive(node: Recursive, task: Task, environment: Environment): Relation {
  const name = task.fresh()
  const { ctes } = environment
  const start = task.query(node.left, { ctes })
  if (start.class === 'PK') return task.refuse('RECURSION', node.left)
  const step = (known: Known) => {
    const relation = referenceTo(name, { node, known })
    const find = (wanted: string) => (wanted === node.cte_name.toLowerCase() ? relation : ctes.find(wanted))
    return task.query(node.right, { ctes: { find } })
  }
  const first = step({ columns: start.columns, class: start.class, isMarked: start.class === 'SAFE' })
  if (first.class === 'PK') return task.refuse('RECURSION', node.right)
  const kind: RelationClass = start.class === 'SAFE' || first.class === 'SAFE' ? 'SAFE' : 'PUB'
  const isMarked = kind === 'SAFE'
  const next =
    isMarked && start.class === 'PUB' ? step({ columns: start.columns, class: kind, isMarked }) : first
  if (next.columns.length !== start.columns.length)
    task.note('TYPE_ERROR', node.left, { key: 'hint.branches' })
  if (node.union_all && isEndless(node)) task.note('COST', node.right, { key: 'hint.recursion' })
  const relation = referenceTo(name, { node, known: { columns: start.columns, class: kind, isMarked } })
  const branches = [start, next].map((branch) => aligned(branch, isMarked, task))
  return {
    ...relation,
    tree: { ...relation.tree, cte_map: { map: [definition(name, node, branches)] } },
    uses: [...start.uses, ...next.uses],
  }
}

/** Every row makes a row. */
function isEndless({ right }: Recursive): boolean {
  return right.type === 'SELECT_NODE' && right.where_clause === null && right.from_table.type === 'BASE_TABLE'
}

interface Known {
  readonly columns: readonly OutputColumn[]
  readonly class: RelationClass
  readonly isMarked: boolean
}

/** What the name of the query stands for, inside of it and after it. */
function referenceTo(name: string, { node, known }: { node: Recursive; known: Known }): Relation {
  const columns = known.columns.map((column, i): OutputColumn => {
    const { mark: _mark, ...rest } = column
    const mark = known.isMarked ? { mark: `c${i}__s` } : {}
    return { ...rest, name: node.aliases[i] ?? column.name, physical: `c${i}`, ...mark }
  })
  return {
    tree: sql.select({ list: [sql.star], from: sql.base('', name, `${name}_`) }),
    columns,
    class: known.class,
    unique: false,
    isGrouped: false,
    uses: [],
    rows: maxSeries,
    isWithinPerson: false,
    outer: [],
  }
}

function aligned({ tree, columns }: Relation, isMarked: boolean, task: Task): Tree {
  const alias = task.fresh()
  const values = columns.map(({ physical }, i) => sql.named(sql.column(alias, physical), `c${i}`))
  const marks = columns.map(({ mark }, i) =>
    sql.named(
      mark === undefined ? sql.boolean(false) : sql.coalesce(sql.column(alias, mark), sql.boolean(false)),
      `c${i}__s`,
    ),
  )
  const list = isMarked ? [...values, ...marks] : values
  return sql.select({ list, from: sql.derived(tree, alias) })
}

function definition(name: string, { union_all }: Recursive, [left, right]: readonly Tree[]): Tree {
  const query = {
    type: 'RECURSIVE_CTE_NODE',
    modifiers: [],
    cte_map: { map: [] },
    cte_name: name,
    union_all,
    left,
    right,
    aliases: [],
    key_targets: [],
  }
  return {
    key: name,
    value: {
      aliases: [],
      query: { node: query, named_param_map: [] },
      materialized: 'CTE_MATERIALIZE_DEFAULT',
      key_targets: [],
    },
  }
}
