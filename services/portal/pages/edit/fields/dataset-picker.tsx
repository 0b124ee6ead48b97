import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { datasetsQuery } from '../../../datasets.ts'
import { Field } from '../../../parts/field.tsx'
import { Refusal } from '../../../parts/refusal.tsx'
import { useRequestWords } from '../../request/words.ts'

interface PickerProps {
  readonly taken: readonly string[]
  readonly onPick: (dataset: string) => void
}

/** A search in the catalogue, from which a dataset is added to the request. */
export function DatasetPicker({ taken, onPick }: PickerProps) {
  const say = useRequestWords()
  const [q, setQ] = useState('')
  const { data = [], error } = useQuery(datasetsQuery(useDeferredValue(q.trim())))
  const offered = data.filter(({ name }) => !taken.includes(name))
  return (
    <div className="picker">
      <Field label={say('dataset-search')} help={say('dataset-search-help')}>
        {(tied) => <input {...tied} type="search" value={q} onChange={(event) => setQ(event.target.value)} />}
      </Field>
      {error && <Refusal error={error} takesFocus={false} />}
      {offered.length === 0 ? (
        <p className="small">{say(taken.length > 0 && q === '' ? 'dataset-all-taken' : 'dataset-none')}</p>
      ) : (
        <ul className="offers">
          {offered.slice(0, 8).map(({ name, title, description, holder }) => (
            <li key={name}>
              <span>
                <strong>{title ?? name}</strong> <span className="small">{`${name} · ${holder}`}</span>
                {description && <span className="small described">{description}</span>}
              </span>
              <button type="button" onClick={() => onPick(name)}>
                {say('dataset-add', { dataset: name })}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
