import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, told } from '../../client.ts'
import { momentOf } from '../../format.ts'
import { type Incident, keepIncident } from '../../incidents.ts'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { useWords } from '../incidents/words.ts'
import { Choice } from './choice.tsx'
import { LongText } from './long-text.tsx'

interface PersonsProps {
  readonly incident: Incident
  readonly isOpen: boolean
}

/** Whether the persons are told, and why (GDPR 34). */
export function Persons({ incident: { id, persons }, isOpen }: PersonsProps) {
  const say = useWords()
  return (
    <section aria-labelledby="persons">
      <h2 id="persons">{say('persons')}</h2>
      <p className="small">{say('persons.what')}</p>
      {persons ? (
        <>
          <p>
            <Mark tone="good">
              {say(`persons.${persons.decision}`, { by: persons.by, when: momentOf(persons.at) })}
            </Mark>
          </p>
          <p className="said">{persons.reason}</p>
        </>
      ) : (
        <p>
          <Mark tone="wait">{say('persons.undecided')}</Mark>
        </p>
      )}
      {isOpen && (
        <details className="unfold">
          <summary>{say(persons ? 'persons.again' : 'persons.decide')}</summary>
          <DecisionForm id={id} />
        </details>
      )}
    </section>
  )
}

const decisions = ['told', 'not-told'] as const

function DecisionForm({ id }: { readonly id: string }) {
  const say = useWords()
  const [decision, setDecision] = useState<(typeof decisions)[number]>()
  const [reason, setReason] = useState('')
  const decide = useMutation({
    mutationFn: async () => {
      if (decision === undefined) return undefined
      const body = { decision, reason: reason.trim() }
      return told(api.POST('/api/v1/incidents/{id}/persons', { params: { path: { id } }, body }))
    },
    onSuccess: (incident) => incident && keepIncident(incident),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    decide.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Choice label={say('persons.decision')} options={decisions} value={decision} onChoose={setDecision} />
      <LongText label={say('reason')} help={say('sealed')} value={reason} isRequired onWrite={setReason} />
      {decide.error && <Refusal error={decide.error} />}
      <button type="submit" disabled={decision === undefined || reason.trim() === '' || decide.isPending}>
        {say('record')}
      </button>
    </form>
  )
}
