/** Where each column of an outer statement comes from. */
import type { Tree } from '../../engine/engine.ts'
import { type BaseColumn, readColumns } from './columns.ts'

/** A column of a released table, such as `leaf_0.m1`, of a public one, or of a derived one. */
export type Origin = BaseColumn

/** Per column of the select list, the columns that its value is made of; conditions, orders and groups are not among them. */
export function originsOf(query: Tree): readonly (readonly Origin[])[] {
  return readColumns<readonly Origin[]>(query, {
    column: (origin) => [origin],
    parameter: [],
    expression: (node, parts) => {
      const fields = Object.keys(node).filter((field) => !arranging.has(field))
      return distinct(fields.flatMap((field) => parts(field).flat()))
    },
    either: (left, right) => distinct([...left, ...right]),
  })
}

/** Per column of the select list, the column that it is and nothing else; undefined for what is made of others. */
export function copiesOf(query: Tree): readonly (Origin | undefined)[] {
  return readColumns<Origin | undefined>(query, {
    column: (origin) => origin,
    parameter: undefined,
    expression: () => undefined,
    either: () => undefined,
  })
}

/** Fields of calls and windows that say in which order or group values are taken, not which values. */
const arranging = new Set(['orders', 'arg_orders', 'order_bys', 'partitions'])

function distinct(origins: readonly Origin[]): readonly Origin[] {
  const place = ({ schema, relation, column }: Origin) => `${schema} ${relation} ${column}`
  return [...new Map(origins.map((one) => [place(one), one])).values()]
}
