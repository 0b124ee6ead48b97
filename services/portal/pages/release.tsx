import './release.css'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { PageBody } from '../parts/page.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { type Release, releaseQuery } from '../releases.ts'
import { words } from '../text.ts'
import en from '../words/release.en.json' with { type: 'json' }
import fr from '../words/release.fr.json' with { type: 'json' }
import { AskerPanel } from './release/asker.tsx'
import { FilePanel } from './release/file.tsx'
import { History } from './release/history.tsx'
import { VotePanel } from './release/vote.tsx'

const useWords = words('release', { fr, en })

/** One release: its files with what the machine found, and what the reader may do now. */
export function ReleasePage() {
  const { release: id = '' } = useParams({ strict: false }) as { release?: string }
  const { data, error } = useQuery(releaseQuery(id))
  if (error) throw error
  return data ? <Body release={data} /> : <Waiting />
}

function Body({ release }: { readonly release: Release }) {
  const say = useWords()
  const { title, project, state, turn, votes, round, files, earlier, offered } = release
  return (
    <PageBody
      title={title}
      lead={say(`lead.${state}`)}
      crumbs={<Link to="/releases">{say('all')}</Link>}
      actions={
        offered.includes('package') && (
          <a className="button main" href={`/api/v1/releases/${release.id}/package`} download>
            {say('package')}
          </a>
        )
      }
    >
      <dl>
        <dt>{say('project')}</dt>
        <dd>{project}</dd>
        <dt>{say('turn')}</dt>
        <dd>{say(`turn.${turn}`)}</dd>
        {state === 'review' && (
          <>
            <dt>{say('votes')}</dt>
            <dd>{say('votes.given', { given: votes.given, wanted: votes.wanted, round })}</dd>
          </>
        )}
        {earlier.length > 0 && (
          <>
            <dt>{say('earlier')}</dt>
            <dd>
              {earlier.map((one) => (
                <Link key={one.id} className="listed" to="/releases/$release" params={{ release: one.id }}>
                  {one.title}
                </Link>
              ))}
            </dd>
          </>
        )}
      </dl>
      {offered.includes('review') && <VotePanel release={release} />}
      <AskerPanel release={release} />
      {files.length === 0 && <p className="empty">{say('files.none')}</p>}
      {files.map((file) => (
        <FilePanel key={file.number} release={release} file={file} />
      ))}
      <History release={release} />
    </PageBody>
  )
}
