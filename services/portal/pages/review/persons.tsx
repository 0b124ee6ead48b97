/** The persons of a permit: validation by the line manager, issue by the registrar, review, end; and their proofs. */
import { type FormEvent, useState } from 'react'
import { dayOf } from '../../format.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Field } from '../../parts/field.tsx'
import { FormEnd } from '../../parts/form-end.tsx'
import { Mark, type Tone } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { type HabilitationRequest, useAct } from '../../requests.ts'
import { hasRole, useMe } from '../../session.ts'
import { useNames } from '../request/words.ts'
import { Proofs } from './proofs.tsx'
import { useReviewWords } from './words.ts'

type Grant = HabilitationRequest['grants'][number]

const tones: Readonly<Record<string, Tone>> = {
  active: 'good',
  manager_validated: 'wait',
  invited: 'wait',
  proofs_pending: 'warn',
  suspended: 'bad',
}

/** States in which each act on a grant makes sense; whether it may be done, the API says. */
const actsOfGrant = {
  'grant-validation': ['invited', 'proofs_pending'],
  'grant-issue': ['manager_validated'],
  'grant-review': ['active'],
  'grant-end': ['invited', 'proofs_pending', 'manager_validated', 'active', 'suspended'],
} as const satisfies Readonly<Record<string, readonly string[]>>
type GrantAct = keyof typeof actsOfGrant
const grantActs = Object.keys(actsOfGrant) as readonly GrantAct[]

export function Persons({ request }: { readonly request: HabilitationRequest }) {
  const say = useReviewWords()
  if (request.grants.length === 0) return <p className="empty">{say('persons-none')}</p>
  return (
    <section aria-labelledby="persons">
      <h2 id="persons">{say('persons')}</h2>
      <ul className="cards">
        {request.grants.map((grant) => (
          <PersonCard key={`${grant.issuer} ${grant.subject}`} request={request} grant={grant} />
        ))}
      </ul>
    </section>
  )
}

interface PersonCardProps {
  readonly request: HabilitationRequest
  readonly grant: Grant
}

function PersonCard({ request, grant }: PersonCardProps) {
  const say = useReviewWords()
  const named = useNames()
  const me = useMe()
  const act = useAct(request.id)
  const [isEnding, setEnding] = useState(false)
  const { issuer, subject, state, lacking, validatedBy, issuedBy, review, reason } = grant
  const person = { issuer, subject }
  const own = grantActs.filter(
    (one) => request.offered.includes(one) && actsOfGrant[one].some((known) => known === state),
  )
  return (
    <li className="card">
      <h3>{subject}</h3>
      <p>
        <Mark tone={tones[state] ?? 'plain'}>{named('grant', state)}</Mark>
      </p>
      {lacking.length > 0 && (
        <p>{say('lacking', { proofs: lacking.map((one) => named('code', one)).join(', ') })}</p>
      )}
      {validatedBy && <p className="small">{say('validated-by', { by: validatedBy })}</p>}
      {issuedBy && <p className="small">{say('issued-by', { by: issuedBy })}</p>}
      {review && <p className="small">{say('review-by', { day: dayOf(review.dueAt) })}</p>}
      {reason && <p className="said">{reason}</p>}
      {act.error && <Refusal error={act.error} />}
      <p className="actions">
        {own.map((one) => (
          <button
            key={one}
            type="button"
            className={one === 'grant-end' ? 'grave' : 'main'}
            disabled={act.isPending}
            onClick={() =>
              one === 'grant-end' ? setEnding(true) : act.mutate({ act: one, body: { person } })
            }
          >
            {say(`act.${one}`, { person: subject })}
          </button>
        ))}
      </p>
      {hasRole(me, 'manager', 'registrar', 'dpo') && <Proofs person={person} />}
      <Dialog
        title={say('act.grant-end', { person: subject })}
        isOpen={isEnding}
        onClose={() => setEnding(false)}
      >
        <Ending request={request} person={person} onDone={() => setEnding(false)} />
      </Dialog>
    </li>
  )
}

interface EndingProps {
  readonly request: HabilitationRequest
  readonly person: Pick<Grant, 'issuer' | 'subject'>
  readonly onDone: () => void
}

function Ending({ request, person, onDone }: EndingProps) {
  const say = useReviewWords()
  const act = useAct(request.id)
  const [reason, setReason] = useState('')
  const send = (event: FormEvent) => {
    event.preventDefault()
    act.mutate({ act: 'grant-end', body: { person, reason } }, { onSuccess: onDone })
  }
  return (
    <form onSubmit={send}>
      <p>{say('what.grant-end')}</p>
      <Field label={say('input.reason')} help={say('input-help.reason')}>
        {(tied) => (
          <textarea {...tied} rows={3} value={reason} onChange={({ target }) => setReason(target.value)} />
        )}
      </Field>
      <FormEnd
        sending={act}
        isReady={reason.trim() !== ''}
        kind="grave"
        label={say('confirm.grant-end')}
        cancel={say('cancel')}
        onCancel={onDone}
      />
    </form>
  )
}
