/** The five safes and the method: what the request says of each, and what the reader makes of it for her opinion. */
import type { HabilitationRequest } from '../../requests.ts'
import type { Say } from '../../text.ts'
import type fr from '../../words/review.fr.json'
import { useReviewWords } from './words.ts'

const safes = ['projects', 'people', 'data', 'settings', 'outputs', 'method'] as const
type Safe = (typeof safes)[number]
const verdicts = ['good', 'reserve', 'bad'] as const
type Verdict = (typeof verdicts)[number]

export type Assessed = Readonly<Partial<Record<Safe, Verdict>>>

interface ChecklistProps {
  readonly request: HabilitationRequest
  readonly assessed: Assessed
  readonly onChange: (assessed: Assessed) => void
}

export function Checklist({ request, assessed, onChange }: ChecklistProps) {
  const say = useReviewWords()
  const isJudge = request.offered.includes('opinions') || request.offered.includes('decision')
  return (
    <section aria-labelledby="checklist">
      <h2 id="checklist">{say('checklist')}</h2>
      {isJudge && <p className="small">{say('checklist-help')}</p>}
      <ul className="plain safes">
        {safes.map((safe) => (
          <li key={safe}>
            <label htmlFor={`safe-${safe}`}>
              <strong>{say(`safe.${safe}`)}</strong>
            </label>
            <p className="small">{factOf(request, { safe, say })}</p>
            {isJudge && (
              <select
                id={`safe-${safe}`}
                value={assessed[safe] ?? ''}
                onChange={({ target }) =>
                  onChange({ ...assessed, [safe]: verdicts.find((one) => one === target.value) })
                }
              >
                <option value="">{say('verdict.none')}</option>
                {verdicts.map((one) => (
                  <option key={one} value={one}>
                    {say(`verdict.${one}`)}
                  </option>
                ))}
              </select>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

interface Asking {
  readonly safe: Safe
  readonly say: Say<typeof fr>
}

function factOf(request: HabilitationRequest, { safe, say }: Asking): string {
  const { minimisation, attachments, lines } = request
  const count = (name: string) => (Array.isArray(request[name]) ? request[name].length : 0)
  switch (safe) {
    case 'projects':
      return say('fact.projects', { purposes: count('purposes'), objectives: count('objectives') })
    case 'people':
      return say('fact.people', { count: count('persons') })
    case 'data':
      return say('fact.data', {
        grade: minimisation.grade,
        lines: lines.length,
        crossed: minimisation.quasiIdentifiers.columns.length,
      })
    case 'settings':
      return say(request.assurance === undefined ? 'fact.settings' : 'fact.settings-more')
    case 'outputs':
      return say(request.limits === undefined ? 'fact.outputs' : 'fact.outputs-more')
    default:
      return say('fact.method', { count: attachments.length })
  }
}

/** What was judged, as the first lines of an opinion; nothing when nothing was. */
export function prefaceOf(assessed: Assessed, say: Say<typeof fr>): string {
  const lines = safes.flatMap((safe) => {
    const verdict = assessed[safe]
    return verdict === undefined ? [] : [`${say(`safe.${safe}`)} : ${say(`verdict.${verdict}`)}.`]
  })
  return lines.length === 0 ? '' : `${lines.join('\n')}\n\n`
}
