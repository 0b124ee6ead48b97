/** The register of violations of personal data (GDPR 33(5), SEC-INC-2): every incident detected in the period, as it stands now. Pure. */
import { isoInstant } from '../../kernel/clock.ts'
import type { Language } from '../../kernel/text.ts'
import { type Incident, type IncidentClock, incidentClocks, type RunningClock } from '../incident.ts'
import { clocksAt, incidentsOf, type ReportFacts, wordsOf } from './facts.ts'
import type { Cell, Section } from './report.ts'

export function violations(facts: ReportFacts): readonly Section[] {
  const found = incidentsOf(facts)
  const late = found.filter((one) => clocksAt(facts, one).some((clock) => clock.late))
  return [
    {
      key: 'incidents',
      fields: {
        incidents: found.length,
        open: found.filter(({ closed }) => closed === undefined).length,
        late: late.length,
      },
    },
    {
      key: 'violations',
      columns: [
        ...['incident', 'title', 'detected', 'project', 'kinds', 'nature', 'personsTouched', 'records'],
        ...['effects', 'remedies', ...incidentClocks, 'personsTold', 'closed'],
      ],
      rows: found.map((one) => violation(one, facts)),
    },
  ]
}

/** What nobody has written yet is to be completed. */
function violation(one: Incident, facts: ReportFacts): readonly Cell[] {
  const { id, title, detectedAt, project = '', facts: told, persons, closed } = one
  const { language } = facts
  const word = wordsOf(language)
  const clocks = clocksAt(facts, one)
  return [
    ...[id, title, isoInstant(detectedAt), project],
    told === undefined ? null : told.kinds.map((kind) => word(`breach.${kind}`)).join(' ; '),
    ...[told?.nature ?? null, told?.persons ?? null, told?.records ?? null],
    ...[told?.effects ?? null, told?.measures ?? null],
    ...incidentClocks.map((clock) => noticeCell(clocks, clock, language)),
    persons === undefined ? null : `${word(`persons.${persons.decision}`)} : ${persons.reason}`,
    closed === undefined ? '' : isoInstant(closed.at),
  ]
}

function noticeCell(clocks: readonly RunningClock[], clock: IncidentClock, language: Language): Cell {
  const notice = clocks.find(({ id }) => id === clock)?.notice
  if (notice === undefined) return null
  const { answer, at, text, delay } = notice
  const said = `${wordsOf(language)(`notice.${answer}`)}, ${isoInstant(at)} : ${text}`
  return delay === undefined ? said : `${said} (${delay})`
}
