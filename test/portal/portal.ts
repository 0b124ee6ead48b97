/** A node, a browser and people who are signed in to the portal, for the tests of its pages. */
import { AxeBuilder } from '@axe-core/playwright'
import { expect } from '@jest/globals'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Settings } from '../../services/config.ts'
import { openBrowser } from '../chromium.ts'
import { openTestNode, type TestNode } from '../node.ts'
import { accessibilityRules, signIn } from './visiting.ts'

interface Viewing {
  readonly lang?: 'fr' | 'en'
  readonly theme?: 'light' | 'dark'
  readonly width?: number
}

export interface Visit {
  readonly page: Page
  /** What the page did that no page may: reports of its policy, errors of its scripts, calls of another address. */
  readonly complaints: string[]
  /** Opens a path of the node, in the language and light of the visit, and waits until the page has its title. */
  goto(path: string): Promise<void>
}

export interface Portal {
  readonly node: TestNode
  readonly browser: Browser
  /** A person of the demonstration who signs in by the pages of the node; the same visit again for the same person and view. */
  as(subject: string, viewing?: Viewing): Promise<Visit>
  close(): Promise<void>
}

/** One node and one browser for a file of tests. French unless told otherwise. */
export async function openPortal(changes: Partial<Settings> = {}): Promise<Portal> {
  return portalOn(await openTestNode(changes))
}

/** The same on a node that stands already; it is closed with the rest. */
export async function portalOn(node: TestNode): Promise<Portal> {
  const browser = await openBrowser()
  const visits = new Map<string, Promise<Visit>>()
  return {
    node,
    browser,
    as(subject, viewing = {}) {
      const key = `${subject} ${JSON.stringify(viewing)}`
      const visit = visits.get(key) ?? signedIn({ node, browser, viewing }, subject)
      visits.set(key, visit)
      return visit
    },
    async close() {
      await browser.close()
      await node.close()
    },
  }
}

interface On {
  readonly node: TestNode
  readonly browser: Browser
  readonly viewing: Viewing
}

async function signedIn({ node, browser, viewing }: On, subject: string): Promise<Visit> {
  const { lang = 'fr', theme = 'light', width = 1280 } = viewing
  const context = await browser.newContext({
    locale: lang,
    colorScheme: theme,
    // Colours that are on their way to others would be judged as they pass.
    reducedMotion: 'reduce',
    viewport: { width, height: 900 },
  })
  const page = await context.newPage()
  // Before the time of a test is over, so that it says what it waited for.
  page.setDefaultTimeout(20_000)
  const complaints = listening(context, page, node.url)
  await signIn(page, node.url, subject)
  return {
    page,
    complaints,
    async goto(path) {
      await page.goto(node.url + path)
      await page.getByRole('heading', { level: 1 }).first().waitFor()
    },
  }
}

function listening(context: BrowserContext, page: Page, own: string): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('console', (message) => {
    // The browser itself reports each answer above 399, which pages show and tests assert.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      complaints.push(message.text())
  })
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    const isSignIn =
      request.isNavigationRequest() && /^(127\.0\.0\.1|localhost)$/.test(new URL(request.url()).hostname)
    if (origin !== own && protocol !== 'data:' && !isSignIn) complaints.push(`a call of ${origin}`)
  })
  return complaints
}

/** No violation of WCAG 2.2 A and AA, or of the RGAA, on the page as it stands. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .options({ resultTypes: ['violations'] })
    .withTags(accessibilityRules)
    // There are no frames: their report would open a page of its own for each run.
    .setLegacyMode(true)
    .analyze()
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`),
  ).toEqual([])
}
