import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { AuditSearch } from '../../dpo-search.ts'
import { momentOf } from '../../format.ts'
import { type AuditEntry, logPageQuery } from '../../log.ts'
import { Refusal } from '../../parts/refusal.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { OutcomeMark } from './outcome.tsx'
import { useWords } from './words.ts'

interface EntriesProps {
  readonly search: AuditSearch
}

/** One line, one sentence: the newest first. */
export function Entries({ search }: EntriesProps) {
  const say = useWords()
  const { data: page, error, isPlaceholderData } = useQuery(logPageQuery(search))
  const data = page?.found
  return (
    <section className="entries" aria-labelledby="entries" aria-busy={isPlaceholderData}>
      <h2 id="entries">{say('entries')}</h2>
      {error ? <Refusal error={error} takesFocus={false} /> : !data && <Waiting />}
      {data && !error && (
        <>
          <Completeness complete={data.complete} contradicted={data.contradicted} />
          {data.entries.length === 0 ? (
            <p className="empty">
              {say('none')} {say('none.todo')}
            </p>
          ) : (
            <ul>
              {data.entries.map((one) => (
                <Line key={`${one.shard}/${one.seq}`} entry={one} search={search} />
              ))}
            </ul>
          )}
          <Pages search={search} next={data.next} />
        </>
      )}
    </section>
  )
}

interface CompletenessProps {
  readonly complete: boolean | undefined
  readonly contradicted: number
}

function Completeness({ complete, contradicted }: CompletenessProps) {
  const say = useWords()
  if (contradicted > 0) return <p className="notice error">{say('contradicted', { count: contradicted })}</p>
  if (complete === undefined) return null
  return <p className="small">{say(complete ? 'complete' : 'incomplete')}</p>
}

function Line({ entry, search }: EntriesProps & { readonly entry: AuditEntry }) {
  const say = useWords()
  const { shard, seq, ts, sentence, outcome, project, projectNumber } = entry
  const place = `${shard}/${seq}`
  return (
    <li className={search.entry === place ? 'chosen' : ''}>
      <time dateTime={ts} title={ts}>
        {momentOf(ts)}
      </time>
      <div>
        <Link
          id={`entry-${shard}-${seq}`}
          className="sentence"
          to="/audit"
          search={{ ...search, entry: place }}
          resetScroll={false}
          preload={false}
          aria-current={search.entry === place ? 'true' : undefined}
        >
          {sentence}
        </Link>
        <span className="small">
          {project !== undefined && <>{project} · </>}
          {projectNumber !== undefined && <>{say('in-project', { n: projectNumber })} · </>}
          {say('number', { shard, seq })}
        </span>
      </div>
      <OutcomeMark outcome={outcome} />
    </li>
  )
}

function Pages({ search, next }: EntriesProps & { readonly next: string | undefined }) {
  const say = useWords()
  const { cursor, entry: _entry, ...rest } = search
  return (
    <p className="paging">
      {cursor !== undefined && (
        <Link className="button" to="/audit" search={rest}>
          {say('newest')}
        </Link>
      )}
      {next !== undefined && (
        <Link className="button" to="/audit" search={{ ...rest, cursor: next }} preload={false}>
          {say('older')}
        </Link>
      )}
    </p>
  )
}
