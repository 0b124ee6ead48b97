import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { components } from '../../api.ts'
import { api, told } from '../../client.ts'
import { dayOf } from '../../format.ts'
import { Field } from '../../parts/field.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { hasRole, queries, useMe } from '../../session.ts'
import { useNames } from '../request/words.ts'
import { useReviewWords } from './words.ts'

interface Person {
  readonly issuer: string
  readonly subject: string
}

type Kind = components['schemas']['ProofAsked']['proof']

/** The proofs of one person, looked up when somebody opens them. */
export function Proofs({ person }: { readonly person: Person }) {
  const say = useReviewWords()
  const [isOpen, setOpen] = useState(false)
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{say('proofs')}</summary>
      {isOpen && <Held person={person} />}
    </details>
  )
}

function Held({ person }: { readonly person: Person }) {
  const say = useReviewWords()
  const named = useNames()
  const me = useMe()
  const { data, error } = useQuery({
    queryKey: ['proofs', person.issuer, person.subject],
    queryFn: () => told(api.GET('/api/v1/proofs', { params: { query: person } })),
  })
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return null
  const kinds: readonly Kind[] = [
    ...(hasRole(me, 'registrar') ? (['training', 'affiliation'] as const) : []),
    ...(hasRole(me, 'manager') ? (['review'] as const) : []),
  ]
  return (
    <>
      <ul className="plain">
        {Object.entries(data.standing).map(([kind, until]) => (
          <li key={kind}>{say('proof-until', { proof: named('code', kind), day: dayOf(until) })}</li>
        ))}
      </ul>
      {kinds.length > 0 && <Recording person={person} kinds={kinds} version={data.inForce.training} />}
    </>
  )
}

interface RecordingProps {
  readonly person: Person
  readonly kinds: readonly Kind[]
  /** Of the training that is in force. */
  readonly version: string
}

function Recording({ person, kinds, version }: RecordingProps) {
  const say = useReviewWords()
  const named = useNames()
  const [proof, setProof] = useState<Kind | undefined>(kinds[0])
  const [until, setUntil] = useState('')
  const recording = useMutation({
    mutationFn: (kind: Kind) =>
      told(
        api.POST('/api/v1/proofs', {
          body: {
            ...{ person, proof: kind },
            ...(kind === 'training' && { version }),
            ...(kind === 'affiliation' && { until }),
          },
        }),
      ),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['proofs'] }),
        queries.invalidateQueries({ queryKey: ['requests'] }),
      ]),
  })
  const send = (event: FormEvent) => {
    event.preventDefault()
    if (proof !== undefined) recording.mutate(proof)
  }
  return (
    <form onSubmit={send}>
      <Field label={say('proof')}>
        {(tied) => (
          <select
            {...tied}
            value={proof}
            onChange={({ target }) => setProof(kinds.find((one) => one === target.value))}
          >
            {kinds.map((kind) => (
              <option key={kind} value={kind}>
                {named('code', kind)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {proof === 'affiliation' && (
        <Field label={say('proof-last-day')}>
          {(tied) => (
            <input
              {...tied}
              type="date"
              required
              value={until}
              onChange={({ target }) => setUntil(target.value)}
            />
          )}
        </Field>
      )}
      {recording.error && <Refusal error={recording.error} />}
      <p role="status" className="small">
        {recording.data ? say('proof-done', { day: dayOf(recording.data.until) }) : ''}
      </p>
      <button type="submit" disabled={recording.isPending}>
        {say('proof-record')}
      </button>
    </form>
  )
}
