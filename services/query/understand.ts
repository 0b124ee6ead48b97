/** Text → a plan that has been proved: parsed, prepared, written back as our own text, bound on empty twins and verified. */
import type { Bulle } from '../dataset/bulle.ts'
import type { Parser, Tree, Twin } from '../engine/engine.ts'
import { Refusal } from '../kernel/refusal.ts'
import { proveInput } from './input.ts'
import {
  type Draft,
  hasOwnTable,
  type Input,
  type Leaf,
  type LeafDraft,
  type Mask,
  type MaskedValues,
  type Measure,
  type OutputColumn,
  type Plan,
} from './plan.ts'
import { prepare } from './prepare.ts'
import type { Parameters } from './question.ts'
import { bulleTwin, chosenTwin, releaseTwin } from './twin.ts'
import { kindOf } from './typing/harden.ts'
import { verifyBlocks, verifyBounds, verifyRows, verifyValueRows } from './verify/bounds.ts'
import { notProven } from './verify/node.ts'
import {
  verifyChosen,
  verifyChosenValues,
  verifyHeld,
  verifyLeaf,
  verifyOuter,
  verifyPairs,
  verifyValues,
} from './verify/verify.ts'

export interface Statement {
  readonly sql: string
  readonly parameters?: Parameters
  /** Calendar day of the request, for `current_date` and its like. */
  readonly today: string
}

/**
 * The plan of a statement on a bulle. From here on only our own tree is used, never the caller's text. Refusals: those of the
 * parser and of `prepare`, TYPE_ERROR when it does not bind, NOT_PROVEN when the verifier does not accept what was rewritten.
 */
export async function understand(parser: Parser, bulle: Bulle, statement: Statement): Promise<Plan> {
  const { sql, today, parameters } = statement
  const draft = prepare(await parser.tree(sql), { sql, bulle, today, ...(parameters ? { parameters } : {}) })
  return prove(parser, bulle, draft)
}

/** The plan of a draft: text of our own, bound and verified. */
export async function prove(parser: Parser, bulle: Bulle, draft: Draft): Promise<Plan> {
  const leaves = await proveLeaves(parser, bulle, draft.leaves)
  return { ...(await proveOuter(parser, draft, { leaves, bulle })), leaves }
}

/** Leaves in their order, each with its inputs; every input is proved once. */
export async function proveLeaves(
  parser: Parser,
  bulle: Bulle,
  drafts: readonly LeafDraft[],
): Promise<readonly Leaf[]> {
  const leaves: Leaf[] = []
  const proved = new Map<string, Input>()
  for (const { inputs: wanted = [], ...draft } of drafts) {
    for (const input of wanted.filter(({ name }) => !proved.has(name)))
      proved.set(input.name, await proveInput(parser, input, { leaves, bulle }))
    const inputs = wanted.flatMap(({ name }) => proved.get(name) ?? [])
    const twin = bulleTwin(bulle, inputs)
    leaves.push(await proveLeaf(parser, { ...draft, inputs }, { twin, bulle }))
  }
  return leaves
}

type Unbound = Omit<LeafDraft, 'inputs'> & Required<Pick<Leaf, 'inputs'>>

async function proveLeaf(
  parser: Parser,
  draft: Unbound,
  { twin, bulle }: { twin: Twin; bulle: Bulle },
): Promise<Leaf> {
  const level1 = await parser.text(draft.level1)
  const columns = await parser.columns(level1, twin)
  const types = columns.map(({ type }) => type)
  const values = []
  const held = new Map<string, string>()
  for (const { measure, tree } of draft.values) {
    const statement = await parser.text(tree)
    values.push({ measure, statement })
    held.set(measure, (await parser.columns(statement, twin))[draft.keys.length + 1]?.type ?? '')
  }
  const mask = draft.mask ? { mask: await textsOf(parser, draft.mask) } : {}
  const { mask: _, ...about } = draft
  const leaf: Leaf = {
    ...about,
    ...mask,
    level1,
    values,
    keys: draft.keys.map((name, i) => ({ name, type: types[i] ?? '' })),
    measures: withTypes(draft, { types, held }),
  }
  const plan = await parser.plan(level1, twin)
  verifyLeaf(plan, leaf, bulle)
  for (const { measure, statement } of values) {
    const shape = leaf.measures.find(({ name }) => name === measure)?.shape
    const verify = shape === 'values' ? verifyValues : shape === 'relation' ? verifyPairs : verifyHeld
    verify(await parser.plan(statement, twin), leaf, bulle)
  }
  if (leaf.mask) await proveMask(parser, leaf, { twin, bulle, mask: leaf.mask, levelOne: plan })
  if (leaf.mask?.values) await proveBlocks(parser, leaf, { twin, bulle, blocks: leaf.mask.values })
  return leaf
}

