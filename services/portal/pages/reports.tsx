import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { api, told } from '../client.ts'
import type { ReportsSearch } from '../dpo-search.ts'
import { Field } from '../parts/field.tsx'
import { PageBody } from '../parts/page.tsx'
import { type ReportAsked, type ReportName, reportAddress, reportNames } from '../reports.ts'
import { Shown } from './reports/shown.tsx'
import { useWords } from './reports/words.ts'
import './reports.css'

const formats = ['html', 'xlsx', 'csv', 'md'] as const

/** The registers and reports of the law: one card each, its files, and one of them to read and print. */
export function ReportsPage() {
  const say = useWords()
  const search = useSearch({ from: '/reports' })
  const shown = reportNames.find((name) => name === search.report)
  return (
    <PageBody title={say('title')} lead={say('lead')}>
      <p className="small">{say('signed')}</p>
      <Period search={search} />
      {shown && <Shown key={JSON.stringify(search)} asked={askedOf(shown, search)} search={search} />}
      <ul className="cards reports" aria-label={say('list')}>
        {reportNames.map((name) => (
          <Card key={name} name={name} search={search} />
        ))}
      </ul>
    </PageBody>
  )
}

interface SearchProps {
  readonly search: ReportsSearch
}

function askedOf(report: ReportName, { from, until, organisation }: ReportsSearch): ReportAsked {
  return {
    report,
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
    ...(report === 'holder' && organisation !== undefined && { organisation }),
  }
}

function Period({ search }: SearchProps) {
  const say = useWords()
  const navigate = useNavigate()
  const choose = (name: 'from' | 'until', value: string) => {
    const { [name]: _before, report: _report, ...rest } = search
    void navigate({ to: '/reports', search: value === '' ? rest : { ...rest, [name]: value } })
  }
  return (
    <fieldset className="period">
      <legend>{say('period')}</legend>
      {(['from', 'until'] as const).map((name) => (
        <Field key={name} label={say(name)}>
          {(tied) => (
            <input
              {...tied}
              type="date"
              value={search[name] ?? ''}
              onChange={({ target }) => choose(name, target.value)}
            />
          )}
        </Field>
      ))}
      <p className="small">{say('period.help')}</p>
    </fieldset>
  )
}

function Card({ name, search }: SearchProps & { readonly name: ReportName }) {
  const say = useWords()
  const isReady = name !== 'holder' || search.organisation !== undefined
  return (
    <li className="card">
      <h2>{say(name)}</h2>
      <p>{say(`${name}.what`)}</p>
      {name === 'holder' && <Holder search={search} />}
      {isReady && (
        <p className="actions">
          <Link className="button main" to="/reports" search={{ ...search, report: name }} preload={false}>
            {say('show')}
          </Link>
          {formats.map((format) => (
            <a
              key={format}
              className="button"
              href={reportAddress(askedOf(name, search), format)}
              download={`${name}.${format}`}
              aria-label={say('download', { title: say(name), format })}
            >
              {format}
            </a>
          ))}
        </p>
      )}
    </li>
  )
}

/** Whose statement: organisations that hold a dataset. */
function Holder({ search }: SearchProps) {
  const say = useWords()
  const navigate = useNavigate()
  const { data } = useQuery({
    queryKey: ['datasets', 'holders'],
    queryFn: async () => (await told(api.GET('/api/v1/datasets', { params: { query: { page: 1 } } }))).facets,
  })
  const choose = (organisation: string) => {
    const { organisation: _organisation, report: _report, ...rest } = search
    void navigate({
      to: '/reports',
      search: organisation === '' ? rest : { ...rest, organisation },
      resetScroll: false,
    })
  }
  return (
    <Field label={say('organisation')}>
      {(tied) => (
        <select {...tied} value={search.organisation ?? ''} onChange={({ target }) => choose(target.value)}>
          <option value="">{say('organisation.choose')}</option>
          {data?.holder.map(({ value }) => (
            <option key={value} value={value}>
              {value}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
