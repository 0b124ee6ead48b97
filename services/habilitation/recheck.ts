/**
 * Past queries looked at again under a narrower scope (governance.md 5.5): which of them would be refused now. It rests on what
 * the log says of each (purpose, objective, datasets and columns read), never on their text. Pure.
 */
import type { DatasetFacts } from './lines.ts'
import type { Body } from './request.ts'

/** What an entry `query.intent` says of a query. */
export interface PastQuery {
  readonly shard: string
  readonly seq: number
  readonly at: string
  readonly query: string
  readonly purpose: string
  readonly objective?: string | undefined
  /** Columns as `table.column`. */
  readonly datasets: readonly { readonly name: string; readonly columns: readonly string[] }[]
}

/** A clause that no longer covers it. */
interface NotCovered {
  readonly rule: 'purpose-not-granted' | 'objective-not-granted' | 'line-closed' | 'column-not-granted'
  /** The code, dataset or `dataset.table.column` that is not granted. */
  readonly fact: string
}

export interface Rechecked extends Pick<PastQuery, 'shard' | 'seq' | 'at' | 'query'> {
  readonly refused: readonly NotCovered[]
}

interface Scope {
  readonly body: Body
  readonly facts: ReadonlyMap<string, DatasetFacts | null>
  /** Datasets whose line is closed, whatever the body says. */
  readonly closed: readonly string[]
}

/** The queries that this scope would not cover; those it covers are left out. */
export function recheck(past: readonly PastQuery[], scope: Scope): readonly Rechecked[] {
  return past.flatMap((query) => {
    const refused = notCovered(query, scope)
    const { shard, seq, at, query: id } = query
    return refused.length === 0 ? [] : [{ shard, seq, at, query: id, refused }]
  })
}

function notCovered({ purpose, objective, datasets }: PastQuery, scope: Scope): readonly NotCovered[] {
  const { purposes = [], objectives = [] } = scope.body
  const isObjective = objective === undefined || objectives.some(({ id }) => id === objective)
  return [
    ...(purposes.includes(purpose) ? [] : [{ rule: 'purpose-not-granted', fact: purpose } as const]),
    ...(isObjective ? [] : [{ rule: 'objective-not-granted', fact: objective } as const]),
    ...datasets.flatMap(({ name, columns }) => linesLost(name, columns, scope)),
  ]
}

function linesLost(name: string, columns: readonly string[], { body, facts, closed }: Scope): NotCovered[] {
  const line = body.lines?.find(({ dataset }) => dataset === name)
  if (line === undefined || closed.includes(name)) return [{ rule: 'line-closed', fact: name }]
  const granted = new Set(
    Object.entries(line.tables ?? {}).flatMap(([table, asked]) => {
      const named = asked.columns === '*' ? (facts.get(name)?.tables[table]?.columns ?? []) : asked.columns
      return named.map((column) => `${table}.${column}`)
    }),
  )
  return columns
    .filter((column) => !granted.has(column))
    .map((column) => ({ rule: 'column-not-granted', fact: `${name}.${column}` }))
}
