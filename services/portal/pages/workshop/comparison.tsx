import { Region } from '../../parts/region.tsx'
import { words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }
import { differences } from './lines.ts'

const useWords = words('workshop', { fr, en })

interface ComparisonProps {
  /** The older of the two first. */
  readonly texts: readonly [string, string]
  /** What stands on which side. */
  readonly lead: string
  readonly onClose: () => void
}

const marks = {
  first: { Tag: 'del', sign: '−' },
  second: { Tag: 'ins', sign: '+' },
  both: { Tag: 'span', sign: ' ' },
} as const

/** Two texts, line by line. Answers are not kept, so they are not compared. */
export function Comparison({ texts: [first, second], lead, onClose }: ComparisonProps) {
  const say = useWords()
  const lines = differences(first, second)
  const placed = lines.map((line, place) => ({ ...line, place }))
  return (
    <div className="comparison">
      <h3>{say('compare.title')}</h3>
      <p className="small">{lead}</p>
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
