/** One refusal, one reason, one way out: the same panel wherever the API says no. */
import { type ReactNode, useEffect, useRef } from 'react'
import { Problem, Silence } from '../problem.ts'
import { meQuery, queries } from '../session.ts'
import { words } from '../text.ts'
import en from '../words/refusal.en.json' with { type: 'json' }
import fr from '../words/refusal.fr.json' with { type: 'json' }
import { Rich } from './rich.tsx'

const useWords = words('refusal', { fr, en })

export interface RefusalProps {
  readonly error: unknown
  /** The text that was refused: the part at fault is underlined in it. */
  readonly text?: string
  /** What the page can offer as a way out, such as the nearest accepted form. */
  readonly children?: ReactNode
  /** False where it appears with the page rather than as the answer to an act. */
  readonly takesFocus?: boolean
}

export function Refusal({ error, text, children, takesFocus = true }: RefusalProps) {
  const say = useWords()
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    if (takesFocus && error) panel.current?.focus()
  }, [error, takesFocus])
  if (!(error instanceof Problem)) {
    return (
      <section ref={panel} tabIndex={-1} className="refusal" role="alert">
        <h2>{say(error instanceof Silence ? 'silence.title' : 'fault.title')}</h2>
        <p>{say(error instanceof Silence ? 'silence.detail' : 'fault.detail')}</p>
      </section>
    )
  }
  const { title, detail, hint, code, rule, location, missing, receipt } = error.body
  return (
    <section ref={panel} tabIndex={-1} className="refusal" role="alert" aria-label={title}>
      <h2>{title}</h2>
      <p>{detail}</p>
      {text !== undefined && location && <Underlined text={text} {...location} />}
      {missing && missing.length > 0 && (
        <ul>
          {missing.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              <code>{path}</code> {message}
            </li>
          ))}
        </ul>
      )}
      <p className="hint">
        <Rich text={hint} />
      </p>
      {code === 'ASSURANCE_TOO_LOW' && (
        <p>
          <a className="button" href={stepUpAddress()}>
            {say('step-up')}
          </a>
        </p>
      )}
      {children}
      <p className="small">
        <a href={`/help/refus/${code}`}>
          <code>{code}</code>
        </a>
        {rule && (
          <>
            {' · '}
            {say('rule')} <code>{rule}</code>
          </>
        )}
        {receipt && (
          <>
            {' · '}
            {say('entry', { seq: receipt.seq })}
          </>
        )}
      </p>
    </section>
  )
}

/** A fresh proof at the issuer of this session, and back to this page. */
function stepUpAddress(): string {
  const issuer = queries.getQueryData(meQuery.queryKey)?.issuer ?? ''
  const { pathname, search } = window.location
  return `/connexion/${issuer}?acces=renforce&vers=${encodeURIComponent(pathname + search)}`
}

interface Underlining {
  readonly text: string
  readonly offset: number
  readonly length: number
}

function Underlined({ text, offset, length }: Underlining) {
  const end = offset + Math.max(1, length)
  return (
    <pre>
      <code>
        {text.slice(0, offset)}
        <mark className="fault">{text.slice(offset, end)}</mark>
        {text.slice(end)}
      </code>
    </pre>
  )
}
