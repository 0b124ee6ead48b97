import { useMutation, useQuery } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import type { components } from '../../api.ts'
import { api, told } from '../../client.ts'
import { contractQuery } from '../../deposits.ts'
import { Field } from '../../parts/field.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Refusal } from '../../parts/refusal.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { queries } from '../../session.ts'
import { words } from '../../text.ts'
import en from '../../words/deposits.en.json' with { type: 'json' }
import fr from '../../words/deposits.fr.json' with { type: 'json' }
import { CommandLine } from './command-line.tsx'

const useWords = words('deposits', { fr, en })

type Contract = components['schemas']['DepositContract']

const frequencies = ['daily', 'weekly', 'monthly', 'quarterly', 'yearly', 'irregular'] as const
/** Before the first contract: what a holder most often promises. */
const blank: Contract = {
  frequency: 'monthly',
  categories: ['unit', 'key', 'plain', 'quasi-identifier'],
  contact: { name: '' },
  optOutFile: 'none',
  manifest: 'optional',
}

/** What the holder promises of every deposit; each change is a revision and an entry of the log. */
export function ContractForm({ dataset }: { readonly dataset: string }) {
  const say = useWords()
  const { data, error } = useQuery(contractQuery(dataset))
  const change = useMutation({
    mutationFn: (body: Contract) =>
      told(api.PUT('/api/v1/datasets/{name}/contract', { params: { path: { name: dataset } }, body })),
    onSuccess: async (contract) => {
      queries.setQueryData(['contract', dataset], contract)
      await queries.invalidateQueries({ queryKey: ['datasets'] })
    },
  })
  if (error) return <Refusal error={error} takesFocus={false} />
  if (data === undefined) return <Waiting />
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    change.mutate(contractOf(new FormData(event.currentTarget)))
  }
  return (
    <>
      {data === null && <p className="empty">{say('contract.none')}</p>}
      <form onSubmit={submit} aria-label={say('tab.contract')}>
        <ContractFields contract={data ?? blank} />
        {change.error && <Refusal error={change.error} />}
        <p className="actions">
          <button type="submit" className="main" disabled={change.isPending}>
            {say('contract.do')}
          </button>
          <span role="status">{change.isSuccess && <Mark tone="good">{say('contract.done')}</Mark>}</span>
        </p>
      </form>
      <CommandLine line={`npx huisclos datasets contract ${dataset} --set contrat.json`} />
    </>
  )
}

function ContractFields({ contract }: { readonly contract: Contract }) {
  const say = useWords()
  const { frequency, categories, contact, optOutFile, manifest, retention } = contract
  return (
    <>
      <Field label={say('contract.frequency')} help={say('contract.frequency.help')}>
        {(tied) => (
          <select {...tied} name="frequency" defaultValue={frequency}>
            {frequencies.map((one) => (
              <option key={one} value={one}>
                {say(`frequency.${one}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={say('contract.categories')} help={say('contract.categories.help')}>
        {(tied) => (
          <textarea {...tied} name="categories" required rows={4} defaultValue={categories.join('\n')} />
        )}
      </Field>
      <Field label={say('contract.name')}>
        {(tied) => <input {...tied} name="name" required maxLength={300} defaultValue={contact.name} />}
      </Field>
      <Field label={say('contract.email')}>
        {(tied) => <input {...tied} type="email" name="email" defaultValue={contact.email} />}
      </Field>
      <Field label={say('contract.opt-outs')} help={say('contract.opt-outs.help')}>
        {(tied) => (
          <select {...tied} name="optOutFile" defaultValue={optOutFile}>
            <option value="none">{say('no')}</option>
            <option value="required">{say('yes')}</option>
          </select>
        )}
      </Field>
      <Field label={say('contract.manifest')} help={say('contract.manifest.help')}>
        {(tied) => (
          <select {...tied} name="manifest" defaultValue={manifest}>
            <option value="optional">{say('no')}</option>
            <option value="required">{say('yes')}</option>
          </select>
        )}
      </Field>
      <Field label={say('contract.retention')} help={say('contract.retention.help')}>
        {(tied) => (
          <input
            {...tied}
            type="number"
            name="retention"
            min={1}
            max={1200}
            defaultValue={retention?.months}
          />
        )}
      </Field>
    </>
  )
}

function contractOf(given: FormData): Contract {
  const text = (name: string) => String(given.get(name) ?? '').trim()
  const email = text('email')
  const months = text('retention')
  return {
    frequency: frequencies.find((one) => one === text('frequency')) ?? 'irregular',
    categories: text('categories').split(/\s+/),
    contact: { name: text('name'), ...(email === '' ? {} : { email }) },
    optOutFile: text('optOutFile') === 'required' ? 'required' : 'none',
    manifest: text('manifest') === 'required' ? 'required' : 'optional',
    ...(months === '' ? {} : { retention: { months: Number(months) } }),
  }
}
