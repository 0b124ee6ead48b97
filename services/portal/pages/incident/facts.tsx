import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, told } from '../../client.ts'
import { type Incident, keepIncident } from '../../incidents.ts'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { useWords } from '../incidents/words.ts'
import { LongText } from './long-text.tsx'

interface FactsProps {
  readonly incident: Incident
  readonly isOpen: boolean
}

type Kept = NonNullable<Incident['facts']>
type Kind = Kept['kinds'][number]

const kinds = ['confidentiality', 'integrity', 'availability'] as const
const texts = ['nature', 'persons', 'records', 'effects', 'measures'] as const
const nothing: Kept = { kinds: [], nature: '', persons: '', records: '', effects: '', measures: '' }

/** What GDPR 33(5) wants kept. */
export function Facts({ incident, isOpen }: FactsProps) {
  const say = useWords()
  const { facts } = incident
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">{say('facts')}</h2>
      <p className="small">{say('facts.what')}</p>
      {facts && <Written facts={facts} />}
      {!facts && !isOpen && <p className="empty">{say('facts.none')}</p>}
      {isOpen && (
        <details className="unfold" open={facts === undefined}>
          <summary>{say(facts ? 'facts.change' : 'facts.write')}</summary>
          <FactsForm id={incident.id} facts={facts ?? nothing} />
        </details>
      )}
    </section>
  )
}

function Written({ facts }: { readonly facts: Kept }) {
  const say = useWords()
  return (
    <dl className="facts">
      <dt>{say('kinds')}</dt>
      <dd>
        {facts.kinds.map((kind) => (
          <Mark key={kind} tone="plain">
            {say(`kind.${kind}`)}
          </Mark>
        ))}
      </dd>
      {texts.map((name) => (
        <div key={name}>
          <dt>{say(`fact.${name}`)}</dt>
          <dd className="said">{facts[name]}</dd>
        </div>
      ))}
    </dl>
  )
}

function FactsForm({ id, facts }: { readonly id: string; readonly facts: Kept }) {
  const say = useWords()
  const [written, setWritten] = useState(facts)
  const describe = useMutation({
    mutationFn: () =>
      told(api.PUT('/api/v1/incidents/{id}/facts', { params: { path: { id } }, body: written })),
    onSuccess: keepIncident,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    describe.mutate()
  }
  const toggle = (kind: Kind) =>
    setWritten({ ...written, kinds: kinds.filter((one) => written.kinds.includes(one) !== (one === kind)) })
  const isWhole = written.kinds.length > 0 && texts.every((name) => written[name].trim() !== '')
  return (
    <form onSubmit={submit}>
      <fieldset>
        <legend>{say('kinds')}</legend>
        {kinds.map((kind) => (
          <label key={kind} className="choice">
            <input type="checkbox" checked={written.kinds.includes(kind)} onChange={() => toggle(kind)} />{' '}
            {say(`kind.${kind}`)}
          </label>
        ))}
      </fieldset>
      {texts.map((name) => (
        <LongText
          key={name}
          label={say(`fact.${name}`)}
          help={say(`fact.${name}.help`)}
          value={written[name]}
          isRequired
          onWrite={(text) => setWritten({ ...written, [name]: text })}
        />
      ))}
      {describe.error && <Refusal error={describe.error} />}
      <button type="submit" disabled={!isWhole || describe.isPending}>
        {say('facts.record')}
      </button>
    </form>
  )
}
