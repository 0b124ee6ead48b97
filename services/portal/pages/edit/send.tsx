import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Dialog } from '../../parts/dialog.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { patchRequest, requestQuery, titleOf, useAct } from '../../requests.ts'
import { useRequestWords } from '../request/words.ts'
import { useDraft } from './draft.tsx'

/** The last act of the form: what is missing, or the engagement and the sending. */
export function Send() {
  const say = useRequestWords()
  const { request, saving, flush } = useDraft()
  const [isOpen, setOpen] = useState(false)
  const { complete, steps } = request.completeness
  const lacking = steps.reduce((sum, { missing }) => sum + missing.length, 0)
  const ask = async () => {
    await flush()
    setOpen(true)
  }
  return (
    <section aria-labelledby="send">
      <h2 id="send">{say('send')}</h2>
      <p>{complete ? say('send-ready') : say('send-missing', { count: lacking })}</p>
      <button
        type="button"
        className="main"
        disabled={!complete || saving.clashing.length > 0}
        onClick={() => void ask()}
      >
        {say('send-act')}
      </button>
      <Dialog title={say('send-title')} isOpen={isOpen} onClose={() => setOpen(false)}>
        <Engagement onClose={() => setOpen(false)} />
      </Dialog>
    </section>
  )
}

function Engagement({ onClose }: { readonly onClose: () => void }) {
  const say = useRequestWords()
  const navigate = useNavigate()
  const { request } = useDraft()
  const queries = useQueryClient()
  const act = useAct(request.id)
  const [isMeant, setMeant] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const send = async () => {
    try {
      // The engagement is a field of the request like the others: it goes with what is sent.
      const engaged = await patchRequest(request, { truthful: true })
      queries.setQueryData(requestQuery(request.id).queryKey, engaged)
      await act.mutateAsync({ act: 'submission' })
      await navigate({ to: '/requests/$request', params: { request: request.id } })
    } catch (refused) {
      setError(refused)
    }
  }
  return (
    <>
      <p>{say('send-what', { title: titleOf(request) ?? request.id })}</p>
      <ul>
        <li>{say('send-public')}</li>
        <li>{say('send-clock')}</li>
      </ul>
      <label className="check">
        <input type="checkbox" checked={isMeant} onChange={(event) => setMeant(event.target.checked)} />
        {say('send-engagement')}
      </label>
      {error !== null && <Refusal error={error} />}
      <p className="actions">
        <button
          type="button"
          className="main"
          disabled={!isMeant || act.isPending}
          onClick={() => void send()}
        >
          {say('send-confirm')}
        </button>
        <button type="button" onClick={onClose}>
          {say('cancel')}
        </button>
      </p>
    </>
  )
}
