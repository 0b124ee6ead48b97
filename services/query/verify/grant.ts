/** What a statement may read, by the catalogue of the project and the reads that the log will name. */
import type { Bulle, BulleTable } from '../../dataset/bulle.ts'
import { chosenRelation, type Leaf } from '../plan.ts'
import type { Grant } from './operators.ts'

/**
 * V2: granted relations with their granted columns; those of persons only where the leaf says so, for the log names what it says.
 * Released relations that were handed in hold nothing of any person but what has left already.
 */
export function grantOf(bulle: Bulle, leaf: Pick<Leaf, 'reads' | 'inputs'>): Grant {
  return (schema, name) => {
    const input = schema === 'main' ? leaf.inputs?.find((one) => one.name === name) : undefined
    if (input) return { class: 'public', isUnique: false, columns: names(input) }
    const table = bulle.tables.find(({ mount }) => mount.schema === schema && mount.name === name)
    if (!table) return undefined
    if (table.class === 'public') return { class: 'public', isUnique: false, columns: names(table) }
    const isRead = leaf.reads.some((read) => read.dataset === table.dataset && read.table === table.name)
    if (!isRead) return undefined
    return { class: 'private', isUnique: table.unique, columns: names(table) }
  }
}

function names({ columns }: Pick<BulleTable, 'columns'>): ReadonlySet<string> {
  return new Set(columns.map(({ name }) => name))
}

/** As `grantOf`, and the keys of the groups that a second pass looks at: labels without a person. */
export function grantWithChosen(bulle: Bulle, leaf: Leaf): Grant {
  const granted = grantOf(bulle, leaf)
  const columns = new Set(leaf.keys.map((_, i) => `g${i}`))
  return (schema, name) =>
    schema === 'main' && name === chosenRelation
      ? { class: 'public', isUnique: false, columns }
      : granted(schema, name)
}
