import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api, told } from '../../client.ts'
import type { AuditSearch } from '../../dpo-search.ts'
import { dayOf, numberOf } from '../../format.ts'
import { Field } from '../../parts/field.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import type { ReviewFinding } from '../../reviews.ts'
import { queries } from '../../session.ts'
import type { KeyOf } from '../../text.ts'
import type fr from '../../words/inbox.fr.json'
import { useWords } from './words.ts'

interface FindingProps {
  readonly finding: ReviewFinding
}

/** One finding: its sentence, the entries behind it, its closing. */
export function Finding({ finding }: FindingProps) {
  const say = useWords()
  const { sentence, family, found, state, conclusion, closed, closedBy } = finding
  return (
    <li className="card">
      <p className="finding">{sentence}</p>
      <p className="small">
        {family} · {say(`family.${family}` as KeyOf<typeof fr>)} · {say('found', { day: dayOf(found) })}{' '}
        {state === 'open' ? (
          <Mark tone="warn">{say('state.open')}</Mark>
        ) : (
          <Mark tone="good">
            {say('closed.by', {
              day: closed === undefined ? '–' : dayOf(closed),
              by: closedBy ?? '–',
              conclusion: conclusion === undefined ? '–' : say(conclusion),
            })}
          </Mark>
        )}
      </p>
      {conclusion === 'incident' && (
        <p>
          <Link to="/incidents">{say('incident.see')}</Link>
        </p>
      )}
      <Evidence finding={finding} />
      {state === 'open' && (
        <details>
          <summary>{say('close')}</summary>
          <Closing finding={finding} />
        </details>
      )}
    </li>
  )
}

const shownEntries = 8

function Evidence({ finding: { entries, actor, project, dataset, day, id } }: FindingProps) {
  const say = useWords()
  const month = id.slice(0, 7)
  const around: AuditSearch = {
    ...(actor !== undefined && { actor }),
    ...(project !== undefined && { project }),
    ...(dataset !== undefined && { dataset }),
    from: day ?? `${month}-01`,
    ...(day !== undefined && { to: day }),
  }
  const rest = entries.length - shownEntries
  return (
    <p className="evidence">
      <span className="small">{say('entries')}</span>{' '}
      {entries.slice(0, shownEntries).map(({ shard, seq }) => (
        <Link key={`${shard}/${seq}`} to="/audit" search={{ ...around, entry: `${shard}/${seq}` }}>
          {shard}/{seq}
        </Link>
      ))}{' '}
      {rest > 0 && <span className="small">{say('more', { n: numberOf(rest) })}</span>}{' '}
      <Link to="/audit" search={around}>
        {say('all')}
      </Link>
    </p>
  )
}

const conclusions = ['explained', 'corrected', 'incident', 'mistaken'] as const

function Closing({ finding }: FindingProps) {
  const say = useWords()
  const [conclusion, setConclusion] = useState<(typeof conclusions)[number]>()
  const [reason, setReason] = useState('')
  const close = useMutation({
    mutationFn: async () => {
      const [month = '', family = '', detector = '', key = ''] = finding.id.split('/')
      if (conclusion === undefined) return
      await told(
        api.POST('/api/v1/reviews/{month}/findings/{family}/{detector}/{key}/closing', {
          params: { path: { month, family, detector, key } },
          body: { conclusion, reason: reason.trim() },
        }),
      )
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['reviews'] }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    close.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Field label={say('conclusion')} {...(conclusion === 'incident' && { help: say('incident.help') })}>
        {(tied) => (
          <select
            {...tied}
            required
            value={conclusion ?? ''}
            onChange={({ target }) => setConclusion(conclusions.find((one) => one === target.value))}
          >
            <option value="">{say('choose')}</option>
            {conclusions.map((one) => (
              <option key={one} value={one}>
                {say(one)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={say('reason')} help={say('reason.help')}>
        {(tied) => (
          <textarea
            {...tied}
            rows={2}
            required
            maxLength={2000}
            value={reason}
            onChange={({ target }) => setReason(target.value)}
          />
        )}
      </Field>
      {close.error && <Refusal error={close.error} />}
      <button
        type="submit"
        className="main"
        disabled={conclusion === undefined || reason.trim() === '' || close.isPending}
      >
        {say('confirm')}
      </button>
    </form>
  )
}
