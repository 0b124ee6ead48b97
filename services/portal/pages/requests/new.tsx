import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { Dialog } from '../../parts/dialog.tsx'
import { Field } from '../../parts/field.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { formQuery, inLanguage } from '../../request-form.ts'
import { type HabilitationRequest, openRequest, requestQuery, titleOf } from '../../requests.ts'
import { useRequestWords } from '../request/words.ts'

interface NewRequestProps {
  readonly requests: readonly HabilitationRequest[]
  /** The dataset that the reader came from the catalogue with. */
  readonly dataset: string | undefined
}

/** The one mode that answers are given in: a draft begins with it, as with nothing else to choose. */
const beginning = { disclosure: { mode: 'guarded' } } as const

/** Begins a request: blank, with the dataset of the catalogue, or as a copy of an older one. */
export function NewRequest({ requests, dataset }: NewRequestProps) {
  const say = useRequestWords()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [isCopying, setCopying] = useState(false)
  const opening = useMutation({
    mutationFn: openRequest,
    onSuccess: async (opened) => {
      queries.setQueryData(requestQuery(opened.id).queryKey, opened)
      await queries.invalidateQueries({ queryKey: ['requests'], exact: true })
      await navigate({ to: '/requests/$request/edit', params: { request: opened.id }, search: {} })
    },
  })
  return (
    <>
      {dataset !== undefined && (
        <div className="notice">
          <p>{say('new-of-dataset', { dataset })}</p>
          <button
            type="button"
            className="main"
            disabled={opening.isPending}
            onClick={() => opening.mutate({ ...beginning, lines: [{ dataset, tables: {} }] })}
          >
            {say('new-of-dataset-act', { dataset })}
          </button>
        </div>
      )}
      <p className="actions">
        <button
          type="button"
          className={dataset === undefined ? 'main' : undefined}
          disabled={opening.isPending}
          onClick={() => opening.mutate(beginning)}
        >
          {say('new')}
        </button>
        {requests.length > 0 && (
          <button type="button" onClick={() => setCopying(true)}>
            {say('copy')}
          </button>
        )}
      </p>
      {opening.error && <Refusal error={opening.error} />}
      <Dialog title={say('copy')} isOpen={isCopying} onClose={() => setCopying(false)}>
        <Copying requests={requests} onCopy={(copyOf) => opening.mutate({ copyOf })} />
      </Dialog>
    </>
  )
}

interface CopyingProps {
  readonly requests: readonly HabilitationRequest[]
  readonly onCopy: (id: string) => void
}

function Copying({ requests, onCopy }: CopyingProps) {
  const say = useRequestWords()
  const { data: form } = useQuery(formQuery)
  const [id, setId] = useState(requests[0]?.id ?? '')
  const left = (form?.steps ?? []).flatMap(({ fields }) =>
    fields.filter(({ copied }) => !copied).map(({ label }) => inLanguage(label)),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onCopy(id)
  }
  return (
    <form onSubmit={submit}>
      <Field label={say('copy-which')} help={say('copy-left', { fields: left.join(', ') })}>
        {(tied) => (
          <select {...tied} value={id} onChange={(event) => setId(event.target.value)}>
            {requests.map((request) => (
              <option key={request.id} value={request.id}>
                {`${titleOf(request) ?? say('untitled')} (${request.id})`}
              </option>
            ))}
          </select>
        )}
      </Field>
      <button type="submit" className="main">
        {say('copy-act')}
      </button>
    </form>
  )
}
