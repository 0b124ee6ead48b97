/** How many rows a FROM clause can make of one row of a person: what only a matching person would make slow is refused. */
import type { Column, Equality, From, Source, Task } from './relation.ts'

/** Public rows beside one row of a person; an equality of columns ties them, so that they do not multiply. */
const maxBeside = 10_000
/** Public rows beside each other. */
const maxPublic = 10_000_000

/** Groups that a leaf may release: more than may stand beside a row of a person without an equality. */
export const maxGroups = 100_000

/**
 * The rows of a whole FROM clause: over patient rows, those that may stand beside one row of theirs. Relations that equalities
 * tie together count once, by the largest; those that nothing ties multiply. Notes COST beyond the limit.
 */
export function rowsOfProduct(from: From, equalities: readonly Equality[], task: Task): number {
  const sources = from.sources.filter(({ rows }) => (rows ?? 1) > 1)
  const groups = tiedTogether(from.sources, [...(from.ties ?? []), ...equalities])
  const rows = groups.map((group) => rowsOfGroup(group)).reduce((product, one) => product * one, 1)
  const limit = from.class === 'PK' ? maxBeside : maxPublic
  if (sources.length > 1 && from.class !== 'SAFE' && rows > limit) task.note('COST', from.joined)
  return rows
}

/** A person's own rows multiply by what was put beside them before; what is tied to them adds nothing. */
function rowsOfGroup(group: readonly Source[]): number {
  const own = group.filter(({ personal }) => personal)
  if (own.length > 0) return own.reduce((product, { rows = 1 }) => product * rows, 1)
  return Math.max(1, ...group.map(({ rows = 1 }) => rows))
}

function tiedTogether(sources: readonly Source[], equalities: readonly Equality[]): readonly Source[][] {
  const groups = new Map(sources.map((source) => [source, [source]]))
  const sourcesOf = (columns: readonly Column[]) =>
    sources.filter((source) => columns.some((column) => source.columns.includes(column)))
  for (const equality of equalities) {
    const [[one], [other]] = [sourcesOf(equality.left), sourcesOf(equality.right)]
    if (one && other && isSelective(equality, one, other)) merge(groups, one, other)
  }
  return [...new Set(groups.values())]
}

/** `a.x = b.y`; an expression over the public side, such as `b.y * 0`, could be the same on all its rows. */
function isSelective({ bare }: Equality, one: Source, other: Source): boolean {
  const isBare = (source: Source) => source.personal || bare.some((column) => source.columns.includes(column))
  return isBare(one) && isBare(other)
}

function merge(groups: Map<Source, Source[]>, one: Source, other: Source): void {
  const [left, right] = [groups.get(one) ?? [], groups.get(other) ?? []]
  if (left === right) return
  left.push(...right)
  for (const source of right) groups.set(source, left)
}
