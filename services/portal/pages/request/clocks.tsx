import { dayOf, daysUntil, sinceOf } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import type { HabilitationRequest } from '../../requests.ts'
import { useNames, useRequestWords } from './words.ts'

/** The legal clocks that run, each with the day on which it ends. */
export function Clocks({ clocks }: Pick<HabilitationRequest, 'clocks'>) {
  const say = useRequestWords()
  const named = useNames()
  if (clocks.length === 0) return null
  return (
    <ul className="clocks">
      {clocks.map(({ id, dueAt, late, suspendedAt }) => (
        <li key={id}>
          <span>{named('clock', id)}</span>
          <span>
            {suspendedAt !== undefined ? (
              <Mark tone="wait">{say('clock-stopped', { day: dayOf(suspendedAt) })}</Mark>
            ) : (
              <Mark tone={late ? 'bad' : daysUntil(dueAt) <= 7 ? 'warn' : 'plain'}>
                {say(late ? 'clock-late' : 'clock-due', { day: dayOf(dueAt), since: sinceOf(dueAt) })}
              </Mark>
            )}
          </span>
        </li>
      ))}
    </ul>
  )
}
