import { useMutation } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import type { components } from '../../api.ts'
import { Field } from '../../parts/field.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { queries } from '../../session.ts'
import { words } from '../../text.ts'
import { type CreatedToken, createToken } from '../../tokens.ts'
import en from '../../words/connections.en.json' with { type: 'json' }
import fr from '../../words/connections.fr.json' with { type: 'json' }

const useWords = words('connections', { fr, en })

interface CreateProps {
  readonly projects: readonly components['schemas']['Project'][]
  readonly onCreated: (token: CreatedToken) => void
}

/** The lives that a token may be given; four hours unless one says so. */
const lives = [1, 2, 4, 8, 12] as const

export function CreateToken({ projects, onCreated }: CreateProps) {
  const say = useWords()
  const { project: wanted } = useSearch({ strict: false }) as { project?: string }
  const first = projects.find(({ id }) => id === wanted) ?? projects[0]
  const [id, setId] = useState(first?.id ?? '')
  const project = projects.find((one) => one.id === id)
  const create = useMutation({
    mutationFn: createToken,
    onSuccess: async (token) => {
      onCreated(token)
      await queries.invalidateQueries({ queryKey: ['tokens'] })
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? '')
    create.mutate({
      project: id,
      purpose: text('purpose'),
      hours: Number(text('hours')),
      label: text('label'),
    })
  }
  return (
    <form onSubmit={submit} className="token-form">
      <Field label={say('project')}>
        {(tied) => (
          <select {...tied} value={id} onChange={({ target }) => setId(target.value)}>
            {projects.map((one) => (
              <option key={one.id} value={one.id}>
                {one.title}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={say('purpose')} help={say('purpose.help')}>
        {(tied) => (
          <select {...tied} name="purpose">
            {project?.purposes.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
      </Field>
      <Field label={say('hours')} help={say('hours.help')}>
        {(tied) => (
          <select {...tied} name="hours" defaultValue={4}>
            {lives.map((one) => (
              <option key={one} value={one}>
                {say('hours.count', { count: one })}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={say('label')} help={say('label.help')}>
        {(tied) => <input {...tied} name="label" maxLength={80} autoComplete="off" />}
      </Field>
      <p>
        <button type="submit" className="main" disabled={create.isPending}>
          {say('create.act')}
        </button>
      </p>
      {create.error && <Refusal error={create.error} />}
    </form>
  )
}
