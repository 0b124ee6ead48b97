import { type FormEvent, useState } from 'react'
import { momentOf } from '../../format.ts'
import { Field } from '../../parts/field.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { type HabilitationRequest, useAct } from '../../requests.ts'
import { useNames, useRequestWords } from './words.ts'

interface ThreadProps {
  readonly request: HabilitationRequest
  readonly thread: HabilitationRequest['comments'][number]
}

/** What was said of one field, and an answer where one may be given. */
export function Thread({ request, thread }: ThreadProps) {
  const say = useRequestWords()
  const named = useNames()
  return (
    <section className="thread" aria-label={say('thread', { field: thread.field })}>
      <ul className="plain">
        {thread.messages.map(({ role, by, at, text }) => (
          <li key={`${at} ${by}`}>
            <p className="small">
              {named('turn', role)} ({by}), <time dateTime={at}>{momentOf(at)}</time>
            </p>
            <p className="said">{text}</p>
          </li>
        ))}
      </ul>
      {request.offered.includes('comments') && <Reply id={request.id} thread={thread.thread} />}
    </section>
  )
}

function Reply({ id, thread }: { readonly id: string; readonly thread: string }) {
  const say = useRequestWords()
  const act = useAct(id)
  const [text, setText] = useState('')
  const send = (event: FormEvent) => {
    event.preventDefault()
    act.mutate({ act: 'comments', body: { thread, text } }, { onSuccess: () => setText('') })
  }
  return (
    <form onSubmit={send}>
      <Field label={say('reply')}>
        {(tied) => (
          <textarea {...tied} rows={2} value={text} onChange={(event) => setText(event.target.value)} />
        )}
      </Field>
      <button type="submit" disabled={text.trim() === '' || act.isPending}>
        {say('reply-send')}
      </button>
      {act.error && <Refusal error={act.error} />}
    </form>
  )
}
