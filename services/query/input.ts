/** Released relations that go back into the vault: made and proved in the release engine, taken in as small tables. */
import type { Bulle } from '../dataset/bulle.ts'
import type {
  Column,
  Parser,
  ReleasedTable,
  RewrittenStatement,
  Rows,
  Tree,
  VaultSession,
} from '../engine/engine.ts'
import * as sql from './build.ts'
import { type Keep, openRelease } from './disclosure/across.ts'
import type { Disclosed } from './disclosure/disclose.ts'
import type { Thresholds } from './disclosure/rules.ts'
import { quoted, template } from './disclosure/template.ts'
import type { Input, InputDraft, Kind, Leaf } from './plan.ts'
import { releaseTwin } from './twin.ts'
import { kindOf } from './typing/harden.ts'
import { verifyOuter } from './verify/verify.ts'

/** The type that a column is given when its own would not be compared as typing took it to be. */
const typeOf: Readonly<Record<Kind, string>> = {
  text: 'VARCHAR',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
  interval: 'INTERVAL',
}

/** The statement of an input, bound and verified as what it is: an outer statement over the leaves before it. */
export async function proveInput(
  parser: Parser,
  { name, tree, kinds, leaves: named }: InputDraft,
  { leaves, bulle }: { leaves: readonly Leaf[]; bulle: Bulle },
): Promise<Input> {
  const own = leaves.filter((leaf) => named.includes(leaf.name))
  const twin = releaseTwin(own, bulle)
  const bound = await parser.columns(await parser.text(sql.statement(tree)), twin)
  const statement = await parser.text(sql.statement(withTypes(tree, bound, kinds)))
  const columns = await parser.columns(statement, twin)
  verifyOuter(await parser.plan(statement, twin), own, bulle)
  return { name, statement, columns, leaves: named }
}

/**
 * Sums are DECIMAL where the text says no more than that they are numbers, and so are literals, of which it says nothing: beside
 * patient rows there is none (harden.ts).
 */
function withTypes(tree: Tree, columns: readonly Column[], kinds: InputDraft['kinds']): Tree {
  const list = columns.map(({ name, type }, i) => {
    const kind = /^DECIMAL/.test(type) ? 'number' : kinds[i]
    const own = sql.column('i', name)
    const isAsTyped = kind === undefined || kindOf(type) === kind
    return isAsTyped ? own : sql.named(sql.cast(own, typeOf[kind], { try: true }), name)
  })
  return sql.select({ list, from: sql.derived(tree, 'i') })
}

type Answer = (statement: RewrittenStatement, tables: readonly ReleasedTable[]) => Promise<Rows>

/** The rows of an input, as the table that the vault takes in. */
export async function readInput(
  { name, statement, columns, leaves }: Input,
  released: readonly ReleasedTable[],
  answer: Answer,
): Promise<ReleasedTable> {
  const { rows } = await answer(
    statement,
    released.filter((table) => leaves.includes(table.name)),
  )
  return { name, data: { columns, rows } }
}

interface Releasing {
  readonly thresholds: Thresholds
  readonly answer: Answer
  readonly keep?: Keep | undefined
}

/**
 * Releases leaves in their order. What one of them reads of those before it was decided like any other release, and is taken in
 * when it is first read; at the end nothing of it is left in the vault.
 */
export async function releaseInOrder(
  session: VaultSession,
  leaves: readonly Leaf[],
  { thresholds, answer, keep }: Releasing,
): Promise<readonly Disclosed[]> {
  const release = openRelease(session, thresholds, leaves)
  const disclosed: Disclosed[] = []
  const taken = new Set<string>()
  for (const leaf of leaves) {
    for (const input of leaf.inputs ?? []) {
      if (taken.has(input.name)) continue
      const tables = disclosed.map(({ table }) => table)
      await session.take(await readInput(input, tables, answer))
      taken.add(input.name)
    }
    disclosed.push(await release.release(leaf, keep))
  }
  await release.close()
  for (const name of taken) await session.run(template(`DROP TABLE ${quoted(name)}`))
  return disclosed
}
