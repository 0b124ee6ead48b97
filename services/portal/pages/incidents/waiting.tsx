import { useQuery } from '@tanstack/react-query'
import { type Incident, incidentsQuery, nextClock } from '../../incidents.ts'
import { IncidentList } from './list.tsx'
import { useWords } from './words.ts'
import '../incidents.css'

/** Incidents that are open, before whatever else waits; nothing where there are none. */
export function OpenIncidents({ incidents }: { readonly incidents: readonly Incident[] }) {
  const say = useWords()
  if (incidents.length === 0) return null
  return (
    <section aria-labelledby="incidents">
      <h2 id="incidents">{say('inbox', { count: incidents.length })}</h2>
      <IncidentList incidents={[...incidents].sort(byEnd)} />
    </section>
  )
}

/** To the authority: the incidents of which a clock ran out without an answer. */
export function LateIncidents() {
  const say = useWords()
  const { data } = useQuery(incidentsQuery)
  const late = data?.filter(({ clocks }) => clocks.some((clock) => clock.late && clock.notice === undefined))
  if (late === undefined || late.length === 0) return null
  return (
    <section aria-labelledby="late-incidents">
      <h2 id="late-incidents">{say('late')}</h2>
      <IncidentList incidents={late} />
    </section>
  )
}

/** The one whose clock runs out first before the others; those without any last. */
function byEnd(a: Incident, b: Incident): number {
  const endOf = (one: Incident) => nextClock(one)?.dueAt ?? '~'
  return endOf(a).localeCompare(endOf(b))
}
