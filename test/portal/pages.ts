/** Every page that a person reads, with somebody who may: the list that the trial of accessibility and the screenshots walk. */
import { readFileSync } from 'node:fs'

export interface ListedPage {
  /** As the plan writes it: `$project` and the like are filled in on a node that has one. */
  readonly path: string
  /** Account of the demonstration; null where nobody signs in. */
  readonly person: string | null
}

const open = (path: string): ListedPage => ({ path, person: null })
const shown = (path: string, person: string): ListedPage => ({ path, person })

/** Pages of the gateway: they need no script. */
export const publicPages: readonly ListedPage[] = [
  open('/'),
  open('/connexion'),
  open('/catalogue'),
  open('/catalogue/$dataset'),
  open('/transparence'),
  open('/transparence/$request'),
  open('/transparence/mes-donnees'),
  open('/help'),
  open('/help/refus'),
  open('/help/refus/ROW_LEVEL'),
  open('/help/api'),
  open('/help/visite'),
  open('/accessibility'),
]

/** Pages of the portal, those that are planned and not yet there too. */
const planned: readonly ListedPage[] = [
  shown('/', 'alice'),
  shown('/projects', 'paul'),
  shown('/projects/$project', 'alice'),
  shown('/projects/$project/sql', 'alice'),
  shown('/requests', 'paul'),
  shown('/requests/$request', 'paul'),
  shown('/requests/$request/edit', 'paul'),
  shown('/requests/$request/amend', 'paul'),
  shown('/requests/$request/review', 'claire'),
  shown('/requests/queue', 'claire'),
  shown('/connections', 'alice'),
  shown('/releases', 'emma'),
  shown('/releases/$release', 'emma'),
  shown('/deposits', 'données chu'),
  shown('/deposits/$dataset', 'données chu'),
  shown('/deposits/$dataset/$deposit', 'données chu'),
  shown('/holdings', 'données chu'),
  shown('/audit', 'nadia'),
  shown('/inbox', 'nadia'),
  shown('/incidents', 'nadia'),
  shown('/incidents/$incident', 'nadia'),
  shown('/rights', 'nadia'),
  shown('/reports', 'nadia'),
  shown('/policies', 'nadia'),
  shown('/ops', 'karim'),
]

const router = readFileSync(new URL('../../services/portal/router.tsx', import.meta.url), 'utf8')
const isThere = ({ path }: ListedPage) => router.includes(`path: '${path}'`)

export const portalPages: readonly ListedPage[] = planned.filter(isThere)
export const absentPages: readonly ListedPage[] = planned.filter((page) => !isThere(page))

/** Addresses that the router has and this list has not. */
export function unlistedPages(): readonly string[] {
  const routed = [...router.matchAll(/path: '([^']+)'/g)].map(([, path = '']) => path)
  return routed.filter((path) => !planned.some((page) => page.path === path))
}
