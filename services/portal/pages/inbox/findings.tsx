import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useId } from 'react'
import { lastMonths, today } from '../../days.ts'
import { Refusal } from '../../parts/refusal.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { inboxQuery, type ReviewFinding } from '../../reviews.ts'
import { language } from '../../text.ts'
import { OpenIncidents } from '../incidents/waiting.tsx'
import { Finding } from './finding.tsx'
import { useWords } from './words.ts'

/** The findings of one month, those that are open first. */
export function Findings({ chosen }: { readonly chosen: string | undefined }) {
  const say = useWords()
  const month = chosen ?? today().slice(0, 7)
  const { data, error } = useQuery(inboxQuery(month))
  return (
    <>
      <div className="inbox-head">
        <MonthChooser month={month} />
        <p className="small">
          {say('first')} <Link to="/audit">{say('first.link')}</Link>
        </p>
      </div>
      {error && <Refusal error={error} takesFocus={false} />}
      {data ? (
        <>
          <OpenIncidents incidents={data.incidents} />
          <Found month={month} findings={data.findings} />
        </>
      ) : (
        !error && <Waiting />
      )}
    </>
  )
}

function MonthChooser({ month }: { readonly month: string }) {
  const say = useWords()
  const navigate = useNavigate()
  const id = useId()
  const months = lastMonths(14)
  const known = months.includes(month) ? months : [month, ...months]
  return (
    <div className="month">
      <label htmlFor={id}>{say('month')}</label>
      <select
        id={id}
        value={month}
        onChange={({ target }) => void navigate({ to: '/inbox', search: { month: target.value } })}
      >
        {known.map((one) => (
          <option key={one} value={one}>
            {monthName(one)}
          </option>
        ))}
      </select>
    </div>
  )
}

function monthName(month: string): string {
  const options = { month: 'long', year: 'numeric', timeZone: 'UTC' } as const
  return new Intl.DateTimeFormat(language(), options).format(new Date(`${month}-15`))
}

interface FoundProps {
  readonly month: string
  readonly findings: readonly ReviewFinding[]
}

function Found({ month, findings }: FoundProps) {
  const say = useWords()
  const open = findings.filter(({ state }) => state === 'open')
  const closed = findings.filter(({ state }) => state === 'closed')
  if (findings.length === 0)
    return (
      <p className="empty">
        {say('none', { month: monthName(month) })} {say('none.todo')}{' '}
        <Link to="/audit" search={{ from: `${month}-01`, to: lastDayOf(month) }}>
          {say('none.link')}
        </Link>
      </p>
    )
  return (
    <>
      <section aria-labelledby="open">
        <h2 id="open">{say('open', { count: open.length })}</h2>
        {open.length === 0 ? <p className="empty">{say('none.open')}</p> : <List findings={open} />}
      </section>
      {closed.length > 0 && (
        <section aria-labelledby="closed">
          <h2 id="closed">{say('closed')}</h2>
          <List findings={closed} />
        </section>
      )}
    </>
  )
}

function List({ findings }: Pick<FoundProps, 'findings'>) {
  return (
    <ul className="findings">
      {findings.map((one) => (
        <Finding key={one.id} finding={one} />
      ))}
    </ul>
  )
}

function lastDayOf(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10)
}
