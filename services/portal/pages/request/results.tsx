/** What a project hands in for the public: its results, and publications. */
import { type FormEvent, useState } from 'react'
import { dayOf } from '../../format.ts'
import { Field } from '../../parts/field.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { type HabilitationRequest, useAct } from '../../requests.ts'
import { useRequestWords } from './words.ts'

interface ResultsProps {
  readonly request: HabilitationRequest
}

/** What was handed in, and the form where the API offers it; nothing where there is neither. */
export function Results({ request }: ResultsProps) {
  const say = useRequestWords()
  const { results, offered, id } = request
  const isOffered = offered.includes('results')
  if (results.length === 0 && !isOffered) return null
  return (
    <section aria-labelledby="results">
      <h2 id="results">{say('results')}</h2>
      <p className="small">
        {say('results-what')} <a href={`/transparence/${id}`}>{say('results-public')}</a>
      </p>
      <ul>
        {results.map(({ kind, title, summary, link, at }) => (
          <li key={`${at} ${link}`}>
            <strong>{title}</strong> ({say(`results-kind.${kind}`)}, {dayOf(at)})
            <br />
            {summary}
            <br />
            <span className="small">{link}</span>
          </li>
        ))}
      </ul>
      {isOffered && (
        <details>
          <summary>{say('results-hand-in')}</summary>
          <HandingIn key={results.length} id={id} />
        </details>
      )}
    </section>
  )
}

const kinds = ['results', 'publication'] as const

function HandingIn({ id }: { readonly id: string }) {
  const say = useRequestWords()
  const act = useAct(id)
  const [kind, setKind] = useState<(typeof kinds)[number]>('results')
  const [written, setWritten] = useState({ title: '', summary: '', link: '' })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    act.mutate({ act: 'results', body: { kind, ...written, link: written.link.trim() } })
  }
  const change = (name: keyof typeof written) => (value: string) => setWritten({ ...written, [name]: value })
  return (
    <form onSubmit={submit}>
      <Field label={say('results-kind')} help={say('results-kind-help')}>
        {(tied) => (
          <select
            {...tied}
            value={kind}
            onChange={({ target }) => setKind(kinds.find((one) => one === target.value) ?? 'results')}
          >
            {kinds.map((one) => (
              <option key={one} value={one}>
                {say(`results-kind.${one}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={say('results-title')}>
        {(tied) => (
          <input
            {...tied}
            type="text"
            required
            maxLength={300}
            value={written.title}
            onChange={({ target }) => change('title')(target.value)}
          />
        )}
      </Field>
      <Field label={say('results-link')} help={say('results-link-help')}>
        {(tied) => (
          <input
            {...tied}
            type="text"
            required
            maxLength={500}
            value={written.link}
            onChange={({ target }) => change('link')(target.value)}
          />
        )}
      </Field>
      <Field label={say('results-summary')} help={say('results-summary-help')}>
        {(tied) => (
          <textarea
            {...tied}
            rows={4}
            required
            maxLength={5000}
            value={written.summary}
            onChange={({ target }) => change('summary')(target.value)}
          />
        )}
      </Field>
      {act.error && <Refusal error={act.error} />}
      <button
        type="submit"
        disabled={act.isPending || Object.values(written).some((text) => text.trim() === '')}
      >
        {say('results-publish')}
      </button>
    </form>
  )
}
