import { momentOf } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import type { HabilitationRequest } from '../../requests.ts'
import { useReviewWords } from './words.ts'

/** What the first person of the authority proposes, with the conditions that would be signed. */
export function Proposal({ request }: { readonly request: HabilitationRequest }) {
  const say = useReviewWords()
  const proposal = request.amendment?.proposal ?? request.proposal
  if (!proposal) return null
  const { decision, reasons, conditions = [], crossed, by, at } = proposal
  return (
    <section className="proposal" aria-label={say('proposal')}>
      <p>
        <Mark tone={decision === 'grant' ? 'good' : 'bad'}>{say(`decided.${decision}`)}</Mark>{' '}
        <span className="small">{`${by}, ${momentOf(at)}`}</span>
      </p>
      <p className="said">{reasons}</p>
      {crossed !== undefined && <p>{say(crossed ? 'crossed.yes' : 'crossed.no')}</p>}
      {conditions.length > 0 && (
        <>
          <p>{say('conditions')}</p>
          <ul>
            {conditions.map(({ clause, text, value }) => (
              <li key={`${clause} ${text}`}>
                {text} {value !== undefined && <span className="small">{`${clause} = ${value}`}</span>}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
