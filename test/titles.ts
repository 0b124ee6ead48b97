/** Tests by their names, so that what papers say of them can be held to the tests that there are. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from '@swc/core'

const root = new URL('..', import.meta.url).pathname
const between = ' › '
const known = new Map<string, readonly string[]>()

/**
 * Why `file › title` names no test, or undefined when it does. A title may be given with the titles of its groups before it or
 * alone. In `policies/cases/*.json` the tests are the cases, by their titles.
 */
export function citationFault(citation: string): string | undefined {
  const [file = '', ...rest] = citation.split(between)
  const title = rest.join(between)
  if (!/^(test\/[\w./-]+\.test\.ts|policies\/cases\/[\w-]+\.json)$/.test(file))
    return 'names no file of tests'
  if (!existsSync(join(root, file))) return 'the file is not there'
  const isThere = titlesOf(file).some((full) => full === title || full.endsWith(`${between}${title}`))
  return isThere ? undefined : 'the file has no such test'
}

/** Each test of a file, its groups first; titles of tables stand as they are written, such as `%s is refused`. */
function titlesOf(file: string): readonly string[] {
  const titles = known.get(file) ?? readTitles(file, readFileSync(join(root, file), 'utf8'))
  known.set(file, titles)
  return titles
}

function readTitles(file: string, text: string): readonly string[] {
  if (file.endsWith('.json')) return JSON.parse(text).map(({ title }: { title: string }) => title)
  const found: string[] = []
  collect(parseSync(text, { syntax: 'typescript' }), [], found)
  return found
}

/** A node of the syntax tree of swc, of which only calls, names and texts are looked at. */
type Tree = { readonly [member: string]: unknown }

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null

function collect(value: unknown, groups: readonly string[], found: string[]): void {
  if (!isTree(value)) return
  const { name, title } = callOf(value)
  if (title !== undefined && ['test', 'it', 'boxed', 'certified', 'played', 'remembered'].includes(name)) {
    found.push([...groups, title].join(between))
    return
  }
  const inner = title !== undefined && name === 'describe' ? [...groups, title] : groups
  for (const child of Object.values(value)) collect(child, inner, found)
}

/** `describe` and its title of `describe.each(table)('title', …)`; no title where a node is no such call. */
function callOf(tree: Tree): { readonly name: string; readonly title?: string } {
  const [first] = Array.isArray(tree.arguments) ? tree.arguments : []
  const title = textOf(isTree(first) ? first.expression : undefined)
  return title === undefined ? { name: '' } : { name: nameOf(tree.callee), title }
}

/** The name that a chain of members and calls begins with. */
function nameOf(value: unknown): string {
  if (!isTree(value)) return ''
  if (value.type === 'Identifier') return String(value.value)
  return nameOf(value.type === 'MemberExpression' ? value.object : value.callee)
}

function textOf(value: unknown): string | undefined {
  return isTree(value) && value.type === 'StringLiteral' ? String(value.value) : undefined
}
