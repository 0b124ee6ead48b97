import { useMutation } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import type { components } from '../../api.ts'
import { api, told } from '../../client.ts'
import { Refusal } from '../../parts/refusal.tsx'
import { queries } from '../../session.ts'
import { words } from '../../text.ts'
import en from '../../words/deposits.en.json' with { type: 'json' }
import fr from '../../words/deposits.fr.json' with { type: 'json' }
import { spoken } from './spoken.ts'

type TablePreview = components['schemas']['TablePreview']

const useWords = words('deposits', { fr, en })

/** What each part of a dialect may be; the first one leaves it to the node. */
const choices = {
  charset: ['auto', 'utf-8', 'utf-16', 'windows-1252', 'iso-8859-1'],
  delimiter: ['auto', ';', ',', 'tab', '|'],
  decimal: ['auto', ',', '.'],
  dateFormat: ['auto', 'iso', 'dmy', 'compact', 'dmy-compact'],
  header: ['auto', 'true', 'false'],
} as const
type Part = keyof typeof choices
const partNames = Object.keys(choices) as Part[]

interface DialectFormProps {
  readonly deposit: string
  readonly preview: TablePreview
}

/** The form of a text file as it is understood, to be corrected where that is wrong; the file is not sent again. */
export function DialectForm({ deposit, preview: { table, reading } }: DialectFormProps) {
  const say = useWords()
  const correction = useMutation({
    mutationFn: (body: Partial<Record<Part, string>>) =>
      told(
        api.PUT('/api/v1/deposits/{id}/tables/{table}/dialect', {
          params: { path: { id: deposit, table } },
          body,
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['preview', deposit, table] }),
  })
  if (reading.kind !== 'csv' && reading.kind !== 'fixed') {
    return <p>{say('dialect.kind', { kind: spoken(say, `kind.${reading.kind}`, reading.kind) })}</p>
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget)
    const chosen = partNames.map((name) => [name, String(given.get(name))] as const)
    correction.mutate(Object.fromEntries(chosen.filter(([, value]) => value !== 'auto')))
  }
  return (
    <form className="dialect" onSubmit={submit} aria-label={say('dialect', { table })}>
      {partNames.map((name) => (
        <label key={name}>
          {say(`dialect.${name}`)}
          <select name={name} defaultValue={understood(name, reading)}>
            {choices[name].map((value) => (
              <option key={value} value={value}>
                {spoken(say, `dialect.value.${value}`, value)}
              </option>
            ))}
          </select>
        </label>
      ))}
      <button type="submit" disabled={correction.isPending}>
        {say('dialect.again')}
        <span className="unseen"> : {table}</span>
      </button>
      {correction.error && <Refusal error={correction.error} />}
    </form>
  )
}

function understood(name: Part, reading: TablePreview['reading']): string {
  const value = reading[name]
  return value === undefined ? 'auto' : value === '\t' ? 'tab' : String(value)
}
