import { useQuery } from '@tanstack/react-query'
import { dayOf, numberOf } from '../../format.ts'
import { projectUseQuery } from '../../project-work.ts'
import { useProjectWords } from './words.ts'

const radius = 15
const around = 2 * Math.PI * radius

/** What is used of the questions of the day, for all members together: a ring beside its numbers. Nothing where none is limited. */
export function Quota({ project }: { readonly project: string }) {
  const say = useProjectWords()
  const { data } = useQuery(projectUseQuery(project))
  if (!data) return null
  const { used, granted, day } = data.queries
  if (used === null || granted === null) return null
  const places = { used: numberOf(used), granted: numberOf(granted), day: dayOf(`${day}T12:00:00Z`) }
  return (
    <div className={used < granted ? 'quota' : 'quota spent'}>
      <svg viewBox="0 0 40 40" width="64" height="64" aria-hidden="true">
        <circle cx="20" cy="20" r={radius} className="granted" />
        <circle
          cx="20"
          cy="20"
          r={radius}
          className="used"
          strokeDasharray={`${around * Math.min(1, used / granted)} ${around}`}
          transform="rotate(-90 20 20)"
        />
      </svg>
      <p>
        <strong>{say('quota', places)}</strong>
        <span className="meaning">{say(used < granted ? 'quota-help' : 'quota-spent')}</span>
      </p>
    </div>
  )
}
