import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api, told } from '../../client.ts'
import { type AuditSearch, auditSearch } from '../../dpo-search.ts'
import { filterToKeep, keepViews, logPageQuery, type SavedView } from '../../log.ts'
import { Field } from '../../parts/field.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { useWords } from './words.ts'
import './views.css'

interface ViewsProps {
  readonly search: AuditSearch
}

/** Searches kept under a name, and the keeping of this one. */
export function Views({ search }: ViewsProps) {
  const say = useWords()
  const { data } = useQuery(logPageQuery(search))
  const views = data?.views ?? []
  const filter = filterToKeep(search)
  const isFiltered = Object.keys(filter).length > 0
  if (views.length === 0 && !isFiltered) return null
  return (
    <section className="views" aria-label={say('views')}>
      {views.length > 0 && (
        <ul>
          {views.map((view) => (
            <Kept key={view.name} view={view} />
          ))}
        </ul>
      )}
      {isFiltered && (
        <details>
          <summary>{say('views.keep')}</summary>
          <Keeping filter={filter} />
        </details>
      )}
    </section>
  )
}

function Kept({ view: { name, filter } }: { readonly view: SavedView }) {
  const say = useWords()
  const remove = useMutation({
    mutationFn: () => told(api.DELETE('/api/v1/audit/views', { params: { query: { name } } })),
    onSuccess: ({ views }) => keepViews(views),
  })
  return (
    <li>
      <Link to="/audit" search={auditSearch({ ...filter })} preload={false} resetScroll={false}>
        {name}
      </Link>{' '}
      <button
        type="button"
        aria-label={say('views.remove', { name })}
        disabled={remove.isPending}
        onClick={() => remove.mutate()}
      >
        {say('views.forget')}
      </button>
      {remove.error && <Refusal error={remove.error} />}
    </li>
  )
}

function Keeping({ filter }: Pick<SavedView, 'filter'>) {
  const say = useWords()
  const [name, setName] = useState('')
  const save = useMutation({
    mutationFn: () => told(api.POST('/api/v1/audit/views', { body: { name: name.trim(), filter } })),
    onSuccess: ({ views }) => {
      keepViews(views)
      setName('')
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Field label={say('views.name')} help={say('views.help')}>
        {(tied) => (
          <input
            {...tied}
            type="text"
            required
            maxLength={80}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      {save.error && <Refusal error={save.error} />}
      <button type="submit" disabled={name.trim() === '' || save.isPending}>
        {say('views.save')}
      </button>
    </form>
  )
}
