/** What the workshop says where nothing can be asked: not yet, not now, or no more. */
import type { components } from '../../api.ts'
import { numberOf } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import { type KeyOf, words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }

const useWords = words('workshop', { fr, en })

type Project = components['schemas']['Project']

const told: Readonly<Record<string, KeyOf<typeof fr>>> = {
  suspended: 'status.suspended',
  revocation_noticed: 'status.revocation_noticed',
  expired: 'status.expired',
  revoked: 'status.revoked',
  renounced: 'status.renounced',
  closing: 'status.closed',
  closed: 'status.closed',
}

interface StatusProps {
  readonly status: string
  readonly project: string
}

export function NotActive({ status, project }: StatusProps) {
  const say = useWords()
  return (
    <p className="notice">
      <Mark tone="warn">{say(told[status] ?? 'status.other')}</Mark> {say('status.meanwhile')}{' '}
      <a href={`/projects/${project}`}>{say('status.project')}</a>
    </p>
  )
}

export function Ended({ status, project }: StatusProps) {
  const say = useWords()
  return (
    <p className="notice">
      <Mark tone="bad">{say(told[status] ?? 'status.other')}</Mark> {say('status.ended')}{' '}
      <a href={`/projects/${project}`}>{say('status.project')}</a>
    </p>
  )
}

/** The extract is sealed line by line. */
export function Preparing({ project: { bulle } }: { readonly project: Project }) {
  const say = useWords()
  const { progress, tables } = bulle
  const step = progress?.step
  return (
    <section className="notice" aria-label={say('preparing')}>
      <h2>{say('preparing')}</h2>
      <p>{say('preparing.lead')}</p>
      <ol className="steps">
        <li>
          <Mark tone={step === 'seal' ? 'good' : 'wait'}>{say('preparing.queued')}</Mark>
        </li>
        <li>
          <Mark tone={step === 'seal' ? 'wait' : 'plain'}>
            {say('preparing.seal', { dataset: progress?.dataset ?? '' })}
          </Mark>
          {tables.length > 0 && (
            <span className="small"> {say('preparing.tables', { count: tables.length })}</span>
          )}
        </li>
        <li>
          <Mark tone="plain">{say('preparing.ready')}</Mark>
        </li>
      </ol>
      <p role="status" className="small">
        {progress?.secondsLeft !== undefined
          ? say('preparing.left', { seconds: numberOf(progress.secondsLeft) })
          : step === undefined
            ? say('preparing.waits')
            : ''}
      </p>
    </section>
  )
}
