/**
 * Filters of lines: one boolean expression of allow-listed scalars over the columns of one table (contract, section 6).
 * The text is parsed, walked with everything unknown refused, and put into a statement of ours: what runs at sealing is
 * the deserialised tree, never the text of the request.
 */
import { functionClass } from '../engine/capabilities.ts'
import type { Parser, RewrittenStatement, Tree } from '../engine/engine.ts'
import type { ColumnFacts, Datasets } from '../habilitation/lines.ts'
import { canonical } from '../kernel/hash.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Catalogue } from './catalogue.ts'
import { restTypes } from './convert.ts'
import type { Descriptor, Field, Resource } from './descriptor.ts'
import { name } from './quote.ts'
import { classOf, isOfEstablishments, resourceOf } from './relations.ts'

/** Why a text is no filter: a rule, which repeats nothing of the text. */
const faults = {
  syntax: 'this is not one SQL expression',
  shape:
    'only comparisons, AND, OR, NOT, IN, BETWEEN, IS NULL, LIKE, CASE, CAST and permitted functions may stand here',
  column: 'only columns of this table may be named, without qualification',
  function: 'this function is not permitted in a filter',
  size: 'this expression is too long or too deep',
  type: 'this expression does not fit the types of the columns, or is not true or false',
} as const
type FilterFault = keyof typeof faults

/** A text that is no filter. Expected: the request that carries it is told. */
class NoFilter extends Error {
  override readonly name = 'NoFilter'
  readonly fault: FilterFault

  constructor(fault: FilterFault) {
    super(fault)
    this.fault = fault
  }
}

const frame = 'SELECT __row FROM source WHERE TRY(true)'
const typed = 'SELECT true AS kept FROM source'

/**
 * The statement that answers `__row` of the rows of `source` that a filter keeps. `source` has the columns of the table and
 * `__row`. A row on which the expression fails, or gives NULL, is not kept. Throws NoFilter.
 */
export async function filterStatement(
  parser: Parser,
  resource: Resource,
  filter: string,
): Promise<RewrittenStatement> {
  const expression = await expressionOf(parser, filter)
  walk(expression, { columns: columnsOf(resource), left: 1000 }, 0)
  await insistBoolean(parser, resource, expression)
  return parser.text(replaced(await parser.tree(frame), ['where_clause', 'children', '0'], expression))
}

function columnsOf(resource: Resource): ReadonlySet<string> {
  return new Set(resource.schema.fields.map((field) => field.name.toLowerCase()))
}

/** The WHERE clause of `SELECT 1 WHERE (<text>)`, when that is all that the text adds to the statement. */
async function expressionOf(parser: Parser, filter: string): Promise<Tree> {
  const tree = await parsed(parser, `SELECT 1 WHERE (${filter}\n)`)
  const plain = await parser.tree('SELECT 1 WHERE (true)')
  const expression = nodeAt(tree, ['where_clause'])
  if (!isTree(expression)) throw new NoFilter('syntax')
  const emptied = replaced(tree, ['where_clause'], null)
  if (canonical(placeless(emptied)) !== canonical(placeless(replaced(plain, ['where_clause'], null)))) {
    throw new NoFilter('shape')
  }
  return expression
}

async function parsed(parser: Parser, sql: string): Promise<Tree> {
  try {
    return await parser.tree(sql)
  } catch (error) {
    if (error instanceof Refusal && error.code === 'COMPLEXITY') throw new NoFilter('size')
    if (error instanceof Refusal && error.code !== 'UNAVAILABLE') throw new NoFilter('syntax')
    throw error
  }
}

async function insistBoolean(parser: Parser, resource: Resource, expression: Tree): Promise<void> {
  const columns = resource.schema.fields.map((field) => `${name(field.name)} ${restTypes[field.type]}`)
  // Names and types are those of a checked descriptor: a fixed template of ours.
  const twin = `CREATE TABLE source (${['__row BIGINT', ...columns].join(', ')})` as RewrittenStatement
  const aliased = { ...expression, alias: 'kept' }
  const statement = await parser.text(replaced(await parser.tree(typed), ['select_list', '0'], aliased))
  const [column] = await bound(parser.columns(statement, { statements: [twin] }))
  if (column?.type !== 'BOOLEAN') throw new NoFilter('type')
}

async function bound<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Refusal && error.code === 'TYPE_ERROR') throw new NoFilter('type')
    throw error
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const root = ['statements', '0', 'node'] as const

function nodeAt(tree: Tree, path: readonly string[]): unknown {
  return [...root, ...path].reduce<unknown>((at, key) => (Object(at) as Record<string, unknown>)[key], tree)
}

/** A copy of a statement in which the node at a path of its select node is another one. */
function replaced(tree: Tree, path: readonly string[], node: unknown): Tree {
  const copy = structuredClone(tree)
  const parent = nodeAt(copy, path.slice(0, -1))
  const key = path.at(-1)
  if (typeof parent !== 'object' || parent === null || key === undefined || !(key in parent)) {
    throw new Error('the engine writes its trees in another shape')
  }
  Object.assign(parent, { [key]: node })
  return copy
}

function placeless(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, member) => (key === 'query_location' ? undefined : member)))
}

interface Walk {
  readonly columns: ReadonlySet<string>
  /** Nodes that may still come. */
  left: number
}

const deepest = 60

/** Members that a node may have beside those that every node has; what is not here is refused. */
const common = ['class', 'type', 'alias', 'query_location']
const shapes: Readonly<
  Record<
    string,
    { readonly types?: readonly string[]; readonly members: readonly string[]; readonly check: Check }
  >
