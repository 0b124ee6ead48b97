/** What may be written next: tables and columns of the project, all of them and no other, and the words of SQL. Pure. */
import type { GrantedTable } from '../../workshop.ts'
import { quoted, tableName } from './names.ts'

interface Proposal {
  readonly label: string
  readonly apply: string
  readonly type: 'class' | 'property' | 'keyword' | 'function'
  readonly detail?: string
  readonly boost?: number
}

export interface Proposals {
  readonly from: number
  readonly options: readonly Proposal[]
}

export const keywords =
  'select from where group by having order limit offset as and or not in is null like ilike between case when then else end join left right full inner on using with distinct union all except intersect exists filter over partition rows range asc desc nulls first last rollup cube grouping sets qualify create replace table drop cast date timestamp interval true false'.split(
    ' ',
  )

/** The functions that most statements take; docs/functions.md has all. */
export const functions =
  'count sum avg min max median mode quantile_cont stddev variance corr date_trunc date_part date_diff year month quarter day week coalesce nullif round floor ceil abs lower upper substring length concat row_number rank lag lead'.split(
    ' ',
  )

/** Proposals at a place of a text; null inside a string or a comment, and where no word has begun unless it is asked for. */
export function proposalsAt(
  { text, at, isAsked }: { readonly text: string; readonly at: number; readonly isAsked: boolean },
  tables: readonly GrantedTable[],
): Proposals | null {
  const before = text.slice(0, at)
  if (isQuoted(before)) return null
  const member = /("?)([A-Za-z_][\w-]*)\1\.("?[\w-]*)$/.exec(before)
  if (member) {
    const [, , owner = '', begun = ''] = member
    return { from: at - begun.length, options: membersOf(owner, text, tables) }
  }
  const word = /"?[A-Za-z_]\w*$/.exec(before)?.[0] ?? ''
  if (word === '' && !isAsked) return null
  return { from: at - word.length, options: everything(text, tables) }
}

/** After a name and a dot: the columns of that table or alias, or the tables of that dataset. */
function membersOf(owner: string, text: string, tables: readonly GrantedTable[]): readonly Proposal[] {
  const own = aliasesOf(text, tables).get(owner.toLowerCase())
  if (own) return columnsOf(own)
  return tables
    .filter(({ dataset }) => dataset?.toLowerCase() === owner.toLowerCase())
    .map(({ name }) => ({ label: name, apply: quoted(name), type: 'class' }))
}

function everything(text: string, tables: readonly GrantedTable[]): readonly Proposal[] {
  const named = new Set(aliasesOf(text, tables).values())
  const columns = new Map<string, Proposal>()
  for (const table of tables) {
    for (const one of columnsOf(table)) {
      // Columns of the tables that the text names come first.
      const boost = named.has(table) ? 2 : 0
      if ((columns.get(one.label)?.boost ?? -1) < boost) columns.set(one.label, { ...one, boost })
    }
  }
  return [
    ...columns.values(),
    ...tables.map((table) => ({
      label: table.name,
      apply: tableName(table, tables),
      type: 'class' as const,
      detail: table.dataset ?? '',
      boost: 1,
    })),
    ...keywords.map((word) => ({
      label: word.toUpperCase(),
      apply: word.toUpperCase(),
      type: 'keyword' as const,
      boost: -1,
    })),
    ...functions.map((name) => ({ label: name, apply: name, type: 'function' as const, boost: -1 })),
  ]
}

function columnsOf({ columns }: GrantedTable): readonly Proposal[] {
  return columns.map(({ name, type, title }) => ({
    label: name,
    apply: quoted(name),
    type: 'property',
    detail: title === undefined ? type : `${type} · ${title}`,
  }))
}

const inFrom = /\b(?:from|join)\s+((?:"[^"]+"|[\w-]+)(?:\.(?:"[^"]+"|\w+))?)(?:\s+(?:as\s+)?(\w+))?/gi

/** Which table each name of the text stands for, lower case: tables themselves, and what FROM and JOIN call them. */
function aliasesOf(text: string, tables: readonly GrantedTable[]): ReadonlyMap<string, GrantedTable> {
  const aliases = new Map<string, GrantedTable>()
  for (const [, written = '', alias] of text.matchAll(inFrom)) {
    const last = (written.split('.').at(-1) ?? '').replaceAll('"', '').toLowerCase()
    const table = tables.find(({ name }) => name.toLowerCase() === last)
    if (!table) continue
    aliases.set(last, table)
    if (alias !== undefined && !keywords.includes(alias.toLowerCase()))
      aliases.set(alias.toLowerCase(), table)
  }
  return aliases
}

/** Whether a text ends inside a string or a comment. */
function isQuoted(text: string): boolean {
  const left = text.replaceAll(/'(?:[^']|'')*'|--[^\n]*\n|\/\*[\s\S]*?\*\//g, '')
  return /'|--|\/\*/.test(left)
}
