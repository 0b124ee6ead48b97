import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api, told } from '../../client.ts'
import { addDays, today } from '../../days.ts'
import { dayOf } from '../../format.ts'
import { Field } from '../../parts/field.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { personsQuery } from '../../reviews.ts'
import { queries } from '../../session.ts'
import { Ended } from './ended.tsx'
import { useWords } from './words.ts'

/** Who is still to be confirmed, the campaign that asks for it, and what the end of a project leaves to the DPO. */
export function Reviews() {
  const say = useWords()
  return (
    <>
      <p>{say('reviews.what')}</p>
      <h2 id="reviews">{say('reviews')}</h2>
      <Persons />
      <Campaign />
      <Ended />
    </>
  )
}

function Persons() {
  const say = useWords()
  const { data, error } = useQuery(personsQuery)
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  if (data.length === 0) return <p className="empty">{say('reviews.none')}</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard
    <section className="wide" tabIndex={0} aria-labelledby="reviews">
      <table>
        <thead>
          <tr>
            <th scope="col">{say('person')}</th>
            <th scope="col">{say('project')}</th>
            <th scope="col">{say('due')}</th>
            <th scope="col">{say('awaits')}</th>
          </tr>
        </thead>
        <tbody>
          {data.map(({ habilitation, project, title, subject, dueAt, awaits }) => (
            <tr key={`${habilitation} ${subject}`}>
              <th scope="row">
                <Link to="/audit" search={{ actor: subject }}>
                  {subject}
                </Link>
              </th>
              <td>
                {title}
                <span className="small below">{project ?? habilitation}</span>
              </td>
              <td>{dayOf(dueAt)}</td>
              <td>
                {awaits.length === 0 ? say('nobody') : awaits.map((who) => say(`awaited.${who}`)).join(', ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Campaign() {
  const say = useWords()
  const [due, setDue] = useState(addDays(today(), 30))
  const begin = useMutation({
    mutationFn: () => told(api.POST('/api/v1/habilitations/reviews/campaigns', { body: { due } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['reviews'] }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    begin.mutate()
  }
  return (
    <section aria-labelledby="campaign">
      <h2 id="campaign">{say('campaign')}</h2>
      <form onSubmit={submit}>
        <Field label={say('campaign.due')} help={say('campaign.help')}>
          {(tied) => (
            <input
              {...tied}
              type="date"
              required
              min={today()}
              value={due}
              onChange={({ target }) => setDue(target.value)}
            />
          )}
        </Field>
        <button type="submit" disabled={due === '' || begin.isPending}>
          {say('campaign.begin')}
        </button>
      </form>
      {begin.error && <Refusal error={begin.error} />}
      <p role="status">
        {begin.data &&
          say('campaign.done', {
            count: begin.data.habilitations.length,
            day: dayOf(`${begin.data.due}T12:00:00Z`),
          })}
      </p>
    </section>
  )
}
