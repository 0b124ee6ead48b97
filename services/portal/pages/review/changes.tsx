import { momentOf } from '../../format.ts'
import type { HabilitationRequest } from '../../requests.ts'
import { ChangeList, Versions } from '../request/versions.tsx'
import { useReviewWords } from './words.ts'

/** What differs: each submission from the one before, each version of the permit from the one before. */
export function Changes({ request }: { readonly request: HabilitationRequest }) {
  const say = useReviewWords()
  const { resubmissions, versions, amendment } = request
  if (resubmissions.length === 0 && versions.length === 0 && amendment === null)
    return <p className="empty">{say('changes-none')}</p>
  return (
    <>
      {resubmissions.toReversed().map(({ at, changes }) => (
        <section key={at} aria-label={say('resubmission', { moment: momentOf(at) })}>
          <h2>{say('resubmission', { moment: momentOf(at) })}</h2>
          {changes.length === 0 ? <p>{say('changes-same')}</p> : <ChangeList changes={changes} />}
        </section>
      ))}
      <Versions request={request} />
    </>
  )
}
