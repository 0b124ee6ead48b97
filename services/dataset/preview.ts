/** How the file of a table is understood, told before it is submitted. Never a value of the file; at most its shape. */
import type { Field } from './descriptor.ts'
import type { Finding } from './finding.ts'
import type { Reading } from './source.ts'

export interface ColumnPreview {
  readonly name: string
  readonly declared: Field['type']
  /** What nearly all its first values are; null for a column without any, `other` for a type that no field has. */
  readonly detected: Field['type'] | 'other' | null
  /** The form under which they are, where it is not that of the file. */
  readonly dateFormat?: string
  readonly decimal?: string
  readonly role?: NonNullable<Field['role']>
  /** Share of the rows without a value, from 0 to 1. */
  readonly empty: number
  /** Values that are not of the declared type. */
  readonly unreadable: number
  /** `9` a digit, `A` and `a` letters, `?` any other sign: of a column that says nothing of a person, when enough rows share it. */
  readonly shape?: string
}

export interface TablePreview {
  readonly table: string
  readonly reading: Reading
  readonly rows: number
  /** Empty when the columns of the file are not those of the descriptor: the findings say why. */
  readonly columns: readonly ColumnPreview[]
  readonly findings: readonly Finding[]
}
