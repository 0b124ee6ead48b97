import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { dayOf } from '../../format.ts'
import { type HeldLine, type HeldRequest, heldRequestsQuery } from '../../holdings.ts'
import { Mark, type Tone } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { usePurposeName } from '../../projects.ts'
import { words } from '../../text.ts'
import en from '../../words/holdings.en.json' with { type: 'json' }
import fr from '../../words/holdings.fr.json' with { type: 'json' }
import { type Act, type LineAct, LineDialog } from './line-dialog.tsx'

const useWords = words('holdings', { fr, en })

const tones: Readonly<Record<HeldLine['state'], Tone>> = {
  pending: 'wait',
  countersigned: 'good',
  declined: 'plain',
  open: 'good',
  suspended: 'warn',
  closed: 'bad',
}

/** The lines on one's own data, with what their holder may do now: sign, stop, take back. */
export function Lines() {
  const say = useWords()
  const [act, setAct] = useState<LineAct>()
  const { data, error } = useQuery(heldRequestsQuery)
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  if (data.length === 0) return <p className="empty">{say('lines.none')}</p>
  return (
    <>
      <ul className="cards lines">
        {data.flatMap((request) =>
          request.lines.map((line) => (
            <LineCard
              key={`${request.id} ${line.dataset}`}
              request={request}
              line={line}
              onAct={(kind) => setAct({ kind, request, line })}
            />
          )),
        )}
      </ul>
      <LineDialog act={act} onClose={() => setAct(undefined)} />
    </>
  )
}

interface CardProps {
  readonly request: HeldRequest
  readonly line: HeldLine
  readonly onAct: (act: Act) => void
}

function LineCard({ request, line, onAct }: CardProps) {
  const say = useWords()
  const nameOf = usePurposeName()
  const { id, title, projectId, purposes = [], accessPeriod, suspensions } = request
  const stop = suspensions.find((one) => one.line === line.dataset)
  return (
    <li className="card">
      <h3>{title}</h3>
      <p className="small">
        <a href={`/requests/${id}`}>{projectId ?? id}</a>
      </p>
      <p>
        <code>{line.dataset}</code> · <Mark tone={tones[line.state]}>{say(`line.${line.state}`)}</Mark>
      </p>
      <p>{say('purposes', { purposes: purposes.map(nameOf).join(', ') })}</p>
      {accessPeriod && (
        <p>{say('access', { from: dayOf(accessPeriod.from), until: dayOf(accessPeriod.until) })}</p>
      )}
      {stop && <p className="notice">{say('stopped', { day: dayOf(stop.at), reason: stop.reason })}</p>}
      <p className="actions">
        {line.state === 'pending' && (
          <a className="button" href={`/requests/${id}`}>
            {say('sign')}
          </a>
        )}
        {actsOf(request, line).map((kind) => (
          <button key={kind} type="button" className="grave" onClick={() => onAct(kind)}>
            {say(`act.${kind}`)}
            <span className="unseen"> : {title}</span>
          </button>
        ))}
      </p>
    </li>
  )
}

/** What the API offers, of it what fits the line. */
function actsOf({ offered }: HeldRequest, { state }: HeldLine): readonly Act[] {
  const fitting: readonly Act[] =
    state === 'open' ? ['suspension', 'recall'] : state === 'suspended' ? ['recall'] : []
  return fitting.filter((one) => offered.includes(one))
}
