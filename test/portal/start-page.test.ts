/** The start page in a real browser: it is read, in two languages and two lights, and breaks no rule of its own policy. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { createApp } from '../../services/gateway/app.ts'
import { openRoute } from '../../services/gateway/route.ts'
import { startPage } from '../../services/gateway/start-page.ts'
import { openBrowser } from '../chromium.ts'
import { openDoors } from '../gateway/doors.ts'

const screenshot = new URL('../../docs/images/start-page.png', import.meta.url).pathname

let server: Server
let browser: Browser
let url: string

beforeAll(async () => {
  const template = await readFile(new URL('../../services/portal/start.html', import.meta.url), 'utf8')
  const facts = {
    version: '0.1.0',
    address: 'http://localhost:8080',
    demo: 'full',
    project: 'FR-NOR-2026-000001',
    isBoxed: false,
  } as const
  const page = openRoute({
    method: 'get',
    path: '/',
    summary: 'the start page',
    responses: { 200: { description: '' } },
    handler: async () => ({ type: 'text/html; charset=utf-8', content: startPage(template, facts) }),
  })
  const { house } = openDoors()
  const assets = new URL('../../services/portal/assets', import.meta.url).pathname
  const app = createApp({ ...house, portal: { ...house.portal, startPage: '', assets } }, [page])
  server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  url = typeof address === 'object' ? `http://127.0.0.1:${address?.port}/` : ''
  browser = await openBrowser()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  server?.closeAllConnections()
  server?.close()
})

/** A page with all that it complained about. */
async function opened(options: { colorScheme?: 'light' | 'dark'; width?: number; script?: boolean } = {}) {
  const { colorScheme = 'light', width = 1100, script = true } = options
  const context = await browser.newContext({
    colorScheme,
    viewport: { width, height: 900 },
    javaScriptEnabled: script,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('requestfailed', (failed) => complaints.push(`failed ${failed.url()}`))
  const requests: string[] = []
  page.on('request', (asked) => requests.push(asked.url()))
  await page.goto(url)
  return { page, complaints, requests, close: () => context.close() }
}

/** What the browser has and Node has not, as far as these tests look at it. */
interface Inside {
  readonly document: { readonly body: unknown; readonly documentElement: { readonly scrollWidth: number } }
  getComputedStyle(element: unknown): { readonly backgroundColor: string }
}

const background = (page: Page) =>
  page.evaluate(() => {
    const inside = globalThis as unknown as Inside
    return inside.getComputedStyle(inside.document.body).backgroundColor
  })

const widest = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as Inside).document.documentElement.scrollWidth)

describe('the start page', () => {
  test('says in French what runs here, the doors and the first steps, then in English', async () => {
    const { page, close } = await opened()
    expect(await page.getAttribute('html', 'lang')).toBe('fr')
    expect(await page.textContent('h1')).toBe('Interroger sans voir')
    const english = page.locator('section[lang=en]')
    expect(await english.textContent()).toContain('Ask without seeing')
    for (const section of [page.locator('#francais'), english]) {
      const text = await section.textContent()
      expect(text).toContain('npx huisclos query --as alice --project FR-NOR-2026-000001')
      expect(await section.locator('a[href="/api/v1/openapi.json"]').count()).toBe(1)
      expect(await section.locator('a[href="/transparence"]').count()).toBe(1)
    }
    await close()
  })

  test('needs no script, asks nobody else, and breaks no rule of its policy', async () => {
    const { page, complaints, requests, close } = await opened()
    expect(await page.locator('script').count()).toBe(0)
    expect(await page.locator('[style]').count()).toBe(0)
    expect(requests.every((asked) => asked.startsWith(url))).toBe(true)
    expect(complaints).toEqual([])
    await close()
  })

  test('its style arrives, and is light or dark as the reader wants it', async () => {
    const light = await opened({ colorScheme: 'light' })
    const dark = await opened({ colorScheme: 'dark' })
    expect(await background(light.page)).toBe('rgb(252, 252, 250)')
    expect(await background(dark.page)).toBe('rgb(20, 25, 23)')
    if (process.env.HUISCLOS_SCREENSHOT) await light.page.screenshot({ path: screenshot, fullPage: false })
    await light.close()
    await dark.close()
  })

  test('its letters are drawn', async () => {
    const { page, close } = await opened()
    expect((await page.locator('h1').boundingBox())?.height).toBeGreaterThan(30)
    await close()
  })

  test('on a telephone nothing is wider than the screen', async () => {
    const { page, close } = await opened({ width: 360 })
    expect(await widest(page)).toBeLessThanOrEqual(360)
    await close()
  })
})
