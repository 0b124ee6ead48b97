import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { FormEvent } from 'react'
import { dayOf, numberOf } from '../format.ts'
import { type Statement, statementAddress, statementQuery } from '../holdings.ts'
import { PageBody } from '../parts/page.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { words } from '../text.ts'
import en from '../words/holdings.en.json' with { type: 'json' }
import fr from '../words/holdings.fr.json' with { type: 'json' }
import { Lines } from './holdings/lines.tsx'
import { Questions, Refused } from './holdings/questions.tsx'
import './holdings.css'

const useWords = words('holdings', { fr, en })

const tabs = ['questions', 'refused', 'lines'] as const

/** What became of an organisation's data: who asks, for what, what was refused; and the way to stop it. */
export function HoldingsPage() {
  const say = useWords()
  const { tab, from, until } = useSearch({ from: '/holdings' })
  const current = tabs.find((one) => one === tab) ?? 'questions'
  const period = { ...(from && { from }), ...(until && { until }) }
  const { data, error } = useQuery(statementQuery(period))
  return (
    <PageBody title={say('title')} lead={say('lead')}>
      <PeriodForm from={from} until={until} />
      {error ? (
        <Refusal error={error} takesFocus={false} />
      ) : data ? (
        <>
          <Summary statement={data} />
          <p className="actions">
            {(['xlsx', 'csv', 'html'] as const).map((format) => (
              <a key={format} className="button" download href={statementAddress(period, format)}>
                {say(`download.${format}`)}
              </a>
            ))}
          </p>
        </>
      ) : (
        <Waiting what={say('counting')} />
      )}
      <Tabs
        label={say('parts')}
        tabs={tabs.map((id) => ({ id, label: say(`tab.${id}`) }))}
        current={current}
      />
      {current === 'lines' && <Lines />}
      {data && current === 'questions' && <Questions uses={data.rowsOf('uses')} />}
      {data && current === 'refused' && <Refused refusals={data.rowsOf('questionsRefused')} />}
    </PageBody>
  )
}

interface PeriodProps {
  readonly from: string | undefined
  readonly until: string | undefined
}

function PeriodForm({ from, until }: PeriodProps) {
  const say = useWords()
  const navigate = useNavigate({ from: '/holdings' })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget)
    const day = (name: string) => String(given.get(name) ?? '') || undefined
    void navigate({
      search: ({ page: _, ...before }) => ({ ...before, from: day('from'), until: day('until') }),
    })
  }
  return (
    <form className="period" key={`${from} ${until}`} onSubmit={submit} aria-label={say('period')}>
      <label>
        {say('from')}
        <input type="date" name="from" defaultValue={from} />
      </label>
      <label>
        {say('until')}
        <input type="date" name="until" defaultValue={until} />
      </label>
      <button type="submit">{say('show')}</button>
    </form>
  )
}

const figures = ['questions', 'questionsRefused', 'projects', 'askers'] as const

/** Every use is an entry of the log: the count says of which log, and how long that is. */
function Summary({ statement: { fields, from, until, log } }: { readonly statement: Statement }) {
  const say = useWords()
  return (
    <section aria-labelledby="summary">
      <h2 id="summary">{say('summary', { from: dayOf(from), until: dayOf(until) })}</h2>
      <ul className="cards figures">
        {figures.map((name) => (
          <li key={name} className="card">
            <strong>{numberOf(Number(fields[name] ?? 0))}</strong>
            <p>{say(`figure.${name}`)}</p>
          </li>
        ))}
      </ul>
      <p className="small">
        {say('counted', { log: log.origin, size: numberOf(log.size), since: dayOf(log.since) })}
      </p>
    </section>
  )
}
