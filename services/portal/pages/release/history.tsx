import { momentOf } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import type { Release } from '../../releases.ts'
import { words } from '../../text.ts'
import en from '../../words/release.en.json' with { type: 'json' }
import fr from '../../words/release.fr.json' with { type: 'json' }

const useWords = words('release', { fr, en })

const tones = { approve: 'good', refuse: 'bad', changes: 'warn' } as const
const criteria = ['singlingOut', 'linkability', 'inference'] as const

/** Votes and answers that the reader may see, in their order. */
export function History({ release: { reviews, answers } }: { readonly release: Release }) {
  const say = useWords()
  if (reviews.length + answers.length === 0) return null
  const events = [
    ...reviews.map((one) => ({ at: one.at, review: one, answer: undefined })),
    ...answers.map((one) => ({ at: one.at, review: undefined, answer: one })),
  ].sort((a, b) => a.at.localeCompare(b.at))
  return (
    <section aria-labelledby="history">
      <h2 id="history">{say('history')}</h2>
      <ol>
        {events.map(({ at, review, answer }) => (
          <li key={`${at} ${review?.checker ?? 'asker'}`}>
            <span className="small">{momentOf(at)}</span>{' '}
            {review && (
              <>
                {review.own
                  ? say('checker.you')
                  : (review.by?.subject ?? say('checker', { number: review.checker }))}{' '}
                : <Mark tone={tones[review.vote]}>{say(`voted.${review.vote}`)}</Mark>{' '}
                {criteria
                  .filter((one) => review.verdicts[one] === 'risk')
                  .map((one) => say(`risk.${one}`))
                  .join(', ')}{' '}
                {review.comment}
              </>
            )}
            {answer && (
              <>
                {say('asker')} : {answer.text}
              </>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}
