/** Names of tables and columns as a statement writes them. Pure. */
import type { GrantedTable } from '../../workshop.ts'

const plain = /^[A-Za-z_][A-Za-z0-9_]*$/
/** Words that no name may be without quotes. */
const reserved = new Set(
  'all and as asc between by case cast cross desc distinct else end except exists false for from full group having in inner intersect is join left like limit natural not null offset on or order outer right select table then true union using when where window with'.split(
    ' ',
  ),
)

export function quoted(name: string): string {
  return plain.test(name) && !reserved.has(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`
}

/** The shortest name that only this table of the project has. */
export function tableName({ name, dataset }: GrantedTable, all: readonly GrantedTable[]): string {
  const isAlone = all.filter((one) => one.name.toLowerCase() === name.toLowerCase()).length < 2
  return isAlone || dataset === undefined ? quoted(name) : `${quoted(dataset)}.${quoted(name)}`
}
