/**
 * How long texts and lists may become, reckoned from the text of a query alone (disclosure.md 16). Where one person's rows could
 * exhaust the memory, the failure would tell that the person exists.
 */
import type { Tree } from '../engine/engine.ts'
import { Refusal } from '../kernel/refusal.ts'
import { readColumns } from './explain/columns.ts'

/** Letters, or elements, that a value of a table is reckoned as; and the rows of one person in an aggregate. */
const usual = 100
/** What one value may come to. */
const largest = 1e7

/** Those that put their arguments one after the other. */
const joining = new Set([
  ...['||', 'concat', 'concat_ws', 'list_concat', 'list_cat', 'array_concat', 'array_cat', 'list_append'],
  ...['list_prepend', 'list_value', 'list_pack', 'list_zip', 'array_zip', 'map_concat', 'struct_pack', 'row'],
  ...['json_object', 'json_array', 'json_merge_patch', 'struct_concat', 'struct_insert', 'list_resize'],
])
/** Those that may put one argument in the place of each letter or element of another. */
const multiplying = new Set([
  ...['replace', 'regexp_replace', 'list_transform', 'list_apply', 'array_transform', 'array_apply', 'apply'],
  ...['array_to_string', 'list_string_agg', 'array_to_string_comma_default', 'list_select', 'array_select'],
])
/** Those that keep a text of every row. */
const gathering = new Set([
  ...['list', 'array_agg', 'string_agg', 'group_concat', 'listagg', 'histogram', 'histogram_exact'],
  'list_distinct',
])
/** Those whose second argument, a written number, is how often or how long. */
const repeating: Readonly<Record<string, 'times' | 'up to'>> = {
  repeat: 'times',
  lpad: 'up to',
  rpad: 'up to',
  list_resize: 'up to',
  array_resize: 'up to',
}

/** Refuses COST where a query could make a text or a list beyond all use, whatever the rows. */
export function checkGrowth(query: Tree): void {
  const grow = (length: number): number => {
    if (length > largest) throw new Refusal('COST', { hint: { key: 'hint.growth' } })
    return length
  }
  readColumns<number>(query, {
    column: () => usual,
    parameter: usual,
    expression: (node, parts) => grow(lengthOf(node, parts)),
    either: Math.max,
  })
}

function lengthOf(node: Tree, parts: (field: string) => readonly number[]): number {
  const most = (lengths: readonly number[]) => Math.max(1, ...lengths)
  if (node.class === 'CONSTANT') return constantLength(node)
  // Each field once: reading one twice would double the work at every level.
  const given = parts('children')
  const beside = Object.keys(node).flatMap((field) => (field === 'children' ? [] : parts(field)))
  const lengths = [...given, ...beside]
  if (node.class !== 'FUNCTION') return most(lengths)
  const name = String(node.function_name)
  const [first = 1, ...others] = given
  const times = Object.hasOwn(repeating, name) ? numberAt(node, 1) : undefined
  if (times !== undefined) return repeating[name] === 'times' ? first * times : first + times * most(others)
  if (joining.has(name)) return given.reduce((sum, length) => sum + length, 1)
  if (multiplying.has(name)) return first * replacement(node, others)
  return gathering.has(name) ? usual * most(lengths) : most(lengths)
}

/** What stands in the place of one letter or element: the last argument of those that may, but one at least. */
function replacement(node: Tree, others: readonly number[]): number {
  const { function_name } = node
  if (isPartOfElement(node)) return 1
  const put = /replace$/.test(String(function_name)) ? others.slice(1, 2) : others
  return Math.max(1, ...put)
}

/** `x -> x.part`, as `[… FOR x IN l IF …]` has it: a part of an element is no longer than the element. */
function isPartOfElement({ children }: Tree): boolean {
  const lambda = treeAt(children, 1)
  const body = treeAt(lambda.expr)
  const inner = body.type === 'OPERATOR_TRY' ? treeAt(body.children, 0) : body
  const { class: kind, function_name, children: parts } = inner
  const isPart = lambda.class === 'LAMBDA' && kind === 'FUNCTION' && function_name === 'struct_extract'
  const [element, parameter] = [treeAt(parts, 0), treeAt(lambda.lhs)]
  const isBare = element.class === 'COLUMN_REF' && parameter.class === 'COLUMN_REF'
  return isPart && isBare && JSON.stringify(element.column_names) === JSON.stringify(parameter.column_names)
}

/** A node, or one of a list of nodes. */
function treeAt(part: unknown, index?: number): Tree {
  const one: unknown = index !== undefined && Array.isArray(part) ? part[index] : part
  return typeof one === 'object' && one !== null && !Array.isArray(one) ? { ...one } : {}
}

function constantLength({ value }: Tree): number {
  const literal = typeof value === 'object' && value !== null && 'value' in value ? value.value : undefined
  return typeof literal === 'string' ? literal.length : 1
}

/** The number written as an argument. */
function numberAt({ children }: Tree, index: number): number | undefined {
  const child: unknown = Array.isArray(children) ? children[index] : undefined
  if (typeof child !== 'object' || child === null || !('value' in child)) return undefined
  const { value } = child
  const literal = typeof value === 'object' && value !== null && 'value' in value ? value.value : undefined
  return typeof literal === 'number' ? literal : undefined
}
