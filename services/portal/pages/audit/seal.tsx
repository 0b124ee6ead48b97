import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, told } from '../../client.ts'
import { numberOf, sinceOf } from '../../format.ts'
import { type AuditVerification, followedVerification, verificationQuery } from '../../log.ts'
import { LongWork } from '../../parts/long-work.tsx'
import { Mark, type Tone } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { queries } from '../../session.ts'
import { words } from '../../text.ts'
import en from '../../words/seal.en.json' with { type: 'json' }
import fr from '../../words/seal.fr.json' with { type: 'json' }
import './seal.css'

const useWords = words('seal', { fr, en })

type Last = NonNullable<AuditVerification['last']>

const tones: Readonly<Record<Last['status'], Tone>> = {
  intact: 'good',
  tampered: 'bad',
  stale: 'warn',
  unverifiable: 'warn',
}

interface SealProps {
  /** The page that it stands on has read the verdict already. */
  readonly isFilled?: boolean
}

/** Whether nothing in the log was changed: what the last verification said, and the button of the next. */
export function Seal({ isFilled = false }: SealProps) {
  const say = useWords()
  const { data, error } = useQuery({ ...verificationQuery, refetchOnMount: !isFilled })
  const begin = useMutation({
    mutationFn: () => told(api.POST('/api/v1/audit/verification')),
    onSuccess: (state) => queries.setQueryData(verificationQuery.queryKey, state),
  })
  const isRunning = Boolean(data?.running)
  return (
    <section className={`seal ${data?.last?.status ?? ''}`} aria-labelledby="seal">
      <h2 id="seal">{say('title')}</h2>
      <div className="seal-line">
        <div role="status">
          {data?.running ? <Running running={data.running} /> : data && <Verdict last={data.last} />}
        </div>
        <button type="button" className="main" disabled={isRunning} onClick={() => begin.mutate()}>
          {say(isRunning ? 'running' : 'verify')}
        </button>
      </div>
      <LongWork
        name={say('work')}
        isRunning={isRunning}
        share={data?.running ? shareOf(data.running) : undefined}
        followed={followedVerification}
      />
      {data?.last?.status === 'tampered' && !isRunning && <Damage last={data.last} />}
      {(begin.error ?? error) && <Refusal error={begin.error ?? error} takesFocus={false} />}
    </section>
  )
}

function shareOf({ entries, total }: NonNullable<AuditVerification['running']>): number | undefined {
  return total > 0 ? Math.min(1, entries / total) : undefined
}

function Running({ running }: { readonly running: NonNullable<AuditVerification['running']> }) {
  const say = useWords()
  const { entries, total, since } = running
  const seconds = Math.max(1, (Date.now() - new Date(since).getTime()) / 1000)
  return (
    <>
      <Mark tone="wait">{say('running')}</Mark>
      <br />
      <progress aria-label={say('running')} {...(total > 0 && { value: entries, max: total })} />
      {total > 0 && (
        <span className="small">
          {' '}
          {say('progress', {
            count: entries,
            total: numberOf(total),
            rate: numberOf(Math.round(entries / seconds)),
          })}
        </span>
      )}
    </>
  )
}

function Verdict({ last }: { readonly last: Last | null }) {
  const say = useWords()
  if (last === null) return <Mark tone="plain">{say('never')}</Mark>
  const { status, entries, at, by, ms } = last
  return (
    <>
      <strong>
        <Mark tone={tones[status]}>{say(status, { last: numberOf(Math.max(0, entries - 1)) })}</Mark>
      </strong>
      <br />
      <span className="small">
        {say('when', {
          since: sinceOf(at),
          by: by ?? '–',
          entries: numberOf(entries),
          seconds: numberOf(ms / 1000, 1),
        })}
      </span>
    </>
  )
}

function Damage({ last: { bad } }: { readonly last: Last }) {
  const say = useWords()
  return (
    <div className="damage" role="alert">
      {bad && (
        <p>
          <strong>
            {bad.of === undefined ? say('bad.file', { ...bad, of: '' }) : say('bad', { ...bad, of: bad.of })}
          </strong>{' '}
          {bad.of !== undefined && (
            <Link to="/audit" search={{ entry: `${bad.shard}/${bad.of}` }}>
              {say('bad.open')}
            </Link>
          )}
        </p>
      )}
      <p>{say('bad.todo')}</p>
    </div>
  )
}
