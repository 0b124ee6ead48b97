import { useMutation } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { api, told } from '../../client.ts'
import type { HeldLine, HeldRequest } from '../../holdings.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Field } from '../../parts/field.tsx'
import { FormEnd } from '../../parts/form-end.tsx'
import { queries } from '../../session.ts'
import { words } from '../../text.ts'
import en from '../../words/holdings.en.json' with { type: 'json' }
import fr from '../../words/holdings.fr.json' with { type: 'json' }

const useWords = words('holdings', { fr, en })

export type Act = 'suspension' | 'recall'

export interface LineAct {
  readonly kind: Act
  readonly request: HeldRequest
  readonly line: HeldLine
}

interface LineDialogProps {
  readonly act: LineAct | undefined
  readonly onClose: () => void
}

/** Asks once more, and why, before a line is stopped, or taken back for ever. */
export function LineDialog({ act, onClose }: LineDialogProps) {
  const say = useWords()
  const doing = useMutation({
    mutationFn: ({ of, reason }: { of: LineAct; reason: string }) => perform(of, reason),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['habilitations'] })
      close()
    },
  })
  const close = () => {
    doing.reset()
    onClose()
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const reason = String(new FormData(event.currentTarget).get('reason') ?? '')
    if (act) doing.mutate({ of: act, reason })
  }
  const kind = act?.kind ?? 'suspension'
  return (
    <Dialog title={say(`act.${kind}.title`)} isOpen={act !== undefined} onClose={close}>
      <form onSubmit={submit}>
        <p>
          <strong>{act?.request.title}</strong> · <code>{act?.line.dataset}</code>
        </p>
        <p>{say(`act.${kind}.effect`)}</p>
        <Field label={say('reason')} help={say('reason.help')}>
          {(tied) => <textarea {...tied} name="reason" required maxLength={3000} rows={3} />}
        </Field>
        <FormEnd
          sending={doing}
          kind="grave"
          label={say(`act.${kind}`)}
          cancel={say('cancel')}
          onCancel={close}
        />
      </form>
    </Dialog>
  )
}

function perform({ kind, request: { id }, line: { dataset: line } }: LineAct, reason: string) {
  const given = { params: { path: { id } }, body: { line, reason } }
  return told(
    kind === 'suspension'
      ? api.POST('/api/v1/habilitations/{id}/suspension', given)
      : api.POST('/api/v1/habilitations/{id}/recall', given),
  )
}
