import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, told } from '../../client.ts'
import { momentOf } from '../../format.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Field } from '../../parts/field.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { type Release, useAct } from '../../releases.ts'
import { words } from '../../text.ts'
import en from '../../words/release.en.json' with { type: 'json' }
import fr from '../../words/release.fr.json' with { type: 'json' }
import { ExactAsk } from './exact.tsx'

const useWords = words('release', { fr, en })

/** What the asker may do now: add files, ask, answer, take back. Nothing for anybody else. */
export function AskerPanel({ release }: { readonly release: Release }) {
  const say = useWords()
  const { id, offered, files } = release
  const [isAdding, setAdding] = useState(false)
  const path = { params: { path: { id } } }
  const submit = useAct(() => told(api.POST('/api/v1/releases/{id}/submission', path)))
  const withdraw = useAct(() => told(api.POST('/api/v1/releases/{id}/withdrawal', path)))
  const error = submit.error ?? withdraw.error
  const acts = offered.filter((one) => one !== 'review' && one !== 'package')
  if (acts.length === 0) return null
  return (
    <>
      {error && <Refusal error={error} />}
      <div className="actions">
        {offered.includes('files') && (
          <button type="button" onClick={() => setAdding(true)}>
            {say('file.add')}
          </button>
        )}
        {offered.includes('submission') && (
          <button
            type="button"
            className="main"
            disabled={submit.isPending || files.length === 0}
            onClick={() => submit.mutate(undefined)}
          >
            {say(submit.isPending ? 'submitting' : 'submit')}
          </button>
        )}
        {offered.includes('withdrawal') && (
          <button
            type="button"
            className="grave"
            disabled={withdraw.isPending}
            onClick={() => withdraw.mutate(undefined)}
          >
            {say('withdraw')}
          </button>
        )}
      </div>
      {offered.includes('answers') && <Answer id={id} />}
      <Dialog title={say('file.add')} isOpen={isAdding} onClose={() => setAdding(false)}>
        <NewFile release={release} onDone={() => setAdding(false)} />
      </Dialog>
    </>
  )
}

function Answer({ id }: { readonly id: string }) {
  const say = useWords()
  const answer = useAct((text: string) =>
    told(api.POST('/api/v1/releases/{id}/answers', { params: { path: { id } }, body: { text } })),
  )
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    answer.mutate(String(new FormData(event.currentTarget).get('text')))
  }
  return (
    <form onSubmit={send}>
      <Field label={say('answer')} help={say('answer.help')}>
        {(tied) => <textarea {...tied} name="text" rows={3} required maxLength={4000} />}
      </Field>
      {answer.error && <Refusal error={answer.error} />}
      <button type="submit" className="main" disabled={answer.isPending}>
        {say('answer.send')}
      </button>
    </form>
  )
}

interface NewFileProps {
  readonly release: Release
  readonly onDone: () => void
}

const types: Readonly<Record<string, ReleaseFileType>> = {
  csv: 'text/csv',
  txt: 'text/plain',
  json: 'application/json',
  png: 'image/png',
}
type ReleaseFileType = Release['files'][number]['type']

/** The answer of a past query as it is, or a file that was made from answers. */
function NewFile({ release, onDone }: NewFileProps) {
  const say = useWords()
  const { data } = useQuery({
    queryKey: ['projects', release.project, 'queries'],
    queryFn: async () =>
      (await told(api.GET('/api/v1/projects/{id}/queries', { params: { path: { id: release.project } } })))
        .queries,
  })
  const past = (data ?? []).filter(({ outcome }) => outcome === 'released')
  const add = useAct(async (form: FormData) => {
    await addFile(release, form)
    onDone()
  })
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    add.mutate(new FormData(event.currentTarget))
  }
  return (
    <form onSubmit={send}>
      <Field label={say('query')} help={say('query.help')}>
        {(tied) => (
          <select {...tied} name="query" required>
            {past.map(({ id, submittedAt, seq }) => (
              <option key={id} value={id}>
                {say('query.option', { moment: momentOf(submittedAt), seq: seq ?? 0 })}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={say('upload')} help={say('upload.help')}>
        {(tied) => <input {...tied} type="file" name="file" accept=".csv,.txt,.json,.png" />}
      </Field>
      <Field label={say('file.name')} help={say('file.name.help')}>
        {(tied) => <input {...tied} name="name" required maxLength={100} />}
      </Field>
      {(['shows', 'population', 'related'] as const).map((one) => (
        <Field key={one} label={say(one)} help={say(`help.${one}`)}>
          {(tied) => <textarea {...tied} name={one} rows={2} required={one !== 'related'} maxLength={1000} />}
        </Field>
      ))}
      <ExactAsk />
      {add.error && <Refusal error={add.error} />}
      <button type="submit" className="main" disabled={add.isPending}>
        {say('file.add')}
      </button>
    </form>
  )
}

async function addFile({ id }: Release, form: FormData): Promise<void> {
  const text = (name: string) => String(form.get(name) ?? '')
  const context = { shows: text('shows'), population: text('population'), related: text('related') }
  const name = text('name')
  const file = form.get('file')
  const isSent = file instanceof File && file.size > 0
  const exact = form.has('exact') ? { exact: { justification: text('exact') } } : {}
  const source = isSent ? { queries: [text('query')], ...exact } : { query: text('query'), ...exact }
  const added = await told(
    api.POST('/api/v1/releases/{id}/files', { params: { path: { id } }, body: { name, context, ...source } }),
  )
  if (!isSent) return
  const number = Math.max(...added.files.map((one) => one.number))
  const type = types[file.name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'text/plain'
  await told(
    api.PUT('/api/v1/releases/{id}/files/{number}', {
      params: { path: { id, number } },
      body: file,
      bodySerializer: (bytes: Blob) => bytes,
      headers: { 'Content-Type': type },
    }),
  )
}
