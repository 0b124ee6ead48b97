import { type FormEvent, useState } from 'react'
import { api, told } from '../../client.ts'
import { Field } from '../../parts/field.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { type Release, useAct } from '../../releases.ts'
import { words } from '../../text.ts'
import en from '../../words/release.en.json' with { type: 'json' }
import fr from '../../words/release.fr.json' with { type: 'json' }

const useWords = words('release', { fr, en })

const criteria = ['singlingOut', 'linkability', 'inference'] as const
const noRisk = { singlingOut: 'none', linkability: 'none', inference: 'none' } as const

/** Two blind votes decide. To approve says of all three criteria that there is no risk; anything else says which, and why. */
export function VotePanel({ release: { id, round, files } }: { readonly release: Release }) {
  const say = useWords()
  const [isOther, setOther] = useState(false)
  const vote = useAct((body: Parameters<typeof send>[1]) => send(id, body))
  const other = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    vote.mutate({
      round,
      vote: form.get('vote') === 'changes' ? 'changes' : 'refuse',
      comment: String(form.get('comment')),
      verdicts: Object.fromEntries(criteria.map((one) => [one, form.get(one) ? 'risk' : 'none'])),
    })
  }
  return (
    <section className="vote" aria-labelledby="vote">
      <h2 id="vote">{say('vote')}</h2>
      <p>{say('vote.help')}</p>
      {files.some(({ exact }) => exact !== undefined) && <p>{say('vote.exact')}</p>}
      {vote.error && <Refusal error={vote.error} />}
      <div className="actions">
        <button
          type="button"
          className="main"
          disabled={vote.isPending}
          onClick={() => vote.mutate({ round, vote: 'approve', comment: '', verdicts: noRisk })}
        >
          {say('approve')}
        </button>
        <button type="button" aria-expanded={isOther} onClick={() => setOther(!isOther)}>
          {say('otherwise')}
        </button>
      </div>
      {isOther && (
        <form onSubmit={other}>
          <fieldset>
            <legend>{say('risks')}</legend>
            {criteria.map((one) => (
              <p key={one}>
                <label>
                  <input type="checkbox" name={one} /> {say(`risk.${one}`)}
                </label>
              </p>
            ))}
          </fieldset>
          <Field label={say('comment')} help={say('comment.help')}>
            {(tied) => <textarea {...tied} name="comment" rows={4} required maxLength={4000} />}
          </Field>
          <div className="actions">
            <label>
              <input type="radio" name="vote" value="changes" defaultChecked /> {say('changes')}
            </label>
            <label>
              <input type="radio" name="vote" value="refuse" /> {say('refuse')}
            </label>
            <button type="submit" disabled={vote.isPending}>
              {say('send')}
            </button>
          </div>
        </form>
      )}
    </section>
  )
}

interface Vote {
  readonly round: number
  readonly vote: 'approve' | 'refuse' | 'changes'
  readonly comment: string
  readonly verdicts: { readonly [criterion: string]: 'none' | 'risk' }
}

function send(id: string, body: Vote) {
  return told(api.POST('/api/v1/releases/{id}/reviews', { params: { path: { id } }, body }))
}
