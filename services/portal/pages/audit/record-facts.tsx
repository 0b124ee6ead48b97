import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { momentOf, numberOf } from '../../format.ts'
import type { AuditEntryDetail } from '../../log.ts'
import { isRecord, recordsIn, wordIn, wordsIn } from './body.ts'
import { useWords } from './words.ts'

interface FactsProps {
  readonly entry: AuditEntryDetail
}

/** Who, when, why, by which rule, on which columns, with which result: what an entry says, member by member. */
export function RecordFacts({ entry }: FactsProps) {
  const say = useWords()
  const { ts, body, durationMs } = entry
  const { of } = body
  return (
    <>
      <dl className="facts">
        <Fact name={say('when')}>
          {momentOf(ts)}
          <span className="small">{say('utc', { utc: ts })}</span>
        </Fact>
        <Who entry={entry} />
        <Why entry={entry} />
        <Decision entry={entry} />
        <Columns body={body} />
        <Result body={body} />
        {durationMs !== undefined && (
          <Fact name={say('duration')}>{say('seconds', { s: numberOf(durationMs / 1000, 2) })}</Fact>
        )}
        {typeof of === 'number' && (
          <Fact name={say('begun-by')}>
            <Link
              from="/audit"
              to="/audit"
              search={(before) => ({ ...before, entry: `${entry.shard}/${of}` })}
            >
              {say('number', { shard: entry.shard, seq: of })}
            </Link>
          </Fact>
        )}
        <Numbers entry={entry} />
        <Hash name={say('leaf')} value={entry.leaf} />
        <Hash name={say('statement')} value={wordIn(body.statement)} />
        <Hash name={say('plan')} value={wordIn(body.plan)} />
        <Hash name={say('result-sha')} value={wordIn(body.resultSha256)} />
      </dl>
      <details>
        <summary>{say('everything')}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard */}
        <pre tabIndex={0}>{JSON.stringify(body, null, 2)}</pre>
      </details>
    </>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Hash({ name, value }: { readonly name: string; readonly value: string | undefined }) {
  if (value === undefined) return null
  return (
    <Fact name={name}>
      <code>{value}</code>
    </Fact>
  )
}

function Who({ entry: { actor, name, door, session } }: FactsProps) {
  const say = useWords()
  return (
    <Fact name={say('who')}>
      {name ?? actor ?? say('nobody')}
      {name !== undefined && <span className="small">{actor}</span>}
      {door !== undefined && (
        <span className="small">
          {say('door')} {door}
        </span>
      )}
      {session !== undefined && (
        <span className="small hash">
          {say('session')} <code>{session}</code>
        </span>
      )}
    </Fact>
  )
}

function Why({ entry: { project, body } }: FactsProps) {
  const say = useWords()
  const purpose = wordIn(body.purpose)
  const objective = wordIn(body.objective)
  const permit = isRecord(body.permit) ? body.permit : undefined
  if (project === undefined && purpose === undefined && !permit) return null
  return (
    <Fact name={say('why')}>
      {[purpose, objective && say('objective', { objective })].filter(Boolean).join(', ')}
      {project !== undefined && (
        <span className="small">
          {say('project')} {project}
        </span>
      )}
      {permit && (
        <span className="small">
          {say('permit')} {wordIn(permit.id)}, {say('version', { version: Number(permit.version) })}
        </span>
      )}
    </Fact>
  )
}

/** The trace of the decision: effect, rules, the bundle that they are in. */
function Decision({ entry: { code, rule, body } }: FactsProps) {
  const say = useWords()
  const decision = isRecord(body.decision) ? body.decision : undefined
  const rules = wordsIn(decision?.rules)
  if (code === undefined && rule === undefined && !decision) return null
  return (
    <Fact name={say('decision')}>
      {code !== undefined && (
        <a href={`/help/refus/${code}`}>
          <code>{code}</code>
        </a>
      )}
      {rule !== undefined && (
        <span className="small">
          {say('rule')} <code>{rule}</code>
        </span>
      )}
      {rules.length > 0 && (
        <span className="small">
          {say('rules')} <code>{rules.join(', ')}</code>
        </span>
      )}
      {decision && (
        <span className="small hash">
          {say('bundle')} <code>{wordIn(decision.bundle)}</code>
        </span>
      )}
    </Fact>
  )
}

function Columns({ body }: { readonly body: AuditEntryDetail['body'] }) {
  const say = useWords()
  const datasets = recordsIn(body.datasets)
  const [only] = [wordIn(body.dataset)]
  if (datasets.length === 0) return only === undefined ? null : <Fact name={say('dataset')}>{only}</Fact>
  return (
    <Fact name={say('columns')}>
      {datasets.map(({ name, version, columns }) => (
        <span key={String(name)} className="dataset">
          <strong>{wordIn(name)}</strong> {say('version', { version: Number(version) })}
          <span className="small">{wordsIn(columns).join(', ')}</span>
        </span>
      ))}
    </Fact>
  )
}

function Result({ body: { shape } }: { readonly body: AuditEntryDetail['body'] }) {
  const say = useWords()
  if (!isRecord(shape)) return null
  const part = (value: unknown, word: string) => `${word} : ${numberOf(Number(value))}`
  return (
    <Fact name={say('result')}>
      {part(shape.rows, say('rows'))}, {part(shape.columns, say('cols'))},{' '}
      {part(shape.cellsWithheld, say('withheld'))}, {part(shape.bytes, say('bytes'))}
    </Fact>
  )
}

function Numbers({ entry: { projectNumber, actorNumber } }: FactsProps) {
  const say = useWords()
  if (projectNumber === undefined && actorNumber === undefined) return null
  return (
    <Fact name={say('numbers')}>
      {projectNumber !== undefined && say('numbers.project', { n: projectNumber })}
      {actorNumber !== undefined && <span className="small">{say('numbers.actor', { n: actorNumber })}</span>}
    </Fact>
  )
}
