import type { Expression, Select, TableReference } from './nodes.ts'

/** The node of `SELECT list FROM from`, as the parser would have made it. */
export function selectOf(list: readonly Expression[], from: TableReference): Select {
  return {
    type: 'SELECT_NODE',
    modifiers: [],
    cte_map: { map: [] },
    select_list: list,
    from_table: from,
    where_clause: null,
    group_expressions: [],
    group_sets: [],
    aggregate_handling: 'STANDARD_HANDLING',
    having: null,
    sample: null,
    qualify: null,
  }
}
