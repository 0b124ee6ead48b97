import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, told } from '../../client.ts'
import { momentOf } from '../../format.ts'
import { type Incident, type IncidentClock, instantOf, keepIncident, localOf } from '../../incidents.ts'
import { Field } from '../../parts/field.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { useWords } from '../incidents/words.ts'
import { Choice } from './choice.tsx'
import { LongText } from './long-text.tsx'

interface ClocksProps {
  readonly incident: Incident
  readonly isOpen: boolean
}

/** Each clock with its end and its answer; what was not due may still be sent. */
export function Clocks({ incident, isOpen }: ClocksProps) {
  const say = useWords()
  return (
    <section aria-labelledby="clocks">
      <h2 id="clocks">{say('clocks')}</h2>
      <p className="small">{say('clocks.what')}</p>
      <ul className="incidents">
        {incident.clocks.map((clock) => (
          <li key={clock.id} className="card">
            <h3>{say(`clock.${clock.id}`)}</h3>
            <Answered clock={clock} />
            {isOpen && clock.notice?.answer !== 'sent' && (
              <details className="unfold">
                <summary>{say(clock.notice ? 'answer.again' : 'answer')}</summary>
                <NoticeForm id={incident.id} clock={clock} />
              </details>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Answered({ clock }: { readonly clock: IncidentClock }) {
  const say = useWords()
  const { notice, dueAt, late } = clock
  if (notice === undefined)
    return (
      <p>
        <Mark tone={late ? 'bad' : 'warn'}>
          {say(late ? 'ran-out' : 'before', { when: momentOf(dueAt) })}
        </Mark>
      </p>
    )
  const { answer, at, by, text, delay } = notice
  return (
    <>
      <p>
        <Mark tone={late ? 'warn' : 'good'}>{say(`answered.${answer}`, { when: momentOf(at), by })}</Mark>{' '}
        <span className="small">{say('due.was', { when: momentOf(dueAt) })}</span>
      </p>
      <p className="said">{text}</p>
      {delay !== undefined && <p className="said">{say('delay.said', { delay })}</p>}
    </>
  )
}

const answers = ['sent', 'not-due'] as const

function NoticeForm({ id, clock }: { readonly id: string; readonly clock: IncidentClock }) {
  const say = useWords()
  const [answer, setAnswer] = useState<(typeof answers)[number]>()
  const [at, setAt] = useState('')
  const [text, setText] = useState('')
  const [delay, setDelay] = useState('')
  const isLate = answer === 'sent' && clock.late
  const notify = useMutation({
    mutationFn: async () => {
      if (answer === undefined) return undefined
      const instant = answer === 'sent' ? instantOf(at) : undefined
      return told(
        api.POST('/api/v1/incidents/{id}/notices', {
          params: { path: { id } },
          body: {
            ...{ clock: clock.id, answer, text: text.trim() },
            ...(instant !== undefined && { at: instant }),
            ...(isLate && delay.trim() !== '' && { delay: delay.trim() }),
          },
        }),
      )
    },
    onSuccess: (incident) => incident && keepIncident(incident),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    notify.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Choice label={say('answer.which')} options={answers} value={answer} onChoose={setAnswer} />
      {answer === 'sent' && (
        <Field label={say('sent.at')} help={say('sent.at.help')}>
          {(tied) => (
            <input
              {...tied}
              type="datetime-local"
              max={localOf(Date.now())}
              value={at}
              onChange={({ target }) => setAt(target.value)}
            />
          )}
        </Field>
      )}
      <LongText
        label={say(answer === 'not-due' ? 'reason' : 'reference')}
        help={say('sealed')}
        value={text}
        isRequired
        onWrite={setText}
      />
      {isLate && <LongText label={say('delay')} help={say('delay.help')} value={delay} onWrite={setDelay} />}
      {notify.error && <Refusal error={notify.error} />}
      <button type="submit" disabled={answer === undefined || text.trim() === '' || notify.isPending}>
        {say('record')}
      </button>
    </form>
  )
}
