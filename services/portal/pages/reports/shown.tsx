import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import type { ReportsSearch } from '../../dpo-search.ts'
import { Refusal } from '../../parts/refusal.tsx'
import { Region } from '../../parts/region.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { type ReportAsked, type ReportSection, reportQuery } from '../../reports.ts'
import { useWords } from './words.ts'

interface ShownProps {
  readonly asked: ReportAsked
  readonly search: ReportsSearch
}

/** One report to be read on the page and printed: what is on paper is this part alone. */
export function Shown({ asked, search }: ShownProps) {
  const say = useWords()
  const heading = useRef<HTMLHeadingElement>(null)
  const { data, error } = useQuery(reportQuery(asked))
  useEffect(() => heading.current?.focus(), [])
  const { report: _report, ...rest } = search
  return (
    <section className="report" aria-labelledby="report">
      <div className="page-head">
        <h2 id="report" ref={heading} tabIndex={-1}>
          {say(asked.report)}
        </h2>
        <div className="actions">
          <button type="button" className="main" disabled={!data} onClick={() => window.print()}>
            {say('print')}
          </button>
          <Link className="button" to="/reports" search={rest}>
            {say('hide')}
          </Link>
        </div>
      </div>
      {error && <Refusal error={error} takesFocus={false} />}
      {data
        ? data.map((section) => <Section key={section.title} section={section} />)
        : !error && <Waiting />}
    </section>
  )
}

function Section({ section: { title, rows } }: { readonly section: ReportSection }) {
  const heads = rows[0]?.map(({ label }) => label) ?? []
  const isTable = rows.length > 1
  return (
    <>
      <h3>{title}</h3>
      {isTable ? (
        <Region label={title}>
          <table>
            <thead>
              <tr>
                {heads.map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={JSON.stringify(row)}>
                  {row.map(({ label, value }) => (
                    <td key={label}>{value}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Region>
      ) : (
        <dl className="report-fields">
          {rows.flat().map(({ label, value }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  )
}
