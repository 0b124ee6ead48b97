import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, told } from '../../client.ts'
import { type HabilitationLine, habilitationsQuery } from '../../habilitations.ts'
import { refreshLog } from '../../log.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Field } from '../../parts/field.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { queries } from '../../session.ts'
import { words } from '../../text.ts'
import en from '../../words/suspend.en.json' with { type: 'json' }
import fr from '../../words/suspend.fr.json' with { type: 'json' }

const useWords = words('suspend', { fr, en })

/** Stops a project at once, with a reason; nothing where the API does not offer it. */
export function Suspend({ project }: { readonly project: string }) {
  const say = useWords()
  const { data } = useQuery({ ...habilitationsQuery, enabled: false })
  const [isOpen, setOpen] = useState(false)
  const line = data?.find((one) => one.project === project)
  if (!line) return null
  if (line.state === 'suspended') return <Mark tone="bad">{say('state')}</Mark>
  if (!line.offered.includes('suspension')) return null
  return (
    <>
      <button type="button" className="grave" onClick={() => setOpen(true)}>
        {say('open')}
      </button>
      <Dialog title={say('title', { title: line.title })} isOpen={isOpen} onClose={() => setOpen(false)}>
        <SuspendForm line={line} onClose={() => setOpen(false)} />
      </Dialog>
    </>
  )
}

interface FormProps {
  readonly line: HabilitationLine
  readonly onClose: () => void
}

function SuspendForm({ line, onClose }: FormProps) {
  const say = useWords()
  const [reason, setReason] = useState('')
  const suspend = useMutation({
    mutationFn: () =>
      told(
        api.POST('/api/v1/habilitations/{id}/suspension', {
          params: { path: { id: line.id } },
          body: { reason: reason.trim() },
        }),
      ),
    onSuccess: async () => {
      await refreshLog()
      await queries.invalidateQueries({ queryKey: ['projects'] })
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    suspend.mutate()
  }
  return (
    <form onSubmit={submit}>
      <p>{say('what')}</p>
      <Field label={say('reason')} help={say('reason.help')}>
        {(tied) => (
          <textarea
            {...tied}
            rows={3}
            required
            maxLength={2000}
            value={reason}
            onChange={({ target }) => setReason(target.value)}
          />
        )}
      </Field>
      {suspend.error && <Refusal error={suspend.error} />}
      <div className="actions">
        <button type="submit" className="grave" disabled={reason.trim() === '' || suspend.isPending}>
          {say('confirm')}
        </button>
        <button type="button" onClick={onClose}>
          {say('cancel')}
        </button>
      </div>
    </form>
  )
}
