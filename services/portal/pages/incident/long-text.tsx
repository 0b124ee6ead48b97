import { Field } from '../../parts/field.tsx'

interface LongTextProps {
  readonly label: string
  readonly help: string
  readonly value: string
  readonly isRequired?: boolean
  readonly onWrite: (text: string) => void
}

/** A field of several lines, as long as the API takes one. */
export function LongText({ label, help, value, isRequired = false, onWrite }: LongTextProps) {
  return (
    <Field label={label} help={help}>
      {(tied) => (
        <textarea
          {...tied}
          rows={2}
          required={isRequired}
          maxLength={4000}
          value={value}
          onChange={({ target }) => onWrite(target.value)}
        />
      )}
    </Field>
  )
}
