import { useEffect, useRef } from 'react'
import { momentOf } from '../../format.ts'
import { Copyable } from '../../parts/copyable.tsx'
import { words } from '../../text.ts'
import type { CreatedToken } from '../../tokens.ts'
import en from '../../words/connections.en.json' with { type: 'json' }
import fr from '../../words/connections.fr.json' with { type: 'json' }

const useWords = words('connections', { fr, en })

interface CreatedProps {
  readonly token: CreatedToken
  readonly onDone: () => void
}

/** The only time that a token is seen. */
export function Created({ token, onDone }: CreatedProps) {
  const say = useWords()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <section className="created" aria-labelledby="created">
      <h2 id="created" ref={heading} tabIndex={-1}>
        {say('created')}
      </h2>
      <p>{say('created.lead', { until: momentOf(token.expiresAt) })}</p>
      <Copyable label={say('created.variable')} text={`export HUISCLOS_TOKEN=${token.token}`} />
      <p>
        <button type="button" onClick={onDone}>
          {say('created.done')}
        </button>
      </p>
    </section>
  )
}
