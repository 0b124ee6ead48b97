/** What a plan will release or withhold and why, said without looking at any row. Pure. */
import { workspaceSchema } from '../../dataset/bulle.ts'
import { type Language, say } from '../../kernel/text.ts'
import { keepsLabels, rulesOf } from '../disclosure/disclose.ts'
import type { Thresholds } from '../disclosure/rules.ts'
import type { Leaf, Measure, OutputColumn, Plan, Read, Shape } from '../plan.ts'
import { notCovered } from './not-covered.ts'
import type { Origin } from './origins.ts'

/**
 * - label: names a group of persons. statistic: rests on released cells, which may be withheld.
 * - public: from public tables, parameters or constants. computed: over rows that were released, and not withheld itself.
 */
type ColumnClass = 'label' | 'statistic' | 'public' | 'computed'

interface Statistic {
  /** As the text writes it, without its literals. */
  readonly label: string
  readonly shape: Shape
  readonly text: string
}

interface ExplainedColumn extends OutputColumn {
  readonly is: ColumnClass
  /** The released cells that it is made of. */
  readonly statistics: readonly Statistic[]
  readonly rules: readonly string[]
  readonly text: string
}

interface Said {
  readonly name: string
  readonly text: string
}

export interface Explanation {
  readonly k: number
  readonly columns: readonly ExplainedColumn[]
  /** Every rule that may withhold something of this answer, in words. */
  readonly rules: readonly Said[]
  /** What runs on rows of persons. U: one row per person is known. X: rows are first grouped by person. */
  readonly leaves: readonly {
    readonly plan: Leaf['plan']
    /** Whether a group of fewer than k persons is absent, or keeps its public label with its cells withheld. */
    readonly groups: 'absent' | 'kept'
    readonly tables: readonly string[]
  }[]
  readonly reads: readonly Read[]
  readonly not_covered: readonly Said[]
}

interface Context {
  readonly thresholds: Thresholds
  readonly language: Language
  /** Those that the answer will name, with those of derived tables that were released before. */
  readonly rules: readonly string[]
}

/** The answer depends on the text, the catalogue and the policy, as the decision does. */
export function explanationOf(plan: Plan, { thresholds, language, rules }: Context): Explanation {
  const { k, p, twoShare, degreesOfFreedom } = thresholds
  const facts = { k, twice: 2 * k, p: 100 * p, two: 100 * twoShare, freedom: degreesOfFreedom }
  const write = (key: string, more: Readonly<Record<string, string>> = {}) =>
    say(language, { key: `explain.${key}`, with: { ...facts, ...more } })
  return {
    k,
    columns: plan.columns.map((column, index) => explainColumn(column, partsOf(plan, index), write)),
    rules: [...new Set([...rules, ...(plan.partial ? ['partial'] : [])])].map((name) => ({
      name,
      text: write(`rule.${name}`),
    })),
    leaves: plan.leaves.map((leaf) => ({
      plan: leaf.plan,
      groups: keepsLabels(leaf) ? 'kept' : 'absent',
      tables: leaf.reads.map(({ dataset, table }) => `${dataset}.${table}`),
    })),
    reads: plan.reads,
    not_covered: notCovered.map((name) => ({ name, text: write(`notCovered.${name}`) })),
  }
}

interface Parts {
  readonly labels: readonly Leaf[]
  readonly cells: readonly { readonly leaf: Leaf; readonly measure: Measure }[]
  /** The column is withheld where one of its cells is. */
  readonly isMarked: boolean
  readonly isPublic: boolean
}

function partsOf({ columns, leaves, origins = [] }: Plan, index: number): Parts {
  const own = origins[index] ?? []
  const marks = (origins[columns.length + index] ?? []).map(placeOf)
  const found = own.map((origin) => {
    const leaf = leaves.find(({ name }) => origin.schema === '' && name === origin.relation)
    return { origin, leaf, measure: leaf?.measures.find(({ name }) => name === origin.column) }
  })
  const cells = found.flatMap(({ origin, leaf, measure }) =>
    leaf && measure ? [{ origin, leaf, measure }] : [],
  )
  return {
    labels: found.flatMap(({ leaf, measure }) => (leaf && !measure ? [leaf] : [])),
    cells,
    isMarked: cells.every(({ origin }) => marks.includes(`${placeOf(origin)}__s`)),
    isPublic:
      own.every(({ schema }) => schema !== '' && schema !== workspaceSchema) &&
      (own.length > 0 || leaves.length === 0),
  }
}

const placeOf = ({ schema, relation, column }: Origin): string => `${schema}.${relation}.${column}`

type Write = (key: string, more?: Readonly<Record<string, string>>) => string

function explainColumn(column: OutputColumn, parts: Parts, write: Write): ExplainedColumn {
  const { labels, cells } = parts
  const statistics = cells.map(({ measure: { label, shape } }) => ({
    label,
    shape,
    text: write(`shape.${shape}`),
  }))
  const { name, type } = column
  const is = classOf(parts)
  const rules = new Set([
    ...labels.filter((leaf) => !keepsLabels(leaf)).flatMap(() => ['T1', 'secondary']),
    ...cells.flatMap(({ leaf, measure }) => rulesOf([{ ...leaf, measures: [measure] }])),
  ])
  const isKept = labels.length > 0 && labels.every(keepsLabels)
  const text =
    is === 'statistic'
      ? write('is.statistic', { labels: statistics.map(({ label }) => label).join(', ') })
      : write(is === 'label' && isKept ? 'is.keptLabel' : `is.${is}`)
  return { name, type, is, statistics, rules: [...rules], text }
}

function classOf({ labels, cells, isMarked, isPublic }: Parts): ColumnClass {
  if (cells.length > 0) return isMarked ? 'statistic' : 'computed'
  if (labels.length > 0) return 'label'
  return isPublic ? 'public' : 'computed'
}
