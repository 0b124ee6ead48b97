/** The body of `CREATE TABLE … AS` → what is to be built, proved, and what will be known of it. */
import { type Bulle, type BulleTable, workspaceSchema } from '../../dataset/bulle.ts'
import type { NewTable } from '../../dataset/workspace.ts'
import type { Column, Parser, RewrittenStatement } from '../../engine/engine.ts'
import { Refusal } from '../../kernel/refusal.ts'
import * as sql from '../build.ts'
import { template } from '../disclosure/template.ts'
import { proveInput } from '../input.ts'
import { ownUses, readsOf } from '../leaf/leaf.ts'
import type { Input, Plan } from '../plan.ts'
import { prepare, prepareRows, type TypedRows } from '../prepare.ts'
import { bulleTwin, isFlat, marksOf } from '../twin.ts'
import type { OutputColumn, Relation } from '../typing/relation.ts'
import { prove, proveLeaves, type Statement } from '../understand.ts'
import { verifyTable } from '../verify/verify.ts'
import { lineageOf } from './lineage.ts'

type Facts = Pick<NewTable, 'class' | 'domain' | 'repeats' | 'rows' | 'magnitude'>

/** A table that may be made. Its `plan` is what is decided and recorded; rows of persons release no more than their inputs. */
export interface TablePlan {
  readonly plan: Plan
  /** Answers the columns, then the marks of released cells or the `__pix` of rows of persons. */
  readonly statement: RewrittenStatement
  /** Released relations that stand beside rows of persons. */
  readonly inputs: readonly Input[]
  /** Names of what the statement answers. */
  readonly names: readonly string[]
  /** What is kept of the columns beside their types. */
  readonly columns: readonly Omit<NewTable['columns'][number], 'type'>[]
  /** Relations to mount when it is built. */
  readonly tables: readonly BulleTable[]
  readonly facts: Facts
  readonly isReleased: boolean
  /** At most one row per person by what the text says; the rows must say so too. */
  readonly isPerPerson: boolean
}

/** No statement: nothing stands above the rows of persons, and nothing is released. */
export const nothingReleased = template('SELECT NULL WHERE false')

/**
 * Refusals: those of `understand` but ROW_LEVEL and IDENTIFIER_OUTPUT, for the rows stay where they are; TYPE_ERROR for a column of
 * a type that no statement could read afterwards.
 */
export async function understandTable(
  parser: Parser,
  bulle: Bulle,
  statement: Statement,
): Promise<TablePlan> {
  const { sql: text, today, parameters } = statement
  const context = { sql: text, bulle, today, ...(parameters ? { parameters } : {}) }
  const tree = await parser.tree(text)
  const typed = prepareRows(tree, context)
  if (typed.relation.class === 'PK') return tableOfPersons(parser, bulle, typed)
  const plan = await prove(parser, bulle, prepare(tree, context))
  return releasedTable(plan, typed.relation, bulle)
}

/** Rows of persons, as they would stand in a subquery: columns keep what they are, and `__pix` goes with them. */
async function tableOfPersons(parser: Parser, bulle: Bulle, typed: TypedRows): Promise<TablePlan> {
  const { relation, partial, sha256 } = typed
  const named = readsOf(ownUses(relation.uses))
  const leaves = await proveLeaves(parser, bulle, typed.leaves)
  const inputs: Input[] = []
  for (const input of typed.inputs) inputs.push(await proveInput(parser, input, { leaves, bulle }))
  const statement = await parser.text(sql.statement(relation.tree))
  const twin = bulleTwin(bulle, inputs)
  const bound = await parser.columns(statement, twin)
  const wanted = { bulle, width: relation.columns.length }
  verifyTable(await parser.plan(statement, twin), { reads: named, inputs }, wanted)
  const columns = storedColumns(bound.slice(0, -1))
  const tables = bulle.tables.filter(({ dataset, name }) =>
    named.some((read) => read.dataset === dataset && read.table === name),
  )
  return {
    plan: {
      leaves,
      outer: nothingReleased,
      columns,
      partial,
      ...lineageOf(readsOf(relation.uses), bulle.tables),
      sha256,
    },
    statement,
    inputs,
    names: [...columns.map(({ name }) => name), '__pix'],
    columns: relation.columns.map((column, index) => ({
      name: columns[index]?.name ?? '',
      ...identity(column),
      ...(column.restrict.length > 0 ? { restrict: [...column.restrict] } : {}),
    })),
    tables,
    facts: {
      class: 'personal',
      domain: domainOf(tables),
      ...(relation.repeats ? { repeats: true } : {}),
      magnitude: Math.max(0, ...tables.map(({ magnitude }) => magnitude)),
    },
    isReleased: false,
    isPerPerson: relation.isPerPerson === true,
  }
}

function identity({ identifier }: OutputColumn): Pick<NewTable['columns'][number], 'role' | 'key'> {
  if (!identifier) return {}
  const { role, name } = identifier
  return role === 'key' ? { role, key: name } : { role }
}

/** Person keys of two domains count different persons: they never stand in one column. */
function domainOf(tables: readonly BulleTable[]): string {
  const personal = tables.filter((table) => table.class === 'personal')
  const [domain, other] = new Set(personal.map((table) => table.domain ?? table.dataset))
  if (domain === undefined || other !== undefined)
    throw new Refusal('NOT_PROVEN', { rule: 'query.one-domain' })
  return domain
}

/** Statistics with their marks, or public rows: what would be the answer of a query is kept. */
function releasedTable(plan: Plan, { class: kind, rows }: Relation, bulle: Bulle): TablePlan {
  const columns = storedColumns(plan.columns)
  const bound = Math.min(rows, Number.MAX_SAFE_INTEGER)
  return {
    plan: { ...plan, columns },
    statement: plan.outer,
    inputs: [],
    names: [...columns, ...marksOf(columns)].map(({ name }) => name),
    columns: columns.map(({ name }) => ({ name })),
    tables: bulle.tables.filter(
      ({ dataset, name, class: one }) => one === 'public' && isNamed(plan, dataset, name),
    ),
    facts: { class: 'public', rows: bound, magnitude: Math.ceil(Math.log10(Math.max(bound, 1))) },
    isReleased: kind === 'SAFE',
    isPerPerson: false,
  }
}

function isNamed({ reads, derived }: Plan, dataset: string, name: string): boolean {
  if (dataset === workspaceSchema) return derived.includes(name)
  return reads.some((read) => read.dataset === dataset && read.table === name)
}

/** Each name once, whatever the case; types as the file has them. */
function storedColumns(columns: readonly Column[]): readonly Column[] {
  const taken = new Set<string>()
  return columns.map(({ name: wanted, type }) => {
    let name = wanted
    for (let i = 1; taken.has(name.toLowerCase()); i += 1) name = `${wanted}_${i}`
    taken.add(name.toLowerCase())
    if (!isFlat(type)) throw new Refusal('TYPE_ERROR', { rule: 'query.flat-type' })
    return { name, type: /^U?HUGEINT$/.test(type) ? 'DECIMAL(38,0)' : type }
  })
}
