/** Asks the vault how the groups of several grouping sets rest on each other (see families.ts). */
import type { RewrittenStatement, VaultSession } from '../../engine/engine.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { Leaf } from '../plan.ts'
import { type Evidence, parsePairs, parseSet } from './evidence.ts'
import type { Lattice } from './families.ts'
import { countAbsent, keepFamilies, readCovers, readFamilies } from './family-tables.ts'
import { rolesOf } from './lattice.ts'

interface About extends Pick<Lattice, 'within'> {
  readonly evidence: Evidence
  readonly absentBelow: number
}

/** Makes the tables of families, which stay until the leaf has been decided. A group without a family is one of the selection. */
export async function readLattice(
  session: VaultSession,
  leaf: Leaf,
  { evidence, absentBelow, within }: About,
): Promise<Lattice> {
  for (const statement of keepFamilies(leaf)) await session.run(statement)
  const read = async (statement: RewrittenStatement) => parsePairs(await session.run(statement))
  const families = new Map(await read(readFamilies(leaf, absentBelow)))
  const absent = new Map(await read(countAbsent(leaf, absentBelow)))
  const parts = partsByGroup(await read(readCovers(leaf, absentBelow)))
  const sets = new Map(evidence.map((group) => [group.gid, parseSet(leaf, group)]))
  return {
    roles: rolesOf(leaf.sets ?? []),
    setOf: ({ gid }) => sets.get(gid) ?? -1,
    familyOf: (gid) => families.get(gid) ?? missing(),
    absentIn: (family) => absent.get(family) ?? 0,
    partsOf: (gid) => parts.get(gid),
    within,
  }
}

/** A group that nobody says where it belongs is a fault of the vault: nothing is released. */
function missing(): never {
  throw new Refusal('QUERY_FAILED', { rule: 'query.families' })
}

/** The parts of each implied group; none for a group that has an absent one. */
function partsByGroup(
  covers: readonly (readonly [number, number | null])[],
): ReadonlyMap<number, readonly number[]> {
  const parts = new Map<number, number[]>()
  for (const [gid, part] of covers) if (part !== null) parts.set(gid, [...(parts.get(gid) ?? []), part])
  for (const [gid, part] of covers) if (part === null) parts.delete(gid)
  return parts
}
