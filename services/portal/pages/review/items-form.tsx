import { useSuspenseQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Field } from '../../parts/field.tsx'
import { FormEnd } from '../../parts/form-end.tsx'
import { formQuery, inLanguage } from '../../request-form.ts'
import { type HabilitationRequest, useAct } from '../../requests.ts'
import { useReviewWords } from './words.ts'

interface ItemsFormProps {
  readonly request: HabilitationRequest
  /** What is asked before the request is complete, all at once; or a question while it is assessed. */
  readonly act: 'completeness' | 'questions'
  readonly onDone: () => void
}

/** What the applicant is asked, field by field. */
export function ItemsForm({ request, act: name, onDone }: ItemsFormProps) {
  const say = useReviewWords()
  const act = useAct(request.id)
  const [items, setItems] = useState([{ field: 'aim', comment: '' }])
  const isReady = items.every(({ comment }) => comment.trim() !== '')
  const change = (at: number, changes: Partial<(typeof items)[number]>) =>
    setItems(items.map((one, index) => (index === at ? { ...one, ...changes } : one)))
  const send = (event: FormEvent) => {
    event.preventDefault()
    act.mutate({ act: name, body: { items } }, { onSuccess: onDone })
  }
  return (
    <form onSubmit={send}>
      <p>{say(name === 'completeness' ? 'what.return' : 'what.questions')}</p>
      {items.map(({ field, comment }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows are added at the end and never move
        <fieldset key={index} className="group">
          <legend>{say('item', { number: index + 1 })}</legend>
          <FieldChoice value={field} onChange={(value) => change(index, { field: value })} />
          <Field label={say('item-comment')}>
            {(tied) => (
              <textarea
                {...tied}
                rows={3}
                value={comment}
                onChange={({ target }) => change(index, { comment: target.value })}
              />
            )}
          </Field>
        </fieldset>
      ))}
      <p>
        <button type="button" onClick={() => setItems([...items, { field: 'aim', comment: '' }])}>
          {say('item-add')}
        </button>
      </p>
      <FormEnd
        sending={act}
        isReady={isReady}
        label={say('item-send')}
        cancel={say('cancel')}
        onCancel={onDone}
      />
    </form>
  )
}

interface FieldChoiceProps {
  readonly value: string
  readonly onChange: (value: string) => void
}

function FieldChoice({ value, onChange }: FieldChoiceProps) {
  const say = useReviewWords()
  const { data: form } = useSuspenseQuery(formQuery)
  return (
    <Field label={say('item-field')}>
      {(tied) => (
        <select {...tied} value={value} onChange={({ target }) => onChange(target.value)}>
          {form.steps.map(({ step, label, fields }) => (
            <optgroup key={step} label={inLanguage(label)}>
              {fields.map((one) => (
                <option key={one.name} value={one.name}>
                  {inLanguage(one.label)}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      )}
    </Field>
  )
}
