import { type FormEvent, useState } from 'react'
import { Field } from '../../parts/field.tsx'
import { FormEnd } from '../../parts/form-end.tsx'
import { type HabilitationRequest, type Line, useAct } from '../../requests.ts'
import { LineView } from '../request/line-view.tsx'
import { Choice } from './choice.tsx'
import { useReviewWords } from './words.ts'

interface LineFormProps {
  readonly request: HabilitationRequest
  readonly line: Line
  readonly onDone: () => void
}

/** The holder answers one line: what it signs is in sight, word for word. */
export function LineForm({ request, line, onDone }: LineFormProps) {
  const say = useReviewWords()
  const act = useAct(request.id)
  const [answer, setAnswer] = useState('')
  const [comment, setComment] = useState('')
  const [jws, setJws] = useState('')
  const send = (event: FormEvent) => {
    event.preventDefault()
    const body = {
      ...{ dataset: line.dataset, decision: answer },
      ...(comment.trim() !== '' && { comment }),
      ...(jws.trim() !== '' && { jws: jws.trim() }),
    }
    act.mutate({ act: 'countersignatures', body }, { onSuccess: onDone })
  }
  return (
    <form onSubmit={send}>
      <p>{say('what.countersignatures')}</p>
      <LineView line={line} isStateShown={false} heading="h3" />
      <details>
        <summary>{say('to-sign')}</summary>
        <pre className="to-sign">
          <code>{line.toSign}</code>
        </pre>
      </details>
      <Choice
        legend={say('line-answer')}
        name="answer"
        value={answer}
        onChange={setAnswer}
        options={(['accept', 'decline'] as const).map((one) => ({ value: one, label: say(`answer.${one}`) }))}
      />
      <Field label={say('line-comment')} help={say('line-comment-help')}>
        {(tied) => (
          <textarea {...tied} rows={4} value={comment} onChange={({ target }) => setComment(target.value)} />
        )}
      </Field>
      {answer === 'accept' && (
        <details>
          <summary>{say('own-key')}</summary>
          <Field label={say('jws')} help={say('jws-help')}>
            {(tied) => (
              <textarea {...tied} rows={3} value={jws} onChange={({ target }) => setJws(target.value)} />
            )}
          </Field>
        </details>
      )}
      <FormEnd
        sending={act}
        isReady={answer !== ''}
        label={say('confirm.countersignatures')}
        cancel={say('cancel')}
        onCancel={onDone}
      />
    </form>
  )
}
