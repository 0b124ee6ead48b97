import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api, told } from '../../client.ts'
import { instantOf, keepIncident, localOf } from '../../incidents.ts'
import { Field } from '../../parts/field.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { useWords } from './words.ts'

interface OpeningProps {
  /** The entry that showed it, as `2026/412`. */
  readonly entry: string | undefined
}

/** Opens an incident; it stands open where somebody came from an entry of the log. */
export function Opening({ entry }: OpeningProps) {
  const say = useWords()
  return (
    <details className="card unfold opening" open={entry !== undefined}>
      <summary>{say('opening')}</summary>
      <OpeningForm entry={entry} />
    </details>
  )
}

function OpeningForm({ entry }: OpeningProps) {
  const say = useWords()
  const navigate = useNavigate()
  const [title, setTitle] = useState('')
  const [detected, setDetected] = useState('')
  const open = useMutation({
    mutationFn: () => {
      const [shard, seq] = entry?.split('/') ?? []
      const at = instantOf(detected)
      return told(
        api.POST('/api/v1/incidents', {
          body: {
            title: title.trim(),
            ...(at !== undefined && { detected: at }),
            ...(shard !== undefined && { entry: { shard, seq: Number(seq) } }),
          },
        }),
      )
    },
    onSuccess: (incident) => {
      keepIncident(incident)
      void navigate({ to: '/incidents/$incident', params: { incident: incident.id } })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    open.mutate()
  }
  return (
    <form onSubmit={submit}>
      {entry !== undefined && <p className="small">{say('opening.entry', { entry })}</p>}
      <Field label={say('what')} help={say('what.help')}>
        {(tied) => (
          <input
            {...tied}
            type="text"
            required
            maxLength={200}
            value={title}
            onChange={({ target }) => setTitle(target.value)}
          />
        )}
      </Field>
      <Field label={say('detected')} help={say('detected.help')}>
        {(tied) => (
          <input
            {...tied}
            type="datetime-local"
            max={localOf(Date.now())}
            value={detected}
            onChange={({ target }) => setDetected(target.value)}
          />
        )}
      </Field>
      {open.error && <Refusal error={open.error} />}
      <button type="submit" className="main" disabled={title.trim() === '' || open.isPending}>
        {say('opening.do')}
      </button>
    </form>
  )
}