async function textsOf(parser: Parser, { values, ...mask }: Mask<Tree>): Promise<Mask> {
  const texts = async <T extends { bounds: Tree; chosen?: Tree }>({ bounds, chosen, ...about }: T) => {
    const text = await parser.text(bounds)
    return { ...about, bounds: text, ...(chosen ? { chosen: await parser.text(chosen) } : {}) }
  }
  return { ...(await texts(mask)), ...(values ? { values: await texts(values) } : {}) }
}

/** The statements of plan M; what they were bound on has no rows, so the second pass is proved before it is known to be needed. */
async function proveMask(
  parser: Parser,
  leaf: Leaf,
  { twin, bulle, mask, levelOne }: { twin: Twin; bulle: Bulle; mask: Mask; levelOne: Tree },
): Promise<void> {
  const bounds = await parser.plan(mask.bounds, twin)
  verifyBounds(bounds, leaf, bulle)
  if (mask.chosen === undefined) return verifyRows(levelOne, { bounds })
  const chosen = await parser.plan(mask.chosen, chosenTwin(twin, leaf.keys))
  verifyChosen(chosen, leaf, bulle)
  verifyRows(levelOne, { bounds, chosen })
}

/** The bounds of a quantile, and its values in some of the groups. */
async function proveBlocks(
  parser: Parser,
  leaf: Leaf,
  { twin, bulle, blocks }: { twin: Twin; bulle: Bulle; blocks: MaskedValues },
): Promise<void> {
  const held = leaf.values.find(({ measure }) => measure === blocks.measure) ?? notProven('V6')
  const values = await parser.plan(held.statement, twin)
  const bounds = await parser.plan(blocks.bounds, twin)
  verifyBlocks(bounds, leaf, bulle)
  if (blocks.chosen === undefined) return verifyValueRows(values, { bounds })
  const chosen = await parser.plan(blocks.chosen, chosenTwin(twin, leaf.keys))
  verifyChosenValues(chosen, leaf, bulle)
  verifyValueRows(values, { bounds, chosen })
}

interface Types {
  /** Of the columns of level 1. */
  readonly types: readonly string[]
  /** Of the values of the measures that have a table of their own. */
  readonly held: ReadonlyMap<string, string>
}

/** Counts are BIGINT, means DOUBLE; a sum has the type that level 1 gave it, a value in order that of the values. */
function withTypes(
  { keys, measures }: Pick<LeafDraft, 'keys' | 'measures'>,
  { types, held }: Types,
): readonly Measure[] {
  let at = keys.length + 2
  return measures.map((measure) => {
    if (hasOwnTable(measure)) return { ...measure, type: ownType(measure, held.get(measure.name) ?? '') }
    const isSum = measure.shape === 'sum' || measure.shape === 'avg'
    const sumType = types[at + 1] ?? ''
    at += isSum ? 2 : 1
    if (measure.shape === 'avg') return { ...measure, type: 'DOUBLE' }
    return { ...measure, type: isSum ? sumType : 'BIGINT' }
  })
}

/** Refuses AGG_NOT_ALLOWED where the extremes or quantiles of what is neither a number nor a date are asked for. */
function ownType({ shape }: Pick<Measure, 'shape'>, type: string): string {
  switch (shape) {
    case 'values':
      return 'BIGINT'
    case 'any':
    case 'all':
      return 'BOOLEAN'
    case 'mode':
      return type
    case 'min':
    case 'max':
      return isOrdered(type) ? type : notOrdered()
    case 'quantile':
      return isMoment(type) ? type : isOrdered(type) ? 'DOUBLE' : notOrdered()
    default:
      return 'DOUBLE'
  }
}

function isMoment(type: string): boolean {
  return type === 'DATE' || type === 'TIMESTAMP'
}

function isOrdered(type: string): boolean {
  return isMoment(type) || kindOf(type) === 'number'
}

function notOrdered(): never {
  throw new Refusal('AGG_NOT_ALLOWED', { hint: { key: 'hint.orderStatistic' } })
}

async function proveOuter(
  parser: Parser,
  draft: Draft,
  { leaves, bulle }: { leaves: readonly Leaf[]; bulle: Bulle },
): Promise<Omit<Plan, 'leaves'>> {
  const twin = releaseTwin(leaves, bulle)
  const outer = await parser.text(draft.outer)
  const bound = await parser.columns(outer, twin)
  const visible = draft.columns.length
  if (bound.length !== 2 * visible) throw new Refusal('NOT_PROVEN', { rule: 'query.outer-columns' })
  verifyOuter(await parser.plan(outer, twin), leaves, bulle)
  const columns: readonly OutputColumn[] = draft.columns.map((name, i) => ({
    name,
    type: bound[i]?.type ?? 'VARCHAR',
  }))
  const { origins, copies, partial, reads, derived, sha256 } = draft
  return { outer, columns, origins, copies, partial, reads, derived, sha256 }
}
