import { useQuery } from '@tanstack/react-query'
import type { PoliciesSearch } from '../../dpo-search.ts'
import { momentOf } from '../../format.ts'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { simulationQuery } from '../../policies.ts'
import { useMe } from '../../session.ts'
import { useWords } from './words.ts'

interface DecisionProps {
  readonly asked: Pick<PoliciesSearch, 'dataset' | 'purpose' | 'date'>
  readonly person: string
  readonly project: string
  /** Undefined: that of whoever asks. */
  readonly issuer: string | undefined
}

/** What would be decided, and why. */
export function Decision({ asked: { dataset, purpose, date }, person, project, issuer }: DecisionProps) {
  const say = useWords()
  const me = useMe()
  const { data, error } = useQuery(
    simulationQuery({
      person: { issuer: issuer ?? me.issuer, subject: person },
      project,
      ...(dataset !== undefined && { dataset }),
      ...(purpose !== undefined && { purpose }),
      ...(date !== undefined && { date }),
    }),
  )
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  const { decision, code, rule, reason, legalBasis, fact, hint, missing, permit, at } = data
  const facts = [
    ['rule', rule],
    ['reason', reason],
    ['basis', legalBasis],
    ['fact', fact],
    ['hint', hint],
    ['missing', missing?.map(({ message }) => message).join(' ; ')],
    ['of-permit', `${permit.id}, v${permit.version}`],
    ['day', momentOf(at)],
  ] as const
  return (
    <section className={`decision ${decision}`} role="status">
      <p className="verdict">
        <Mark tone={decision === 'permit' ? 'good' : 'bad'}>{say(`decision.${decision}`)}</Mark>{' '}
        {code !== undefined && (
          <a href={`/help/refus/${code}`}>
            <code>{code}</code>
          </a>
        )}
      </p>
      <dl>
        {facts.map(([name, value]) =>
          value === undefined || value === '' ? null : (
            <div key={name}>
              <dt>{say(name)}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </section>
  )
}
