/** A report as its readers get it: sections of fields and tables, made of what the house has recorded and of nothing else. */
import type { Role } from '../../identity/person.ts'
import { Refusal } from '../../kernel/refusal.ts'

/** Each report with who may read it and how many years it looks back on (governance.md 15). */
export const reports = {
  'article-30': { readers: ['dpo', 'authority'], years: 1 },
  persons: { readers: ['dpo', 'authority'], years: 1 },
  processings: { readers: ['dpo', 'authority'], years: 1 },
  cnil: { readers: ['dpo', 'authority'], years: 3 },
  biennial: { readers: ['dpo', 'authority'], years: 2 },
  violations: { readers: ['dpo', 'authority'], years: 5 },
  sec: { readers: ['dpo', 'authority'], years: 1 },
  holder: { readers: ['dpo', 'authority', 'holder'], years: 1 },
} as const satisfies Record<string, { readers: readonly Role[]; years: number }>
export type ReportName = keyof typeof reports
export const reportNames = Object.keys(reports) as [ReportName, ...ReportName[]]

/** Null where the law asks for something that nobody has recorded here: it is shown as to be completed, never invented. */
export type Cell = string | number | null

export interface Fields {
  readonly key: string
  /** By the key of each label, in order. */
  readonly fields: Readonly<Record<string, Cell>>
}
interface Table {
  readonly key: string
  /** Keys of the heads. */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}
export type Section = Fields | Table

export interface Report {
  readonly report: ReportName
  readonly node: string
  /** Days of Paris, both included. */
  readonly from: string
  readonly until: string
  /** The instant whose state it tells, ISO 8601. */
  readonly asOf: string
  /** The log it was made from: its newest shard, how many entries, and the first day that the log still holds. */
  readonly log: { readonly origin: string; readonly size: number; readonly since: string }
  readonly sections: readonly Section[]
  /** What is to be completed by hand: `section.field`, and in how many places. */
  readonly toComplete: readonly { readonly path: string; readonly cells: number }[]
}

/** The rows of a section, whatever its kind: of fields, the label and the cell. */
function rowsOf(section: Section): readonly (readonly [path: string, cell: Cell])[] {
  if ('fields' in section) return Object.entries(section.fields)
  return section.rows.flatMap((row) =>
    row.map((cell, i): readonly [string, Cell] => [section.columns[i] ?? '', cell]),
  )
}

export function toCompleteOf(sections: readonly Section[]): Report['toComplete'] {
  const counts = new Map<string, number>()
  for (const section of sections) {
    for (const [name, cell] of rowsOf(section)) {
      if (cell !== null) continue
      const path = `${section.key}.${name}`
      counts.set(path, (counts.get(path) ?? 0) + 1)
    }
  }
  return [...counts].map(([path, cells]) => ({ path, cells }))
}

/** A cell of several words. */
export function joined(words: readonly string[]): Cell {
  return words.length === 0 ? null : words.join(' ; ')
}

/** INVALID for one member of what was asked. */
export function invalid(path: string, message: string): Refusal {
  return new Refusal('INVALID', { rule: 'report.form', missing: [{ path, message }] })
}
