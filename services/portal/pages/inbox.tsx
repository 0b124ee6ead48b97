import { useSearch } from '@tanstack/react-router'
import { PageBody } from '../parts/page.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { Findings } from './inbox/findings.tsx'
import { Reviews } from './inbox/reviews.tsx'
import { useWords } from './inbox/words.ts'
import './inbox.css'

/** What waits for the DPO: findings of the log, and the review of the persons. */
export function InboxPage() {
  const say = useWords()
  const { tab = 'findings', month } = useSearch({ from: '/inbox' })
  const tabs = (['findings', 'reviews'] as const).map((id) => ({ id, label: say(`tab.${id}`) }))
  return (
    <PageBody title={say('title')} lead={say('lead')}>
      <Tabs label={say('tabs')} tabs={tabs} current={tab} />
      {tab === 'reviews' ? <Reviews /> : <Findings chosen={month} />}
    </PageBody>
  )
}
