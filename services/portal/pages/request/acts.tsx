/** What the reader can do of a request now. The API says which commands are offered, and decides when one is given. */
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Dialog } from '../../parts/dialog.tsx'
import { Field } from '../../parts/field.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { type Act, type HabilitationRequest, useAct } from '../../requests.ts'
import { useRequestWords } from './words.ts'

/** Commands that are one confirmation away; some take a word or a day with them. */
const confirmed = [
  { act: 'completion', kind: 'main' },
  { act: 'acceptance', kind: 'main' },
  { act: 'appeal', takes: 'reasons' },
  { act: 'revocation-appeal', takes: 'reasons' },
  { act: 'renewal', takes: 'until' },
  { act: 'renunciation', kind: 'grave' },
  { act: 'withdrawal', kind: 'grave' },
] as const satisfies readonly Confirmed[]

interface Confirmed {
  readonly act: Act
  readonly kind?: 'main' | 'grave'
  readonly takes?: 'reasons' | 'until'
}

type ConfirmedAct = (typeof confirmed)[number]

const kindOf = ({ kind }: Confirmed) => kind

export function Acts({ request }: { readonly request: HabilitationRequest }) {
  const say = useRequestWords()
  const { id, offered } = request
  const own = confirmed.filter(({ act }) => offered.includes(act))
  const [open, setOpen] = useState<ConfirmedAct | null>(null)
  if (own.length === 0 && !offered.includes('change')) return null
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">{say('acts')}</h2>
      <p className="actions">
        {offered.includes('change') && (
          <Link className="button main" to="/requests/$request/edit" params={{ request: id }}>
            {say('act.change')}
          </Link>
        )}
        {own.map((one) => (
          <button key={one.act} type="button" className={kindOf(one)} onClick={() => setOpen(one)}>
            {say(`act.${one.act}`)}
          </button>
        ))}
        {offered.includes('amendment') && (
          <Link className="button" to="/requests/$request/amend" params={{ request: id }}>
            {say('act.amendment')}
          </Link>
        )}
      </p>
      <Dialog title={open ? say(`act.${open.act}`) : ''} isOpen={open !== null} onClose={() => setOpen(null)}>
        {open && <Confirming request={request} one={open} onClose={() => setOpen(null)} />}
      </Dialog>
    </section>
  )
}

interface ConfirmingProps {
  readonly request: HabilitationRequest
  readonly one: ConfirmedAct
  readonly onClose: () => void
}

function Confirming({ request, one, onClose }: ConfirmingProps) {
  const say = useRequestWords()
  const act = useAct(request.id)
  const [word, setWord] = useState('')
  const takes = 'takes' in one ? one.takes : undefined
  const body = takes === undefined ? {} : { [takes]: word }
  return (
    <>
      <p>{say(`act-what.${one.act}`)}</p>
      {takes !== undefined && (
        <Field label={say(`act-takes.${takes}`)} help={say(`act-takes-help.${takes}`)}>
          {(tied) =>
            takes === 'until' ? (
              <input {...tied} type="date" value={word} onChange={(event) => setWord(event.target.value)} />
            ) : (
              <textarea {...tied} rows={4} value={word} onChange={(event) => setWord(event.target.value)} />
            )
          }
        </Field>
      )}
      {act.error && <Refusal error={act.error} />}
      <p className="actions">
        <button
          type="button"
          className={kindOf(one)}
          disabled={act.isPending || (takes !== undefined && word.trim() === '')}
          onClick={() => act.mutate({ act: one.act, body }, { onSuccess: onClose })}
        >
          {say(`act-confirm.${one.act}`)}
        </button>
        <button type="button" onClick={onClose}>
          {say('cancel')}
        </button>
      </p>
    </>
  )
}
