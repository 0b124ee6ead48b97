/** A picture of every page, at the width of a desk and at that of a hand; written to docs/screens, to be looked at. */
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { openBrowser } from '../chromium.ts'
import { startSystem } from '../contract/system.ts'
import { firstQuery, furnish } from '../trials/furnished.ts'
import { type ListedPage, portalPages, publicPages } from './pages.ts'
import { signIn } from './visiting.ts'

const folder = fileURLToPath(new URL('../../docs/screens/', import.meta.url))
const widths = [1280, 390]
const most = 2400

/** The names of the pictures. */
export async function main(say: (line: string) => void): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true })
  const system = await startSystem({ demo: 'full' })
  const browser = await openBrowser()
  try {
    const addressOf = await furnish(system)
    const shown: string[] = []
    for (const width of widths) {
      for (const [person, pages] of byPerson()) {
        const page = await visitor(browser, { url: system.url, person, width })
        for (const one of pages)
          shown.push(await picture(page, { of: one, at: system.url + addressOf(one), width }))
        await page.context().close()
        say(`${width}: ${person ?? 'everybody'}, ${pages.length} pages`)
      }
    }
    return shown
  } finally {
    await browser.close()
    await system.stop()
    await system.remove()
  }
}

function byPerson(): Map<string | null, ListedPage[]> {
  const found = new Map<string | null, ListedPage[]>()
  for (const page of [...publicPages, ...portalPages])
    found.set(page.person, [...(found.get(page.person) ?? []), page])
  return found
}

interface Visitor {
  readonly url: string
  readonly person: string | null
  readonly width: number
}

async function visitor(browser: Browser, { url, person, width }: Visitor): Promise<Page> {
  const context = await browser.newContext({ locale: 'fr', viewport: { width, height: 900 } })
  const page = await context.newPage()
  if (person !== null) await signIn(page, url, person)
  return page
}

async function picture(
  page: Page,
  { of, at, width }: { readonly of: ListedPage; readonly at: string; readonly width: number },
): Promise<string> {
  const isWorkshop = of.path.endsWith('/sql')
  await page.goto(isWorkshop ? `${at}#sql=${encodeURIComponent(firstQuery)}` : at, {
    waitUntil: 'networkidle',
  })
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  // A page that asks again and again is never idle.
  await page.waitForLoadState('networkidle', { timeout: 2000 }).catch(() => {})
  if (isWorkshop) {
    await page.getByRole('button', { name: 'Exécuter' }).first().click()
    await page.getByText('Aucune case').waitFor()
  }
  const person = of.path === '/' && of.person !== null ? `-${of.person}` : ''
  const name = `${of.path.replaceAll(/\W+/g, '-').replaceAll(/^-|-$/g, '') || 'start'}${person}-${width}.png`
  const height = Math.min(most, await page.evaluate(() => document.documentElement.scrollHeight))
  await page.setViewportSize({ width, height: Math.max(900, height) })
  await page.screenshot({ path: folder + name })
  await page.setViewportSize({ width, height: 900 })
  return name
}
