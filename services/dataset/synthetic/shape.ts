/** What a generator of one shape of data is: a descriptor, and SQL for the rows of each of its tables. */
import type { DescriptorText } from '../descriptor.ts'

export interface Size {
  readonly seed: number
  /** Rows of the main table; those of the others follow. */
  readonly rows: number
}

export interface Shape {
  readonly title: string
  /** The table that has the rows that are asked for. */
  readonly main: string
  readonly resources: DescriptorText['resources']
  /** Members of the descriptor that are of this shape alone. */
  readonly about: Partial<DescriptorText> & Pick<DescriptorText, 'kind'>
  /** Table name → a SELECT with at least the columns of its resource, in the order of the file. */
  rowsOf(size: Size): Readonly<Record<string, string>>
  /** What is told in the manifest and can be counted again: name → the table, its groups, and what is summed. */
  readonly totals: Readonly<Record<string, Total>>
}

/** `SELECT group, measure FROM table GROUP BY group`; the measure is an integer. */
export interface Total {
  readonly table: string
  readonly group: string
  readonly measure: string
}

type FieldText = DescriptorText['resources'][number]['schema']['fields'][number]

/** A field that has a name, and perhaps more: most are plain text. */
export function field(name: string, more: Omit<FieldText, 'name'> = {}): FieldText {
  return { name, ...more }
}
