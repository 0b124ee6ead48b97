import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, told } from '../../client.ts'
import { momentOf } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { type PolicyProposal, proposalQuery, proposalsQuery } from '../../policies.ts'
import { queries } from '../../session.ts'
import { useWords } from './words.ts'

/** Changes of the rules: who proposed, who approved, what differs. */
export function Proposals({ chosen }: { readonly chosen: string | undefined }) {
  const say = useWords()
  const { data, error } = useQuery(proposalsQuery)
  return (
    <>
      <p>{say('proposals.what')}</p>
      {error ? <Refusal error={error} takesFocus={false} /> : !data && <Waiting />}
      {data?.length === 0 && <p className="empty">{say('proposals.none')}</p>}
      <ul className="proposals">
        {data?.map((one) => (
          <Proposal key={one.sha256} proposal={one} isOpen={one.sha256 === chosen} />
        ))}
      </ul>
    </>
  )
}

function Proposal({ proposal, isOpen }: { readonly proposal: PolicyProposal; readonly isOpen: boolean }) {
  const say = useWords()
  const { sha256, reason, changed, checked, proposed, approved } = proposal
  return (
    <li className="card">
      <h2>{reason}</h2>
      <p className="small">
        {say('proposed', { day: momentOf(proposed.at), by: proposed.subject })}{' '}
        {approved === null ? (
          <Mark tone="wait">{say('waiting')}</Mark>
        ) : (
          <Mark tone="good">{say('approved', { day: momentOf(approved.at), by: approved.subject })}</Mark>
        )}{' '}
        {!checked && <Mark tone="warn">{say('unchecked')}</Mark>}
      </p>
      <p>
        {say('changed')} : {changed.join(', ')}
      </p>
      <p className="actions">
        <Link
          className="button"
          to="/policies"
          search={{ tab: 'proposals', ...(!isOpen && { proposal: sha256 }) }}
          resetScroll={false}
        >
          {say(isOpen ? 'hide' : 'see')}
        </Link>
        {approved === null && <Approve sha256={sha256} />}
      </p>
      {isOpen && <Differences sha256={sha256} />}
    </li>
  )
}

function Approve({ sha256 }: { readonly sha256: string }) {
  const say = useWords()
  const approve = useMutation({
    mutationFn: () =>
      told(api.POST('/api/v1/policies/proposals/{sha256}/approval', { params: { path: { sha256 } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['policies'] }),
  })
  return (
    <>
      <button type="button" className="main" disabled={approve.isPending} onClick={() => approve.mutate()}>
        {say('approve')}
      </button>
      {approve.error && <Refusal error={approve.error} />}
    </>
  )
}

function Differences({ sha256 }: { readonly sha256: string }) {
  const say = useWords()
  const { data, error } = useQuery(proposalQuery(sha256))
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  return data.files.map(({ path, before, after }) => (
    <section key={path} aria-label={path}>
      <h3>{path}</h3>
      <div className="sides">
        <Side name={say('before')} text={before ?? say('absent')} other={after} />
        <Side name={say('after')} text={after ?? say('absent')} other={before} />
      </div>
    </section>
  ))
}

interface SideProps {
  readonly name: string
  readonly text: string
  readonly other: string | null
}

/** Lines that the other side does not have are marked, by a sign as well as a colour. */
function Side({ name, text, other }: SideProps) {
  const known = new Set(other?.split('\n'))
  return (
    <div>
      <p className="small">{name}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard */}
      <section className="side" tabIndex={0} aria-label={name}>
        {text.split('\n').map((line, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name, and do not move
          <code key={i} className={known.has(line) ? '' : 'differs'}>
            {known.has(line) ? '  ' : '≠ '}
            {line}
          </code>
        ))}
      </section>
    </div>
  )
}
