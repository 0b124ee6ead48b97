import type { Choice, FieldSchema } from '../../../request-form.ts'

/** What every editor of a value is given. */
export interface EditorProps {
  /** Its place in the body, such as `lines[0].justification`. */
  readonly path: string
  readonly label: string
  readonly help?: string
  readonly schema: FieldSchema
  readonly value: unknown
  readonly onChange: (value: unknown) => void
  /** The codes that it may hold. */
  readonly choices?: readonly Choice[]
}
