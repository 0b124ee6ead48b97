import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { exportAddress, logPageQuery, refreshLog } from '../log.ts'
import { PageBody } from '../parts/page.tsx'
import { Entries } from './audit/entries.tsx'
import { Figures } from './audit/figures.tsx'
import { Filters } from './audit/filters.tsx'
import { Panel } from './audit/panel.tsx'
import { Seal } from './audit/seal.tsx'
import { Views } from './audit/views.tsx'
import { useWords } from './audit/words.ts'
import './audit.css'

/** The log of all accesses, one sentence for each: searched by facets, read in full, proved, exported. */
export function AuditPage() {
  const say = useWords()
  const search = useSearch({ from: '/audit' })
  const { entry } = search
  const { data } = useQuery(logPageQuery(search))
  return (
    <PageBody title={say('title')} lead={say('lead')} actions={<Actions />}>
      {data && <Seal isFilled />}
      <Filters search={search} />
      <Views search={search} />
      <div className={entry === undefined ? 'log-page' : 'log-page with-panel'}>
        <Entries search={search} />
        {entry === undefined ? (
          <Figures search={search} />
        ) : (
          <Panel key={entry} place={entry} search={search} />
        )}
      </div>
    </PageBody>
  )
}

function Actions() {
  const say = useWords()
  const search = useSearch({ from: '/audit' })
  return (
    <>
      <button type="button" onClick={() => void refreshLog()}>
        {say('refresh')}
      </button>
      <a
        className="button"
        href={exportAddress(search, 'xlsx')}
        download="journal.xlsx"
        title={say('export')}
      >
        {say('excel')}
      </a>
      <a className="button" href={exportAddress(search, 'csv')} download="journal.csv" title={say('export')}>
        {say('csv')}
      </a>
    </>
  )
}
