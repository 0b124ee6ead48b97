import { Link } from '@tanstack/react-router'
import { dayOf, momentOf } from '../../format.ts'
import { type Incident, type IncidentClock, nextClock } from '../../incidents.ts'
import { Mark } from '../../parts/mark.tsx'
import { useWords } from './words.ts'

interface ListProps {
  readonly incidents: readonly Incident[]
}

/** Each with the clock that runs out first. */
export function IncidentList({ incidents }: ListProps) {
  const say = useWords()
  return (
    <ul className="incidents">
      {incidents.map((incident) => {
        const { id, title, detected, closed } = incident
        return (
          <li key={id} className="card">
            <p className="incident-title">
              <Link to="/incidents/$incident" params={{ incident: id }}>
                {title}
              </Link>
            </p>
            <p className="small">
              {id} · {say('detected.on', { when: momentOf(detected) })}
            </p>
            {closed === undefined ? (
              <Next incident={incident} />
            ) : (
              <Mark tone="good">{say('closed.on', { day: dayOf(closed) })}</Mark>
            )}
          </li>
        )
      })}
    </ul>
  )
}

function Next({ incident }: { readonly incident: Incident }) {
  const say = useWords()
  const next = nextClock(incident)
  if (next === undefined) return <Mark tone="wait">{say('all-answered')}</Mark>
  return <Due clock={next} />
}

/** What a clock waits for and until when; red once it has run out. */
function Due({ clock: { id, dueAt, late } }: { readonly clock: IncidentClock }) {
  const say = useWords()
  const said = { clock: say(`clock.${id}`), when: momentOf(dueAt) }
  return <Mark tone={late ? 'bad' : 'warn'}>{say(late ? 'due.late' : 'due', said)}</Mark>
}
