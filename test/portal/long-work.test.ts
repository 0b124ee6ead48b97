/** Long work in a real browser: followed by one stream, in the title of the window, told at its end to whoever asked. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { demoProject } from '../demo-project.ts'
import { longQuery } from '../long-query.ts'
import { expectAccessible, openPortal, type Portal } from './portal.ts'

const workshop = `/projects/${demoProject}/sql`

let portal: Portal
beforeAll(async () => {
  portal = await openPortal({ mode: { kind: 'demo', demo: 'full' } })
}, 120_000)
afterAll(() => portal?.close())

/** The notifications of a browser, as far as a page sees them; what it asks and says is kept on the page. */
const notifications = (answer: 'granted' | 'denied') => `
  window.asked = 0
  window.told = []
  window.Notification = class extends EventTarget {
    static async requestPermission() { window.asked += 1; return ${JSON.stringify(answer)} }
    constructor(title, { body }) { super(); window.told.push(title + ': ' + body) }
  }`

async function running(page: Page, answer: 'granted' | 'denied'): Promise<void> {
  await page.goto('about:blank')
  await page.addInitScript(notifications(answer))
  await page.goto(`${portal.node.url}${workshop}#sql=${encodeURIComponent(longQuery)}`)
  await page.getByRole('region', { name: 'Avant d’exécuter' }).getByText('Permise').waitFor()
  await page.getByRole('button', { name: 'Exécuter' }).click()
  await page.waitForFunction(() => document.title === 'En cours · Atelier SQL — huisclos')
}

const stopped = (page: Page) => page.getByText('Requête arrêtée à votre demande.').waitFor()
const told = (page: Page) => page.evaluate('window.told')

describe('a query that takes long', () => {
  test('is followed by one stream, and its end is a notification for whoever asked for it', async () => {
    const { page, complaints } = await portal.as('alice')
    const calls: string[] = []
    page.on('request', (request) => {
      const { pathname } = new URL(request.url())
      if (/\/queries(\/events)?$/.test(pathname) && request.method() === 'GET')
        calls.push(`${request.resourceType()} ${pathname.split('/').at(-1)}`)
    })
    await running(page, 'granted')
    expect(await page.evaluate('window.asked')).toBe(0)
    const bell = page.getByRole('button', { name: 'Me prévenir à la fin' })
    await bell.press('Enter')
    await page.getByText('Votre navigateur vous préviendra.').waitFor()
    expect(await bell.getAttribute('aria-pressed')).toBe('true')
    await expectAccessible(page)
    // One look when it began; from then on the stream tells.
    expect(calls).toEqual(['fetch queries', 'eventsource events'])
    await page.getByRole('button', { name: 'Arrêter' }).click()
    await stopped(page)
    await page.waitForFunction(() => document.title === 'Atelier SQL — huisclos')
    expect(await told(page)).toEqual(['huisclos: C’est fini : votre requête'])
    expect(complaints).toEqual([])
  })

  test('says so where the browser sends no notification, and then sends none', async () => {
    const { page } = await portal.as('alice', { theme: 'dark' })
    await running(page, 'denied')
    await page.getByRole('button', { name: 'Me prévenir à la fin' }).click()
    await page.getByText('gardez la page ouverte').waitFor()
    await page.getByRole('button', { name: 'Arrêter' }).click()
    await stopped(page)
    expect(await told(page)).toEqual([])
  })
})

describe('a deposit that is checked', () => {
  const id = '6b0f8f2e-6e0a-4a44-9d5e-0f8a6a1f0003'
  const at = `/deposits/pmsi-demo/${id}`
  const said = (status: string, bytes: number) => ({
    ...{ id, dataset: 'pmsi-demo', status, findings: [] },
    ...(status === 'checking' && { progress: { step: 'read', bytes, total: 100 } }),
  })

  /** The two answers of the house are those of the test: how far a check is cannot be held still. */
  async function opened(events: string | null) {
    const visit = await portal.as('Données CHU Rouen')
    await visit.page.unrouteAll()
    let looks = 0
    await visit.page.route(`**/api/v1/deposits/${id}`, (route) => {
      looks += 1
      return route.fulfill({ json: looks < 3 ? said('checking', 42) : said('refused', 100) })
    })
    await visit.page.route(`**/api/v1/deposits/${id}/events`, (route) =>
      events === null
        ? route.abort()
        : route.fulfill({
            contentType: 'text/event-stream',
            body: events,
            headers: { 'cache-control': 'no-store' },
          }),
    )
    await visit.goto(at)
    return { ...visit, looks: () => looks }
  }

  test('has its share in the title, and is asked for where there is no stream', async () => {
    const { page, looks } = await opened(null)
    await page.waitForFunction(() => document.title.startsWith('42 % · '))
    await page.getByText('Que faire maintenant').waitFor()
    expect(looks()).toBe(3)
    await page.waitForFunction(() => !document.title.includes('%'))
  })

  test('shows what the stream says', async () => {
    const state = `id: 1\nevent: state\ndata: ${JSON.stringify(said('checking', 77))}\n\n`
    const { page, looks } = await opened(`retry: 60000\n\n${state}`)
    await page.waitForFunction(() => document.title.startsWith('77 % · '))
    expect(looks()).toBeLessThan(3)
  })
})
