/** Every page of the full demonstration, in both languages and lights, by the rules of axe; writes docs/accessibility.json. */
import { writeFile } from 'node:fs/promises'
import type { StatementFacts } from '../../services/gateway/help/statement-facts.ts'
import { parisDay, systemClock } from '../../services/kernel/clock.ts'
import { openBrowser } from '../chromium.ts'
import { startSystem } from '../contract/system.ts'
import { tryPages, type View } from '../portal/accessibility.ts'
import { absentPages, portalPages, publicPages, unlistedPages } from '../portal/pages.ts'
import { furnish } from './furnished.ts'

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
    const addressOf = await furnish(system)
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
