/** Every page of the full demonstration, in both languages and lights, by the rules of axe; writes docs/accessibility.json. */
import { writeFile } from 'node:fs/promises'
import type { StatementFacts } from '../../services/gateway/help/statement-facts.ts'
import { parisDay, systemClock } from '../../services/kernel/clock.ts'
import { openBrowser } from '../chromium.ts'
import { type System, startSystem } from '../contract/system.ts'
import { tryPages, type View } from '../portal/accessibility.ts'
import { absentPages, type ListedPage, portalPages, publicPages, unlistedPages } from '../portal/pages.ts'

const views: readonly View[] = [
  { language: 'fr', theme: 'light' },
  { language: 'fr', theme: 'dark' },
  { language: 'en', theme: 'light' },
  { language: 'en', theme: 'dark' },
]

const file = new URL('../../docs/accessibility.json', import.meta.url)

/** Throws where the router has a page that the list has not. */
export async function main(say: (line: string) => void): Promise<StatementFacts> {
  const unlisted = unlistedPages()
  if (unlisted.length > 0) throw new Error(`test/portal/pages.ts does not have ${unlisted.join(', ')}`)
  const system = await startSystem({ demo: 'full' })
  try {
    const addressOf = await addressesOf(system)
    const browser = await openBrowser()
    try {
      const pages = [...publicPages, ...portalPages]
      const tried = await tryPages({ browser, url: system.url, pages, views, addressOf, say })
      const absent = absentPages.map(({ path }) => path)
      const facts = { testedAt: parisDay(systemClock.now()), ...tried, absent }
      await writeFile(file, textOf(facts))
      return facts
    } finally {
      await browser.close()
    }
  } finally {
    await system.stop()
    await system.remove()
  }
}

/** One line for each visit and each criterion: a change reads as one. */
function textOf({ visits, criteria, ...rest }: StatementFacts): string {
  const lines = (items: readonly object[]) =>
    `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`
  const members = Object.entries(rest).map(([name, value]) => `  "${name}": ${JSON.stringify(value)}`)
  return `{\n${[...members, `  "criteria": ${lines(criteria)}`, `  "visits": ${lines(visits)}`].join(',\n')}\n}\n`
}

/** The pages with places in their paths, filled in with what the demonstration has. */
async function addressesOf(system: System): Promise<(page: ListedPage) => string> {
  const { json } = await system.call('GET', '/api/v1/projects', { as: 'alice' })
  const project: string = json.projects[0].id
  const register = await system.call('GET', '/transparence.json')
  const request: string = register.json.requests[0].id
  const draft = await system.call('POST', '/api/v1/habilitations', { as: 'paul', body: { title: 'Essai' } })
  if (draft.status !== 201) throw new Error('no draft could be opened')
  return ({ path }) =>
    path
      .replace('$dataset', 'pmsi-demo')
      // The demonstration releases nothing by itself, and its deposit is listed by no call: what is shown is that none is there.
      .replace('$release', 'none')
      .replace('$deposit', 'none')
      .replace('$project', encodeURIComponent(project))
      .replace('$request/edit', `${encodeURIComponent(draft.json.id)}/edit`)
      .replace('$request', encodeURIComponent(request))
}
