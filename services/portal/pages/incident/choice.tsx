import { Field } from '../../parts/field.tsx'
import { useWords } from '../incidents/words.ts'

interface ChoiceProps<T extends string> {
  readonly label: string
  readonly options: readonly T[]
  readonly value: T | undefined
  readonly onChoose: (chosen: T | undefined) => void
}

/** One of two answers, and none at first: nobody answers by leaving things as they are. */
export function Choice<T extends 'sent' | 'not-due' | 'told' | 'not-told'>({
  label,
  options,
  value,
  onChoose,
}: ChoiceProps<T>) {
  const say = useWords()
  return (
    <Field label={label}>
      {(tied) => (
        <select
          {...tied}
          required
          value={value ?? ''}
          onChange={({ target }) => onChoose(options.find((one) => one === target.value))}
        >
          <option value="">{say('choose')}</option>
          {options.map((one) => (
            <option key={one} value={one}>
              {say(`choice.${one}`)}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
