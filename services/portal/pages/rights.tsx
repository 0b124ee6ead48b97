import { useSearch } from '@tanstack/react-router'
import { PageBody } from '../parts/page.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { Answer } from './rights/answer.tsx'
import { DatasetOptOuts } from './rights/datasets.tsx'
import { ProjectEffects } from './rights/projects.tsx'
import { useWords } from './rights/words.ts'
import './rights.css'

/** The desk of those whose data are here: what became of opt-outs, and how to answer them. */
export function RightsPage() {
  const say = useWords()
  const { tab = 'datasets', dataset, project } = useSearch({ from: '/rights' })
  const tabs = (['datasets', 'projects', 'answer'] as const).map((id) => ({ id, label: say(`tab.${id}`) }))
  return (
    <PageBody title={say('title')} lead={say('lead')}>
      <Tabs label={say('tabs')} tabs={tabs} current={tab} />
      {tab === 'projects' ? (
        <ProjectEffects chosen={project} />
      ) : tab === 'answer' ? (
        <Answer />
      ) : (
        <DatasetOptOuts chosen={dataset} />
      )}
    </PageBody>
  )
}