> = {
  CONSTANT: { members: ['value'], check: () => [] },
  COLUMN_REF: { members: ['column_names'], check: columnCheck },
  COMPARISON: { members: ['left', 'right'], check: ({ left, right }) => [left, right] },
  CONJUNCTION: { members: ['children'], check: ({ children }) => list(children) },
  BETWEEN: {
    members: ['input', 'lower', 'upper'],
    check: ({ input, lower, upper }) => [input, lower, upper],
  },
  OPERATOR: {
    types: [
      'OPERATOR_NOT',
      'OPERATOR_IS_NULL',
      'OPERATOR_IS_NOT_NULL',
      'OPERATOR_COALESCE',
      'COMPARE_IN',
      'COMPARE_NOT_IN',
    ],
    members: ['children'],
    check: ({ children }) => list(children),
  },
  CASE: {
    members: ['case_checks', 'else_expr'],
    check: ({ case_checks, else_expr }) => [
      ...list(case_checks).flatMap((one) => (isTree(one) ? [one.when_expr, one.then_expr] : [null])),
      else_expr,
    ],
  },
  CAST: { members: ['child', 'cast_type', 'try_cast'], check: castCheck },
  FUNCTION: {
    members: [
      'function_name',
      'schema',
      'children',
      'filter',
      'order_bys',
      'distinct',
      'is_operator',
      'export_state',
      'catalog',
    ],
    check: functionCheck,
  },
}

/** Checks one node and answers the nodes below it. */
type Check = (node: Tree, walk: Walk) => readonly unknown[]

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new NoFilter('shape')
  return value
}

function walk(node: unknown, state: Walk, depth: number): void {
  state.left -= 1
  if (depth > deepest || state.left < 0) throw new NoFilter('size')
  if (!isTree(node) || node.alias !== '') throw new NoFilter('shape')
  const shape = shapes[String(node.class)]
  if (shape === undefined || (shape.types !== undefined && !shape.types.includes(String(node.type)))) {
    throw new NoFilter('shape')
  }
  const known = [...common, ...shape.members]
  if (Object.keys(node).some((member) => !known.includes(member))) throw new NoFilter('shape')
  for (const child of shape.check(node, state)) walk(child, state, depth + 1)
}

function columnCheck({ column_names: names }: Tree, { columns }: Walk): readonly unknown[] {
  const [column, ...more] = list(names)
  if (typeof column !== 'string' || more.length > 0 || !columns.has(column.toLowerCase())) {
    throw new NoFilter('column')
  }
  return []
}

const castTypes = new Set([
  ...['BOOLEAN', 'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL'],
  ...['VARCHAR', 'DATE', 'TIME', 'TIMESTAMP', 'INTERVAL'],
])

function castCheck({ child, cast_type: type }: Tree): readonly unknown[] {
  if (!isTree(type) || !castTypes.has(String(type.id))) throw new NoFilter('shape')
  return [child]
}

function functionCheck(node: Tree): readonly unknown[] {
  const word = String(node.function_name).toLowerCase()
  const children = list(node.children)
  // With one argument, age() counts from today: a filter has no clock.
  const clock = word === 'age' && children.length === 1
  const bare = node.filter === null && node.distinct === false && node.export_state === false
  const own = node.catalog === '' && (node.schema === '' || node.schema === 'main')
  const unordered = isTree(node.order_bys) && list(node.order_bys.orders).length === 0
  if (!bare || !own || !unordered) throw new NoFilter('shape')
  if (clock || functionClass(word, 'scalar') !== 'allow') throw new NoFilter('function')
  return children
}

/** What the habilitation room asks of datasets. */
export function openDatasets(needs: { readonly catalogue: Catalogue; readonly parser: Parser }): Datasets {
  return {
    async facts(dataset) {
      const found = await needs.catalogue.find(dataset)
      return found === null ? null : factsOf(found.descriptor)
    },
    async checkFilter({ dataset, table, filter, path }) {
      const found = await needs.catalogue.find(dataset)
      const resource = found === null ? undefined : resourceOf(found.descriptor, table)
      if (found === null || resource === undefined) return { path, message: 'this table does not exist' }
      if (path.endsWith('population.filter') && classOf(found.descriptor, resource) === 'public') {
        return { path, message: 'a population is taken from a table of persons' }
      }
      const fault = await faultOf(needs.parser, resource, filter)
      return fault === null ? null : { path, message: faults[fault] }
    },
  }
}

async function faultOf(parser: Parser, resource: Resource, filter: string): Promise<FilterFault | null> {
  try {
    await filterStatement(parser, resource, filter)
    return null
  } catch (error) {
    if (error instanceof NoFilter) return error.fault
    throw error
  }
}

function factsOf(descriptor: Descriptor) {
  const tables = descriptor.resources.map((resource) => [
    resource.name,
    {
      class: classOf(descriptor, resource),
      columns: resource.schema.fields.map((field) => field.name),
      about: Object.fromEntries(resource.schema.fields.map((field) => [field.name, aboutOf(field)])),
    },
  ])
  return {
    name: descriptor.name,
    holder: descriptor.holder,
    kind: descriptor.kind,
    k: descriptor.threshold,
    ...(isOfEstablishments(descriptor) ? { entity: 'establishment' as const } : {}),
    ...(descriptor.entity === 'staff' ? { entity: 'staff' as const } : {}),
    tables: Object.fromEntries(tables),
  }
}

/** What the descriptor says of a column, never what stands in it. */
function aboutOf({ type, role, quasiIdentifier, bounds }: Field): ColumnFacts {
  return {
    type,
    ...(role !== undefined && { role }),
    ...(quasiIdentifier !== undefined && { quasiIdentifier }),
    ...(bounds !== undefined && { bounds }),
  }
}
