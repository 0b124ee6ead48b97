import { momentOf } from '../../format.ts'
import { Region } from '../../parts/region.tsx'
import { words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }
import type { QueryRun } from '../../workshop.ts'
import { differences } from './lines.ts'
import { textOf } from './use-run.ts'

const useWords = words('workshop', { fr, en })

interface ComparisonProps {
  /** The older of the two first. */
  readonly runs: readonly [QueryRun, QueryRun]
  readonly onClose: () => void
}

const marks = {
  first: { Tag: 'del', sign: '−' },
  second: { Tag: 'ins', sign: '+' },
  both: { Tag: 'span', sign: ' ' },
} as const

/** The texts of two questions, line by line. Their answers are not kept, so they are not compared. */
export function Comparison({ runs: [first, second], onClose }: ComparisonProps) {
  const say = useWords()
  const lines = differences(textOf(first.id)?.sql ?? '', textOf(second.id)?.sql ?? '')
  const placed = lines.map((line, place) => ({ ...line, place }))
  const places = { first: momentOf(first.submittedAt), second: momentOf(second.submittedAt) }
  return (
    <div className="comparison">
      <h3>{say('compare.title')}</h3>
      <p className="small">{say('compare.lead', places)}</p>
      {placed.every(({ of }) => of === 'both') && <p role="status">{say('compare.same')}</p>}
      <Region label={say('compare.title')}>
        <pre>
          {placed.map(({ place, text, of }) => {
            const { Tag, sign } = marks[of]
            return (
              <Tag key={place} className={`line ${of}`}>
                {`${sign} ${text}\n`}
              </Tag>
            )
          })}
        </pre>
      </Region>
      <button type="button" className="slight" onClick={onClose}>
        {say('close')}
      </button>
    </div>
  )
}
