import { Field } from '../../../parts/field.tsx'
import { inLanguage } from '../../../request-form.ts'
import { useNames, useRequestWords } from '../../request/words.ts'
import { useFaults } from '../draft.tsx'
import { kindOf } from './kind.ts'
import type { EditorProps } from './props.ts'

type Tied = Parameters<Parameters<typeof Field>[0]['children']>[0]

/** One control for one value: a text, a number, a day, a choice. */
export function Leaf(props: EditorProps) {
  const { path, label, help } = props
  // Of a field that was begun, what is absent is said where it is; of one that was not, that it is awaited is enough.
  const isPart = /[.[]/.test(path)
  const error = useFaults(path)
    .filter((fault) => fault.path === path && (!fault.isAbsent || isPart))
    .map(({ text }) => text)
    .join(' ')
  return (
    <div data-path={path}>
      <Field label={label} {...(help && { help })} {...(error && { error })}>
        {(tied) => <Control {...props} tied={tied} />}
      </Field>
    </div>
  )
}

function Control({ schema, value, onChange, choices, tied }: EditorProps & { readonly tied: Tied }) {
  const text = typeof value === 'string' ? value : ''
  const kind = kindOf(schema, choices)
  if (kind === 'choice' || kind === 'enum')
    return <Chosen {...{ schema, tied, onChange, ...(choices && { choices }) }} value={text} />
  if (kind === 'long')
    return (
      <textarea
        {...tied}
        rows={text.length > 400 ? 8 : 3}
        maxLength={schema.maxLength}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      />
    )
  if (kind === 'number')
    return (
      <input
        {...tied}
        type="number"
        min={schema.minimum}
        max={schema.maximum}
        value={typeof value === 'number' && !Number.isNaN(value) ? value : ''}
        onChange={(event) => onChange(event.target.value === '' ? '' : event.target.valueAsNumber)}
      />
    )
  return (
    <input
      {...tied}
      type={kind === 'date' ? 'date' : 'text'}
      maxLength={schema.maxLength}
      value={text}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

interface ChosenProps extends Pick<EditorProps, 'schema' | 'choices' | 'onChange'> {
  readonly value: string
  readonly tied: Tied
}

function Chosen({ schema, choices = [], value, onChange, tied }: ChosenProps) {
  const say = useRequestWords()
  const named = useNames()
  const codes = schema.enum ?? choices.map(({ code }) => code)
  const wordsOf = (code: string) => {
    const choice = choices.find((one) => one.code === code)
    return choice ? `${inLanguage(choice)} (${code})` : named('code', code)
  }
  return (
    <select {...tied} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{say('choose')}</option>
      {[...new Set(value === '' || codes.includes(value) ? codes : [...codes, value])].map((code) => (
        <option key={code} value={code}>
          {wordsOf(code)}
        </option>
      ))}
    </select>
  )
}
