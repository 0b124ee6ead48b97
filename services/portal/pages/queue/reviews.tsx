import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api, told } from '../../client.ts'
import { dayOf, daysUntil } from '../../format.ts'
import { Field } from '../../parts/field.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Region } from '../../parts/region.tsx'
import { hasRole, queries, useMe } from '../../session.ts'
import { useNames } from '../request/words.ts'
import { useReviewWords } from '../review/words.ts'

const reviewsKey = ['reviews'] as const

/** The persons whose access somebody has to confirm, the most urgent first. */
export function Reviews() {
  const say = useReviewWords()
  const named = useNames()
  const me = useMe()
  const { data, error } = useQuery({
    queryKey: reviewsKey,
    queryFn: async () => (await told(api.GET('/api/v1/habilitations/reviews'))).reviews,
  })
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return null
  return (
    <section aria-labelledby="reviews">
      <h2 id="reviews">{say('reviews')}</h2>
      {data.length === 0 ? (
        <p className="empty">{say('reviews-none')}</p>
      ) : (
        <Region label={say('reviews-caption')}>
          <table>
            <caption>{say('reviews-caption')}</caption>
            <thead>
              <tr>
                <th scope="col">{say('person')}</th>
                <th scope="col">{say('queue-request')}</th>
                <th scope="col">{say('queue-state')}</th>
                <th scope="col">{say('review-due')}</th>
                <th scope="col">{say('review-awaits')}</th>
              </tr>
            </thead>
            <tbody>
              {data.map(({ habilitation, title, issuer, subject, state, dueAt, awaits }) => (
                <tr key={`${habilitation} ${issuer} ${subject}`}>
                  <th scope="row">{subject}</th>
                  <td>
                    <Link
                      to="/requests/$request/review"
                      params={{ request: habilitation }}
                      search={{ tab: 'persons' }}
                    >
                      {title}
                    </Link>
                  </td>
                  <td>{named('grant', state)}</td>
                  <td>
                    <Mark tone={daysUntil(dueAt) <= 30 ? 'warn' : 'plain'}>{dayOf(dueAt)}</Mark>
                  </td>
                  <td>{awaits.map((as) => say(`review-as.${as}`)).join(', ') || '—'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Region>
      )}
      {hasRole(me, 'dpo') && <Campaign />}
    </section>
  )
}

/** The DPO asks that every person be confirmed until a day. */
function Campaign() {
  const say = useReviewWords()
  const [due, setDue] = useState('')
  const campaign = useMutation({
    mutationFn: () => told(api.POST('/api/v1/habilitations/reviews/campaigns', { body: { due } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: reviewsKey }),
  })
  const send = (event: FormEvent) => {
    event.preventDefault()
    campaign.mutate()
  }
  return (
    <form onSubmit={send}>
      <Field label={say('campaign-due')} help={say('campaign-help')}>
        {(tied) => (
          <input {...tied} type="date" required value={due} onChange={({ target }) => setDue(target.value)} />
        )}
      </Field>
      {campaign.error && <Refusal error={campaign.error} />}
      <p role="status" className="small">
        {campaign.data ? say('campaign-done', { count: campaign.data.habilitations.length }) : ''}
      </p>
      <button type="submit" disabled={campaign.isPending}>
        {say('campaign')}
      </button>
    </form>
  )
}
