import { Mark } from '../../parts/mark.tsx'
import { words } from '../../text.ts'
import en from '../../words/workshop.en.json' with { type: 'json' }
import fr from '../../words/workshop.fr.json' with { type: 'json' }
import type { Check } from '../../workshop.ts'

const useWords = words('workshop', { fr, en })

interface PreflightProps {
  readonly check: Check | undefined
  readonly isAsking: boolean
  readonly onReplace: (sql: string) => void
}

/** What would be decided of the text as it stands, and what of its answer may be withheld. No row has been looked at. */
export function Preflight({ check, isAsking, onReplace }: PreflightProps) {
  const say = useWords()
  return (
    <section className="preflight" aria-label={say('preflight')} aria-busy={isAsking}>
      <div role="status">
        {check === undefined ? (
          <span className="small">{say(isAsking ? 'preflight.asking' : 'preflight.none')}</span>
        ) : check.decision === 'allow' ? (
          <Allowed check={check} />
        ) : (
          <Refused check={check} />
        )}
      </div>
      {check?.accepted !== undefined && <Accepted sql={check.accepted} onReplace={onReplace} />}
      {check?.explanation && <Explained explanation={check.explanation} />}
    </section>
  )
}

function Allowed({ check }: { readonly check: Check }) {
  const say = useWords()
  const { explanation } = check
  const isPersonal = (explanation?.leaves.length ?? 0) > 0
  return (
    <>
      <Mark tone="good">{say('preflight.allowed')}</Mark>
      <span className="small">
        {explanation && isPersonal
          ? say('preflight.k', {
              k: explanation.k,
              rules: explanation.rules.map(({ name }) => name).join(', '),
            })
          : say('preflight.public')}
      </span>
    </>
  )
}

function Refused({ check: { title, hint, code } }: { readonly check: Check }) {
  const say = useWords()
  return (
    <>
      <Mark tone="bad">{say('preflight.refused', { title: title ?? '' })}</Mark>
      {hint && <span>{hint}</span>}
      {code && (
        <a className="small" href={`/help/refus/${code}`}>
          {code}
        </a>
      )}
    </>
  )
}

interface AcceptedProps {
  readonly sql: string
  readonly onReplace: (sql: string) => void
}

/** The nearest form that is accepted. */
export function Accepted({ sql, onReplace }: AcceptedProps) {
  const say = useWords()
  return (
    <div className="accepted">
      <p className="small">{say('accepted')}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is scrolled by keyboard too */}
      <pre tabIndex={0}>
        <code>{sql}</code>
      </pre>
      <button type="button" onClick={() => onReplace(sql)}>
        {say('replace')}
      </button>
    </div>
  )
}

function Explained({ explanation }: { readonly explanation: NonNullable<Check['explanation']> }) {
  const say = useWords()
  const { rules, leaves } = explanation
  // Two columns may have one name.
  const columns = explanation.columns.map((column, place) => ({ ...column, place }))
  if (leaves.length === 0) return null
  return (
    <details>
      <summary>{say('preflight.withheld')}</summary>
      <dl>
        {columns.map(({ place, name, text, statistics }) => (
          <div key={place}>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>
              {text}
              {statistics.map((one) => (
                <span key={one.label} className="meaning">
                  {one.text}
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <Rules rules={rules} />
    </details>
  )
}

export function Rules({
  rules,
}: {
  readonly rules: readonly { readonly name: string; readonly text: string }[]
}) {
  return (
    <ul className="rules">
      {rules.map(({ name, text }) => (
        <li key={name}>
          <code>{name}</code> {text}
        </li>
      ))}
    </ul>
  )
}
