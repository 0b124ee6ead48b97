/** The request on the left: every field by step, what was said of it, and a place to say more. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Field } from '../../parts/field.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { type FormField, formQuery, inLanguage } from '../../request-form.ts'
import { type HabilitationRequest, type Line, useAct } from '../../requests.ts'
import { LineView } from '../request/line-view.tsx'
import { Thread } from '../request/thread.tsx'
import { Value } from '../request/value.tsx'
import { useRequestWords } from '../request/words.ts'
import { useReviewWords } from './words.ts'

interface SheetProps {
  readonly request: HabilitationRequest
}

export function Sheet({ request }: SheetProps) {
  const say = useRequestWords()
  const { data: form } = useSuspenseQuery(formQuery)
  return form.steps.map(({ step, label, fields }) => {
    const filled = fields.filter(({ name }) => request[name] !== undefined)
    return (
      <section key={step} aria-labelledby={`sheet-${step}`}>
        <h2 id={`sheet-${step}`}>{inLanguage(label)}</h2>
        {filled.length === 0 && <p className="small">{say('nothing')}</p>}
        {filled.map((field) => (
          <SheetField key={field.name} request={request} field={field} />
        ))}
      </section>
    )
  })
}

interface SheetFieldProps extends SheetProps {
  readonly field: FormField
}

function SheetField({ request, field }: SheetFieldProps) {
  const { data: form } = useSuspenseQuery(formQuery)
  const label = inLanguage(field.label)
  const canComment = request.offered.includes('comments')
  const threads = request.comments.filter((one) => /^\w+/.exec(one.field)?.[0] === field.name)
  return (
    <div className="read-field" id={`field-${field.name}`}>
      <h3>{label}</h3>
      {field.name === 'lines' ? (
        request.lines.map((line) => (
          <div key={line.id}>
            <LineView line={line} />
            {canComment && <Comment request={request} field={placeOf(line)} label={line.dataset} />}
          </div>
        ))
      ) : (
        <Value form={form} value={request[field.name]} />
      )}
      {threads.map((thread) => (
        <Thread key={thread.thread} request={request} thread={thread} />
      ))}
      {canComment && field.name !== 'lines' && <Comment request={request} field={field.name} label={label} />}
    </div>
  )
}

/** A holder sees its own lines alone: their numbers are those of the whole request. */
function placeOf({ id }: Line): string {
  return `lines[${Number(id.slice(1)) - 1}]`
}

interface CommentProps extends SheetProps {
  readonly field: string
  readonly label: string
}

/** A new thread on one field: for the applicant, or among reviewers only. */
function Comment({ request, field, label }: CommentProps) {
  const say = useReviewWords()
  const act = useAct(request.id)
  const [text, setText] = useState('')
  const [audience, setAudience] = useState('applicant')
  const send = (event: FormEvent) => {
    event.preventDefault()
    act.mutate({ act: 'comments', body: { field, text, audience } }, { onSuccess: () => setText('') })
  }
  return (
    <details className="comment">
      <summary>{say('comment', { label })}</summary>
      <form onSubmit={send}>
        <Field label={say('comment-text')}>
          {(tied) => (
            <textarea {...tied} rows={3} value={text} onChange={({ target }) => setText(target.value)} />
          )}
        </Field>
        <Field label={say('comment-audience')}>
          {(tied) => (
            <select {...tied} value={audience} onChange={({ target }) => setAudience(target.value)}>
              <option value="applicant">{say('audience.applicant')}</option>
              <option value="reviewers">{say('audience.reviewers')}</option>
            </select>
          )}
        </Field>
        {act.error && <Refusal error={act.error} />}
        <button type="submit" disabled={text.trim() === '' || act.isPending}>
          {say('comment-send')}
        </button>
      </form>
    </details>
  )
}
