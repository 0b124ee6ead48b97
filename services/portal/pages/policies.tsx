import { useSearch } from '@tanstack/react-router'
import { PageBody } from '../parts/page.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { Proposals } from './policies/proposals.tsx'
import { Rules } from './policies/rules.tsx'
import { Simulator } from './policies/simulator.tsx'
import { useWords } from './policies/words.ts'
import './policies.css'

/** The rules in plain words, what they would decide, and how they change. */
export function PoliciesPage() {
  const say = useWords()
  const search = useSearch({ from: '/policies' })
  const { tab = 'rules' } = search
  const tabs = (['rules', 'simulator', 'proposals'] as const).map((id) => ({ id, label: say(`tab.${id}`) }))
  return (
    <PageBody title={say('title')} lead={say('lead')}>
      <Tabs label={say('tabs')} tabs={tabs} current={tab} />
      {tab === 'simulator' ? (
        <Simulator search={search} />
      ) : tab === 'proposals' ? (
        <Proposals chosen={search.proposal} />
      ) : (
        <Rules />
      )}
    </PageBody>
  )
}
