import { type FormEvent, useState } from 'react'
import { Field } from '../../parts/field.tsx'
import { FormEnd } from '../../parts/form-end.tsx'
import { type HabilitationRequest, useAct } from '../../requests.ts'
import { Choice } from './choice.tsx'
import { Proposal } from './proposal.tsx'
import {
  type Input,
  linesInForce,
  type SimpleName,
  scopesOf,
  simpleActs,
  type Values,
} from './simple-acts.ts'
import { useReviewWords } from './words.ts'

interface SimpleFormProps {
  readonly request: HabilitationRequest
  readonly name: SimpleName
  /** What the checklist says; it goes before the words of an opinion. */
  readonly preface: string
  readonly onDone: () => void
}

/** An act with its inputs, what it will do in one sentence, and the refusal where there is one. */
export function SimpleForm({ request, name, preface, onDone }: SimpleFormProps) {
  const say = useReviewWords()
  const act = useAct(request.id)
  const [values, setValues] = useState<Values>(() => startOf(request, { name, preface }))
  const found = simpleActs.find((one) => one.act === name)
  if (found === undefined) return null
  const takes: readonly Input[] = found.takes
  const isReady = takes.every((input) => input.isOptional || (values[input.name] ?? '').trim() !== '')
  const send = (event: FormEvent) => {
    event.preventDefault()
    act.mutate({ act: name, body: found.body(values) }, { onSuccess: onDone })
  }
  return (
    <form onSubmit={send}>
      <p>{say(`what.${name}`)}</p>
      {name === 'confirmation' && <Proposal request={request} />}
      {takes.map((input) => (
        <Taken
          key={input.name}
          request={request}
          name={name}
          input={input}
          value={values[input.name] ?? ''}
          onChange={(value) => setValues({ ...values, [input.name]: value })}
        />
      ))}
      <FormEnd
        sending={act}
        isReady={isReady}
        kind={found.kind}
        label={say(`confirm.${name}`)}
        cancel={say('cancel')}
        onCancel={onDone}
      />
    </form>
  )
}

function startOf(
  request: HabilitationRequest,
  { name, preface }: Pick<SimpleFormProps, 'name' | 'preface'>,
): Values {
  const scope = scopesOf(request, name)[0]?.value ?? '{}'
  const line = linesInForce(request)[0] ?? ''
  return { scope, line, ...(name === 'opinions' && { comment: preface }) }
}

interface TakenProps {
  readonly request: HabilitationRequest
  readonly name: SimpleName
  readonly input: Input
  readonly value: string
  readonly onChange: (value: string) => void
}

function Taken({ request, name, input, value, onChange }: TakenProps) {
  const say = useReviewWords()
  if (input.options) return <Chosen name={name} options={input.options} value={value} onChange={onChange} />
  const label = say(`input.${input.name}`)
  return (
    <Field
      label={input.isOptional ? say('optional', { label }) : label}
      help={say(`input-help.${input.name}`)}
    >
      {(tied) => {
        if (input.name === 'due')
          return (
            <input {...tied} type="date" value={value} onChange={({ target }) => onChange(target.value)} />
          )
        if (input.name === 'reference')
          return <input {...tied} value={value} onChange={({ target }) => onChange(target.value)} />
        if (input.name === 'scope' || input.name === 'line')
          return (
            <select {...tied} value={value} onChange={({ target }) => onChange(target.value)}>
              <Parts request={request} name={name} of={input.name} />
            </select>
          )
        return <textarea {...tied} rows={5} value={value} onChange={({ target }) => onChange(target.value)} />
      }}
    </Field>
  )
}

interface ChosenProps {
  readonly name: SimpleName
  readonly options: readonly string[]
  readonly value: string
  readonly onChange: (value: string) => void
}

function Chosen({ name, options, value, onChange }: ChosenProps) {
  const say = useReviewWords()
  return (
    <Choice
      legend={say('input.choice')}
      name={name}
      value={value}
      onChange={onChange}
      options={options.map((one) => ({ value: one, label: say(`choice.${one}` as 'choice.favourable') }))}
    />
  )
}

interface PartsProps {
  readonly request: HabilitationRequest
  readonly name: SimpleName
  readonly of: 'scope' | 'line'
}

function Parts({ request, name, of }: PartsProps) {
  const say = useReviewWords()
  if (of === 'line') {
    return linesInForce(request).map((dataset) => (
      <option key={dataset} value={dataset}>
        {say('scope.line', { line: dataset })}
      </option>
    ))
  }
  return scopesOf(request, name).map(({ value, line, person }) => (
    <option key={value} value={value}>
      {line !== undefined
        ? say('scope.line', { line })
        : person !== undefined
          ? say('scope.person', { person })
          : say('scope.whole')}
    </option>
  ))
}
