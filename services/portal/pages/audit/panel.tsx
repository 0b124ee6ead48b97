import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import type { AuditSearch } from '../../dpo-search.ts'
import { type AuditEntryDetail, entryQuery } from '../../log.ts'
import { Refusal } from '../../parts/refusal.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { OutcomeMark } from './outcome.tsx'
import { RecordFacts } from './record-facts.tsx'
import { Sealed } from './sealed.tsx'
import { Suspend } from './suspend.tsx'
import { useWords } from './words.ts'

interface PanelProps {
  /** `2026/412` */
  readonly place: string
  readonly search: AuditSearch
}

/** One entry in full, beside the lines; Escape and the button close it and give the line back. */
export function Panel({ place, search }: PanelProps) {
  const say = useWords()
  const navigate = useNavigate()
  const heading = useRef<HTMLHeadingElement>(null)
  const { data, error } = useQuery(entryQuery(place))
  useEffect(() => {
    heading.current?.focus()
    const [shard, seq] = place.split('/')
    return () => document.getElementById(`entry-${shard}-${seq}`)?.focus()
  }, [place])
  const close = () => {
    const { entry: _entry, ...rest } = search
    void navigate({ to: '/audit', search: rest, resetScroll: false })
  }
  return (
    <aside
      className="panel"
      aria-labelledby="panel"
      onKeyDown={({ key, target }) => {
        if (key === 'Escape' && !(target instanceof HTMLElement && target.closest('dialog'))) close()
      }}
    >
      <div className="panel-head">
        <h2 id="panel" ref={heading} tabIndex={-1}>
          {say('panel', { place })}
        </h2>
        <button type="button" onClick={close}>
          {say('close')}
        </button>
      </div>
      {error && <Refusal error={error} takesFocus={false} />}
      {data ? <Full entry={data} /> : !error && <Waiting />}
    </aside>
  )
}

function Full({ entry }: { readonly entry: AuditEntryDetail }) {
  const say = useWords()
  const { actor, project, shard, seq } = entry
  return (
    <>
      <p className="sentence">{entry.sentence}</p>
      <p>
        <OutcomeMark outcome={entry.outcome} />
      </p>
      <RecordFacts entry={entry} />
      <Sealed key={`${shard}/${seq}`} entry={entry} />
      <section aria-labelledby="proof">
        <h3 id="proof">{say('proof')}</h3>
        <p className="small">{say('proof.what')}</p>
        <p>
          <a
            className="button"
            href={`/api/v1/audit/receipts/${seq}?shard=${shard}`}
            download={`${shard}-${seq}.tlog-proof`}
          >
            {say('proof.get')}
          </a>
        </p>
        <p className="small">{say('proof.check')}</p>
      </section>
      <p className="ways">
        {actor !== null && (
          <Link to="/audit" search={{ actor }}>
            {say('same-person')}
          </Link>
        )}
        {project !== undefined && (
          <Link to="/audit" search={{ project }}>
            {say('same-project')}
          </Link>
        )}
        <Link to="/incidents" search={{ entry: `${shard}/${seq}` }}>
          {say('incident')}
        </Link>
      </p>
      {project !== undefined && <Suspend project={project} />}
    </>
  )
}
