import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { dayOf } from '../../format.ts'
import { Field } from '../../parts/field.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { formQuery, inLanguage, type RequestForm } from '../../request-form.ts'
import { type HabilitationRequest, useAct } from '../../requests.ts'
import { useRequestWords } from './words.ts'

type Items = HabilitationRequest['items']

/** What the secretariat asks before it can go on: each item leads to its field. */
export function ItemsAsked({ request }: { readonly request: HabilitationRequest }) {
  const say = useRequestWords()
  const { data: form } = useSuspenseQuery(formQuery)
  if (request.items.length === 0) return null
  return (
    <section className="notice" aria-labelledby="asked">
      <h2 id="asked">{say('items-asked')}</h2>
      <ul>
        {request.items.map(({ field, comment }) => (
          <li key={`${field} ${comment}`}>
            <Link
              to="/requests/$request/edit"
              params={{ request: request.id }}
              search={{ step: stepOf(form, field) }}
              hash={field}
            >
              {labelOf(form, field)}
            </Link>{' '}
            <span className="said">{comment}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Questions of those who instruct, and the answers that went back; the last ones wait for an answer. */
export function Questions({ request }: { readonly request: HabilitationRequest }) {
  const say = useRequestWords()
  const { questions, answers, offered } = request
  if (questions.length === 0) return null
  const answered = answers.at(-1)?.at ?? ''
  const open = questions.filter(({ at }) => at > answered).flatMap(({ items }) => items)
  return (
    <section aria-labelledby="questions">
      <h2 id="questions">{say('questions')}</h2>
      <Exchanged request={request} />
      {open.length > 0 && offered.includes('answers') && <Answering id={request.id} items={open} />}
    </section>
  )
}

function Exchanged({ request: { questions, answers } }: { readonly request: HabilitationRequest }) {
  const say = useRequestWords()
  const { data: form } = useSuspenseQuery(formQuery)
  const all = [
    ...questions.map((one) => ({ ...one, kind: 'question' as const })),
    ...answers.map((one) => ({ ...one, kind: 'answer' as const })),
  ].sort((a, b) => a.at.localeCompare(b.at))
  return (
    <ol className="history">
      {all.map(({ kind, at, items }) => (
        <li key={`${kind} ${at}`}>
          <time dateTime={at}>{dayOf(at)}</time>
          <span>{say(kind)}</span>
          <ul className="plain">
            {items.map(({ field, comment }) => (
              <li key={`${field} ${comment}`}>
                <strong>{labelOf(form, field)}</strong> <span className="said">{comment}</span>
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  )
}

function Answering({ id, items }: { readonly id: string; readonly items: Items }) {
  const say = useRequestWords()
  const { data: form } = useSuspenseQuery(formQuery)
  const act = useAct(id)
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({})
  const isReady = items.every(({ field }) => (texts[field] ?? '').trim() !== '')
  const send = (event: FormEvent) => {
    event.preventDefault()
    const body = { items: items.map(({ field }) => ({ field, comment: texts[field] ?? '' })) }
    act.mutate({ act: 'answers', body })
  }
  return (
    <form onSubmit={send}>
      {items.map(({ field, comment }) => (
        <Field key={field} label={labelOf(form, field)} help={comment}>
          {(tied) => (
            <textarea
              {...tied}
              rows={3}
              value={texts[field] ?? ''}
              onChange={(event) => setTexts({ ...texts, [field]: event.target.value })}
            />
          )}
        </Field>
      ))}
      {act.error && <Refusal error={act.error} />}
      <button type="submit" className="main" disabled={!isReady || act.isPending}>
        {say('answers-send')}
      </button>
    </form>
  )
}

function fieldOf(form: RequestForm, path: string) {
  const name = /^\w+/.exec(path)?.[0]
  return form.steps
    .flatMap((step) => step.fields.map((field) => ({ step, field })))
    .find(({ field }) => field.name === name)
}

function labelOf(form: RequestForm, path: string): string {
  const found = fieldOf(form, path)
  return found ? inLanguage(found.field.label) : path
}

function stepOf(form: RequestForm, path: string): string {
  return fieldOf(form, path)?.step.step ?? 'project'
}
