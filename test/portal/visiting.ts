/** What the tests of pages and the trial of accessibility have in common: how somebody signs in, and by which rules a page is tried. */
import type { Page } from 'playwright-core'

/** Rules of axe: WCAG 2.2 A and AA, the RGAA, and what its authors advise. */
export const accessibilityRules = [
  'wcag2a',
  'wcag2aa',
  'wcag21a',
  'wcag21aa',
  'wcag22aa',
  'RGAAv4',
  'best-practice',
]

/** By the pages of the node, as a person of the demonstration. */
export async function signIn(page: Page, url: string, subject: string): Promise<void> {
  await page.goto(`${url}/connexion/demo`)
  await page.getByRole('button', { name: new RegExp(`^${subject}`, 'i') }).click()
  await page.waitForURL(`${url}/`)
}
