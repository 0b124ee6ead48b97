/** Which leaves a statement needs, and the released relations between them. */
import type { Tree } from '../../engine/engine.ts'
import type { InputDraft, LeafDraft } from '../plan.ts'

/** Relations that a tree names without a schema: leaves and inputs. */
export function tablesOf(tree: unknown): ReadonlySet<string> {
  const found = new Set<string>()
  const walk = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return
    if ('table_name' in part && 'schema_name' in part && part.schema_name === '')
      found.add(String(part.table_name))
    for (const inner of Object.values(part)) walk(inner)
  }
  walk(tree)
  return found
}

interface Made {
  readonly leaves: readonly LeafDraft[]
  readonly inputs: readonly InputDraft[]
}

/**
 * The leaves that a statement rests on, with their inputs, in the order in which they were made: what a leaf reads was made before
 * it. Some text is typed twice, to be tried: what nobody reads is left out.
 */
export function leavesFor(tree: Tree, made: Made): readonly LeafDraft[] {
  const wanted = new Set([...tablesOf(tree), ...inputsFor(tree, made).flatMap(({ leaves }) => leaves)])
  const kept: LeafDraft[] = []
  for (const leaf of made.leaves.toReversed()) {
    if (!wanted.has(leaf.name)) continue
    const inputs = inputsFor([leaf.level1, leaf.values], made)
    for (const name of inputs.flatMap(({ leaves }) => leaves)) wanted.add(name)
    kept.push(inputs.length > 0 ? { ...leaf, inputs } : leaf)
  }
  return kept.reverse()
}

/** The inputs that a tree names. */
export function inputsFor(tree: unknown, { inputs }: Pick<Made, 'inputs'>): readonly InputDraft[] {
  const named = tablesOf(tree)
  return inputs.filter(({ name }) => named.has(name))
}

/** Nodes of a tree. */
export function sizeOf(tree: unknown): number {
  if (typeof tree !== 'object' || tree === null) return 0
  const inner = Object.values(tree).reduce<number>((sum, part) => sum + sizeOf(part), 0)
  return 'class' in tree || 'type' in tree ? inner + 1 : inner
}

/** The same for two trees that differ in nothing but the names that typing gave to their relations. */
export function shapeOf(tree: unknown): string {
  const names = new Map<string, string>()
  const renamed = (value: unknown): unknown => {
    if (typeof value !== 'string' || !value.startsWith('__r')) return value
    if (!names.has(value)) names.set(value, `__r#${names.size}`)
    return names.get(value)
  }
  return JSON.stringify(tree, (key, value: unknown) => {
    if (key === 'alias') return renamed(value)
    if (key === 'column_names' || key === 'column_name_alias')
      return Array.isArray(value) ? value.map(renamed) : value
    return value
  })
}
