import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { Copyable } from '../../parts/copyable.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import type { ConnectionsSearch } from '../../searches.ts'
import { snippetOf, tools } from '../../snippets.ts'
import { words } from '../../text.ts'
import en from '../../words/connections.en.json' with { type: 'json' }
import fr from '../../words/connections.fr.json' with { type: 'json' }
import { tablesQuery } from '../../workshop.ts'
import { examplesOf } from '../workshop/examples.ts'

const useWords = words('connections', { fr, en })

/** Without a project the text still shows where its name goes. */
const anyProject = 'FR-XXX-2026-000000'

/** One tab per tool, with a question of the project that can be run as it is. */
export function ToolSettings({ project }: { readonly project: string | null }) {
  const say = useWords()
  const { tab: open, project: wanted } = useSearch({ strict: false }) as ConnectionsSearch
  const tab = tools.find((one) => one === open) ?? 'curl'
  const named = wanted ?? project
  const { data } = useQuery({ ...tablesQuery(named ?? ''), enabled: named !== null })
  const sql = examplesOf(data ?? [])[0]?.sql ?? 'SELECT 1 AS one'
  const text = snippetOf(tab, { address: window.location.origin, project: named ?? anyProject, sql })
  return (
    <>
      <p>{say('tools.lead')}</p>
      <Tabs label={say('tools')} tabs={tools.map((id) => ({ id, label: id }))} current={tab} />
      <p className="small">{say(`tools.${tab}`)}</p>
      <Copyable label={say('tools.text', { tool: tab })} text={text} />
    </>
  )
}
