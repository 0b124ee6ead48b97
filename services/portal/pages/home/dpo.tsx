import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { today } from '../../days.ts'
import { Refusal } from '../../parts/refusal.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { inboxQuery } from '../../reviews.ts'
import { hasRole, useMe } from '../../session.ts'
import { words } from '../../text.ts'
import en from '../../words/dpo-home.en.json' with { type: 'json' }
import fr from '../../words/dpo-home.fr.json' with { type: 'json' }
import { Seal } from '../audit/seal.tsx'
import { OpenIncidents } from '../incidents/waiting.tsx'

const useWords = words('dpo-home', { fr, en })
const shown = 3

/** To a DPO: three things to look at, and whether the log is whole. Nothing to others. */
export function DpoHome() {
  return hasRole(useMe(), 'dpo') ? <Waits /> : null
}

function Waits() {
  const say = useWords()
  const { data, error } = useQuery(inboxQuery(today().slice(0, 7)))
  const open = data?.findings.filter(({ state }) => state === 'open') ?? []
  return (
    <section aria-labelledby="to-look-at">
      <h2 id="to-look-at">{say('inbox')}</h2>
      {error ? <Refusal error={error} takesFocus={false} /> : !data && <Waiting />}
      {data && <OpenIncidents incidents={data.incidents} />}
      {data && open.length === 0 && <p className="empty">{say('none')}</p>}
      {open.length > 0 && (
        <ul className="cards">
          {open.slice(0, shown).map(({ id, sentence }) => (
            <li key={id} className="card">
              <p>{sentence}</p>
              <Link to="/inbox">{say('explain')}</Link>
            </li>
          ))}
        </ul>
      )}
      <p>
        {open.length > shown && <>{say('more', { count: open.length - shown })} · </>}
        <Link to="/inbox">{say('all')}</Link> · <Link to="/audit">{say('log')}</Link>
      </p>
      <Seal />
    </section>
  )
}
