import { Link } from '@tanstack/react-router'
import { type Deposit, useOpening } from '../../deposits.ts'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { language, words } from '../../text.ts'
import en from '../../words/deposits.en.json' with { type: 'json' }
import fr from '../../words/deposits.fr.json' with { type: 'json' }
import { Findings } from './findings.tsx'
import { QualityLabel } from './quality.tsx'

const useWords = words('deposits', { fr, en })

/** How the checks ended, why, and what to do next. */
export function Verdict({ deposit }: { readonly deposit: Deposit }) {
  const say = useWords()
  const { id, dataset, status, version, findings, quality } = deposit
  const opening = useOpening()
  return (
    <>
      {status === 'accepted' && version !== undefined && (
        <p className="verdict">
          <Mark tone="good">{say('accepted', { version })}</Mark>{' '}
          <Link to="/deposits/$dataset" params={{ dataset }} search={{ tab: 'versions' }}>
            {say('tab.versions')}
          </Link>
        </p>
      )}
      {status !== 'accepted' && (
        <section className="verdict notice" aria-labelledby="todo">
          <h2 id="todo">{say('todo')}</h2>
          <ol>
            {(['first', 'second', 'third'] as const).map((step) => (
              <li key={step}>{say(status === 'quarantined' ? `quarantine.${step}` : `refused.${step}`)}</li>
            ))}
          </ol>
          {opening.error && <Refusal error={opening.error} />}
          <button
            type="button"
            className="main"
            disabled={opening.isPending}
            onClick={() => opening.mutate(dataset)}
          >
            {say('new')}
          </button>
        </section>
      )}
      <section aria-labelledby="findings">
        <h2 id="findings">{say('findings')}</h2>
        <p className="help">{say('findings.lead')}</p>
        <Findings findings={findings} />
        {findings.length > 0 && (
          <p>
            {(['csv', 'json'] as const).map((ending) => (
              <a
                key={ending}
                className="button"
                download
                href={`/api/v1/deposits/${id}/findings.${ending}?lang=${language()}`}
              >
                {say('findings.download', { format: ending.toUpperCase() })}
              </a>
            ))}
          </p>
        )}
      </section>
      {quality && <QualityLabel quality={quality} />}
    </>
  )
}
