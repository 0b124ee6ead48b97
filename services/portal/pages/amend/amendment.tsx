import { useSuspenseQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { formQuery } from '../../request-form.ts'
import { requestQuery, useAct } from '../../requests.ts'
import type { Edits } from '../edit/autosave.ts'
import { type Draft, DraftContext, fieldsOf, patchFor } from '../edit/draft.tsx'

export interface Amending {
  /** Names of the fields that would change. */
  readonly changed: readonly string[]
  readonly send: () => Promise<unknown>
  readonly isPending: boolean
  readonly error: unknown
}

interface AmendmentProps {
  readonly id: string
  readonly children: (amending: Amending) => ReactNode
}

/** The editors of the form over what is granted: nothing is stored until the whole amendment is sent. */
export function AmendmentOf({ id, children }: AmendmentProps) {
  const { data: request } = useSuspenseQuery(requestQuery(id))
  const { data: form } = useSuspenseQuery(formQuery)
  const act = useAct(id)
  const [edits, setEdits] = useState<Edits>({})
  const patch = patchFor({ before: request, fields: fieldsOf(form) }, edits)
  const { isPending, error } = act
  const draft: Draft = {
    request,
    form,
    saving: { edits, phase: error ? 'refused' : 'still', clashing: [], at: null, error },
    value: (name) => (Object.hasOwn(edits, name) ? edits[name] : request[name]),
    set: (name, value) => setEdits((before) => ({ ...before, [name]: value })),
    settle: () => {},
    flush: () => Promise.resolve(),
  }
  const amending = {
    changed: Object.keys(patch),
    send: () => act.mutateAsync({ act: 'amendment', body: { patch } }),
    isPending,
    error,
  }
  return <DraftContext value={draft}>{children(amending)}</DraftContext>
}
