/** What a check says of an allowed statement, as lines for a terminal. Pure. Sentences come from the node, in one language. */

interface Said {
  readonly name: string
  readonly text: string
}

/** The part of the API's `Explanation` that is shown. */
export interface ExplanationText {
  readonly k: number
  readonly columns: readonly {
    readonly name: string
    readonly type: string
    readonly statistics: readonly { readonly label: string; readonly text: string }[]
    readonly rules: readonly string[]
    readonly text: string
  }[]
  readonly rules: readonly Said[]
  readonly leaves: readonly {
    readonly plan: string
    readonly groups: 'absent' | 'kept'
    readonly tables: readonly string[]
  }[]
  readonly reads: readonly {
    readonly dataset: string
    readonly table: string
    readonly columns: readonly string[]
  }[]
  readonly not_covered: readonly Said[]
}

const groups = { absent: 'groupes absents / groups absent', kept: 'groupes gardés / groups kept' } as const

export function explanationLines(explanation: ExplanationText): readonly string[] {
  const { k, columns, rules, leaves, reads } = explanation
  return [
    `k = ${k}`,
    'colonnes / columns:',
    ...columns.flatMap(({ name, type, statistics, rules: applied, text }) => [
      `  ${name} ${type}`,
      `    ${text}`,
      ...statistics.map((statistic) => `    ${statistic.label}: ${statistic.text}`),
      ...(applied.length === 0 ? [] : [`    règles / rules: ${applied.join(', ')}`]),
    ]),
    ...section('règles / rules:', rules),
    ...leaves.map(({ plan, groups: fate, tables }) => `plan ${plan}: ${tables.join(', ')} · ${groups[fate]}`),
    ...reads.map(
      ({ dataset, table, columns: read }) => `lu / read: ${dataset}.${table} (${read.join(', ')})`,
    ),
    ...section('non couvert / not covered:', explanation.not_covered),
  ]
}

function section(title: string, said: readonly Said[]): readonly string[] {
  return said.length === 0 ? [] : [title, ...said.map(({ name, text }) => `  ${name}: ${text}`)]
}
