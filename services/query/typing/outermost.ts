/** The outermost relation is released: rows of persons never are the answer. */
import type { QueryNode } from '../statement/nodes.ts'
import { isOwn } from './identifiers.ts'
import type { Relation, Task } from './relation.ts'

/** IDENTIFIER_OUTPUT when the answer would be grouped by, or names, an identifier that it shows; else ROW_LEVEL. */
export function checkOutermost(relation: Relation, query: QueryNode, task: Task): void {
  if (relation.class !== 'PK') return
  const shown = relation.columns.find(({ identifier }) => identifier !== undefined)
  const named = relation.columns.find(({ identifier, isNamed }) => identifier !== undefined && isNamed)
  const identifier = relation.isGrouped ? shown : named
  const list = query.type === 'SELECT_NODE' ? query.select_list : [query]
  if (!identifier) task.refuse('ROW_LEVEL', list)
  const own = relation.columns.find((column) => isOwn(column.identifier)) ?? identifier
  const at = list[relation.columns.indexOf(identifier)] ?? query
  task.refuse('IDENTIFIER_OUTPUT', at, { with: { identifier: own.name } })
}
