import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, told } from '../../client.ts'
import { type HabilitationLine, habilitationsQuery } from '../../habilitations.ts'
import { Field } from '../../parts/field.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { queries } from '../../session.ts'
import { useWords } from './words.ts'

interface EndedProps {
  readonly line: HabilitationLine
}

const renew = () => queries.invalidateQueries({ queryKey: ['habilitations'] })

/** Projects at their end for which the API offers the DPO something to say. */
export function Ended() {
  const say = useWords()
  const { data, error } = useQuery(habilitationsQuery)
  const waiting = data?.filter(
    ({ offered }) => offered.includes('attestation') || offered.includes('access-review'),
  )
  return (
    <section aria-labelledby="ended">
      <h2 id="ended">{say('ended')}</h2>
      <p className="small">{say('ended.what')}</p>
      {error && <Refusal error={error} takesFocus={false} />}
      {waiting?.length === 0 && <p className="empty">{say('ended.none')}</p>}
      <ul className="findings">
        {waiting?.map((line) => (
          <li key={line.id} className="card">
            <p className="finding">{line.title}</p>
            <p className="small">{line.project ?? line.id}</p>
            {line.offered.includes('access-review') && (
              <details>
                <summary>{say('access-review')}</summary>
                <AccessReview line={line} />
              </details>
            )}
            {line.offered.includes('attestation') && <Attestation line={line} />}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Attestation({ line }: EndedProps) {
  const say = useWords()
  const attest = useMutation({
    mutationFn: () =>
      told(
        api.POST('/api/v1/habilitations/{id}/attestation', { params: { path: { id: line.id } }, body: {} }),
      ),
    onSuccess: renew,
  })
  return (
    <>
      <button type="button" disabled={attest.isPending} onClick={() => attest.mutate()}>
        {say('attest')}
      </button>
      {attest.error && <Refusal error={attest.error} />}
    </>
  )
}

const conclusions = ['nothing', 'followed-up'] as const

function AccessReview({ line }: EndedProps) {
  const say = useWords()
  const [conclusion, setConclusion] = useState<(typeof conclusions)[number]>('nothing')
  const [comment, setComment] = useState('')
  const review = useMutation({
    mutationFn: () =>
      told(
        api.POST('/api/v1/habilitations/{id}/access-review', {
          params: { path: { id: line.id } },
          body: { conclusion, comment: comment.trim() },
        }),
      ),
    onSuccess: renew,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    review.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Field label={say('conclusion')}>
        {(tied) => (
          <select
            {...tied}
            value={conclusion}
            onChange={({ target }) =>
              setConclusion(conclusions.find((one) => one === target.value) ?? 'nothing')
            }
          >
            {conclusions.map((one) => (
              <option key={one} value={one}>
                {say(one)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={say('comment')}>
        {(tied) => (
          <textarea
            {...tied}
            rows={2}
            required
            value={comment}
            onChange={({ target }) => setComment(target.value)}
          />
        )}
      </Field>
      {review.error && <Refusal error={review.error} />}
      <button type="submit" disabled={comment.trim() === '' || review.isPending}>
        {say('send')}
      </button>
    </form>
  )
}
