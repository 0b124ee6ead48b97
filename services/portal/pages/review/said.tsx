import { dayOf, momentOf } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import type { HabilitationRequest } from '../../requests.ts'
import { Instruction } from '../request/instruction.tsx'
import { Questions } from '../request/questions.tsx'
import { useReviewWords } from './words.ts'

/** What has been said: interests, references, opinions, the answer of each holder, the decision, questions. */
export function Said({ request }: { readonly request: HabilitationRequest }) {
  const say = useReviewWords()
  const { interests, externals, suspensions } = request
  return (
    <>
      {suspensions.length > 0 && (
        <section aria-labelledby="stops">
          <h2 id="stops">{say('stops')}</h2>
          <ul>
            {suspensions.map(({ line, person, reason, at, agreed }) => (
              <li key={`${at} ${line ?? person?.subject ?? ''}`}>
                <Mark tone="bad">{line ?? person?.subject ?? say('scope.whole')}</Mark>{' '}
                <span className="small">{dayOf(at)}</span>
                <br />
                <span className="said">{reason}</span>
                {agreed.map((role) => (
                  <p key={role} className="small">
                    {say(role === 'dpo' ? 'agreed.dpo' : 'agreed.authority')}
                  </p>
                ))}
              </li>
            ))}
          </ul>
        </section>
      )}
      <Instruction request={request} />
      {externals.length > 0 && (
        <section aria-labelledby="externals">
          <h2 id="externals">{say('externals')}</h2>
          <ul>
            {externals.map(({ kind, reference }) => (
              <li key={`${kind} ${reference}`}>
                {say(`choice.${kind}` as 'choice.cnil')} <code>{reference}</code>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Questions request={request} />
      {interests.length > 0 && (
        <section aria-labelledby="interests">
          <h2 id="interests">{say('interests')}</h2>
          <ul>
            {interests.map(({ none, text, by, at }) => (
              <li key={`${by} ${at}`}>
                {`${by}, ${momentOf(at)}`} {none ? say('choice.none') : <span className="said">{text}</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}
