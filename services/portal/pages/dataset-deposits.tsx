import { useQuery } from '@tanstack/react-query'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { type DatasetShown, datasetQuery, depositsQuery, useOpening } from '../deposits.ts'
import { PageBody } from '../parts/page.tsx'
import { Refusal } from '../parts/refusal.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { words } from '../text.ts'
import en from '../words/deposits.en.json' with { type: 'json' }
import fr from '../words/deposits.fr.json' with { type: 'json' }
import { ContractForm } from './deposits/contract-form.tsx'
import { DepositTable } from './deposits/deposit-table.tsx'
import './deposits.css'
import { OptOuts } from './deposits/opt-outs.tsx'
import { Versions } from './deposits/versions.tsx'

const useWords = words('deposits', { fr, en })

const tabs = ['deposits', 'versions', 'opt-outs', 'contract'] as const
export type DatasetTab = (typeof tabs)[number]

/** One dataset of an organisation: its deposits, versions, opt-outs and contract. */
export function DatasetDepositsPage() {
  const say = useWords()
  const { dataset: name } = useParams({ from: '/deposits/$dataset' })
  const { tab = 'deposits' } = useSearch({ from: '/deposits/$dataset' })
  const { data, error } = useQuery(datasetQuery(name))
  const opening = useOpening()
  const current = tabs.find((one) => one === tab) ?? 'deposits'
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  const { title = name } = data
  return (
    <PageBody
      title={title}
      lead={say(`tab.lead.${current}`)}
      crumbs={<Link to="/deposits">{say('title')}</Link>}
      actions={
        <button
          type="button"
          className="main"
          disabled={opening.isPending}
          onClick={() => opening.mutate(name)}
        >
          {say('new')}
        </button>
      }
    >
      {opening.error && <Refusal error={opening.error} />}
      <Tabs
        label={say('tabs', { title })}
        tabs={tabs.map((id) => ({ id, label: say(`tab.${id}`) }))}
        current={current}
      />
      <Part tab={current} dataset={data} />
    </PageBody>
  )
}

function Part({ tab, dataset }: { readonly tab: DatasetTab; readonly dataset: DatasetShown }) {
  switch (tab) {
    case 'deposits':
      return <Deposits dataset={dataset.name} />
    case 'versions':
      return <Versions dataset={dataset.name} />
    case 'opt-outs':
      return <OptOuts dataset={dataset.name} />
    case 'contract':
      return <ContractForm dataset={dataset.name} />
  }
}

function Deposits({ dataset }: { readonly dataset: string }) {
  const { data, error } = useQuery(depositsQuery(dataset))
  if (error) return <Refusal error={error} takesFocus={false} />
  if (!data) return <Waiting />
  return <DepositTable deposits={data} isOfOne />
}
