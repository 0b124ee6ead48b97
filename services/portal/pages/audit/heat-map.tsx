import { Link } from '@tanstack/react-router'
import { addDays, daysBetween, weekday } from '../../days.ts'
import { type AuditSearch, narrowed } from '../../dpo-search.ts'
import { dayOf, numberOf } from '../../format.ts'
import { type AuditStatistics, figuredPeriod } from '../../log.ts'
import { language } from '../../text.ts'
import { useWords } from './words.ts'

interface HeatMapProps {
  readonly search: AuditSearch
  readonly days: AuditStatistics['days']
}

interface Day {
  readonly day: string
  readonly total: number
  readonly refused: number
}

const step = 14
const side = 11
const top = 16
/** Wider than a year nothing could be told apart. */
const mostDays = 53 * 7

/** A column per week and a row per day of it; the same figures stand in a table below. */
export function HeatMap({ search, days }: HeatMapProps) {
  const say = useWords()
  const [first, last] = figuredPeriod(search)
  const counted = countedDays(days)
  const total = sum(counted, ({ total }) => total)
  const refused = sum(counted, ({ refused }) => refused)
  const words = say('activity.sum', { count: total, refused: numberOf(refused) })
  const period = say('activity.of', { from: dayOf(`${first}T12:00:00Z`), to: dayOf(`${last}T12:00:00Z`) })
  return (
    <section aria-labelledby="activity">
      <h2 id="activity">{say('activity')}</h2>
      <p className="small">
        {period} : {words}
      </p>
      <Weeks first={first} last={last} days={counted} name={`${say('activity')}. ${period} : ${words}`} />
      <p className="small heat-legend" aria-hidden="true">
        {say('activity.less')}{' '}
        {[0, 1, 2, 3, 4].map((level) => (
          <span key={level} className={`heat-swatch level-${level}`} />
        ))}{' '}
        {say('activity.more')} · <span className="refusal-dot">●</span> {say('activity.refusal')}
      </p>
      <Table days={counted} search={search} />
    </section>
  )
}

interface WeeksProps {
  readonly first: string
  readonly last: string
  readonly days: readonly Day[]
  readonly name: string
}

function Weeks({ first, last, days, name }: WeeksProps) {
  const earliest = addDays(last, 1 - mostDays)
  const from = first < earliest ? earliest : first
  const monday = addDays(from, -weekday(from))
  const known = new Map(days.map((one) => [one.day, one]))
  const most = Math.max(1, ...days.map(({ total }) => total))
  const cells = daysBetween(monday, last).map((day, i) => {
    return { day, x: Math.floor(i / 7) * step, y: top + (i % 7) * step, found: known.get(day) }
  })
  const width = Math.max(step * 8, (cells.at(-1)?.x ?? 0) + step)
  return (
    <svg className="heat-map" viewBox={`0 0 ${width} ${top + 7 * step}`} role="img" aria-label={name}>
      {cells
        .filter(({ day }) => /-0[1-7]$/.test(day) && weekday(day) === 0)
        .map(({ day, x }) => (
          <text key={day} x={x} y={top - 5}>
            {monthOf(day)}
          </text>
        ))}
      {cells
        .filter(({ day }) => day >= from)
        .map(({ day, x, y, found }) => {
          const place = { x, y, width: side, height: side, rx: 2 }
          if (!found) return <rect key={day} className="heat level-0" {...place} />
          return (
            <g key={day}>
              <rect className={`heat level-${levelOf(found.total, most)}`} {...place}>
                <title>{`${dayOf(`${day}T12:00:00Z`)} : ${numberOf(found.total)}`}</title>
              </rect>
              {found.refused > 0 && (
                <circle className="refusal-dot" cx={x + side / 2} cy={y + side / 2} r="2.2" />
              )}
            </g>
          )
        })}
    </svg>
  )
}

/** 1 to 4, by the size of the number rather than the number: one busy day does not hide the others. */
function levelOf(total: number, most: number): number {
  return Math.max(1, Math.ceil((4 * Math.log1p(total)) / Math.log1p(most)))
}

function monthOf(day: string): string {
  return new Intl.DateTimeFormat(language(), { month: 'short', timeZone: 'UTC' }).format(new Date(day))
}

function Table({ days, search }: Pick<HeatMapProps, 'search'> & { readonly days: readonly Day[] }) {
  const say = useWords()
  return (
    <details>
      <summary>{say('activity.table')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{say('day')}</th>
            <th scope="col" className="number">
              {say('entries')}
            </th>
            <th scope="col" className="number">
              {say('refusals')}
            </th>
          </tr>
        </thead>
        <tbody>
          {[...days].reverse().map(({ day, total, refused }) => (
            <tr key={day}>
              <th scope="row">
                <Link to="/audit" search={narrowed(search, { from: day, to: day })} resetScroll={false}>
                  {dayOf(`${day}T12:00:00Z`)}
                </Link>
              </th>
              <td className="number">{numberOf(total)}</td>
              <td className="number">{numberOf(refused)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

function countedDays(rows: AuditStatistics['days']): readonly Day[] {
  const days = new Map<string, Day>()
  for (const { day, outcome, entries } of rows) {
    const { total, refused } = days.get(day) ?? { total: 0, refused: 0 }
    days.set(day, { day, total: total + entries, refused: refused + (outcome === 'refused' ? entries : 0) })
  }
  return [...days.values()]
}

function sum(days: readonly Day[], part: (day: Day) => number): number {
  return days.reduce((total, day) => total + part(day), 0)
}
