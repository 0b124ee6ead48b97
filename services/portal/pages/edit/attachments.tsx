import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ChangeEvent, useState } from 'react'
import { api, told } from '../../client.ts'
import { bytesOf } from '../../format.ts'
import { Field } from '../../parts/field.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { inLanguage, type RequestForm } from '../../request-form.ts'
import { requestQuery } from '../../requests.ts'
import { useRequestWords } from '../request/words.ts'
import { useDraft } from './draft.tsx'

const path = '/api/v1/habilitations/{id}/attachments'
const pdf = 'application/pdf'

/** The fields that documents usually go with. */
const documented = [
  'protocol',
  'dpia',
  'ethicsReference',
  'cnilReference',
  'agreementRef',
  'additional',
] as const

/** Documents: added as PDF, taken back while the request is a draft. */
export function Attachments() {
  const say = useRequestWords()
  const { request, form } = useDraft()
  const queries = useQueryClient()
  const { id, attachments, offered } = request
  const [field, setField] = useState<string>(documented[0])
  const onSuccess = (after: typeof request) => queries.setQueryData(requestQuery(id).queryKey, after)
  const add = useMutation({ mutationFn: (file: File) => upload(id, field, file), onSuccess })
  const remove = useMutation({
    mutationFn: (attachment: string) =>
      told(api.POST(`${path}/{attachment}/deletion`, { params: { path: { id, attachment } } })),
    onSuccess,
  })
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const [file] = event.target.files ?? []
    if (file) add.mutate(file)
    event.target.value = ''
  }
  return (
    <section aria-labelledby="attachments">
      <h2 id="attachments">{say('attachments')}</h2>
      <p className="help">{say('attachments-help')}</p>
      {attachments.length > 0 && (
        <ul className="plain">
          {attachments.map(({ attachment, name, bytes, field: of }) => (
            <li key={attachment} className="line-head">
              <span>
                <a href={`/api/v1/habilitations/${id}/attachments/${attachment}`}>{name}</a>{' '}
                <span className="small">{`${bytesOf(bytes)} · ${labelOf(form, of)}`}</span>
              </span>
              {offered.includes('detachment') && (
                <button type="button" onClick={() => remove.mutate(attachment)}>
                  {say('attachment-remove', { name })}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      <Field label={say('attachment-for')}>
        {(tied) => (
          <select {...tied} value={field} onChange={(event) => setField(event.target.value)}>
            {documented.map((name) => (
              <option key={name} value={name}>
                {labelOf(form, name)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={say('attachment-add')} help={say('attachment-add-help')}>
        {(tied) => <input {...tied} type="file" accept={pdf} disabled={add.isPending} onChange={choose} />}
      </Field>
      {(add.error ?? remove.error) && <Refusal error={add.error ?? remove.error} />}
    </section>
  )
}

function labelOf(form: RequestForm, name: string): string {
  const field = form.steps.flatMap(({ fields }) => fields).find((one) => one.name === name)
  return field ? inLanguage(field.label) : name
}

/** The body is the file itself, which the browser reads as it sends it. */
function upload(id: string, field: string, file: File) {
  return told(
    api.POST(path, {
      params: { path: { id }, query: { name: file.name, field } },
      body: '',
      bodySerializer: () => file,
      headers: { 'Content-Type': pdf },
    }),
  )
}
