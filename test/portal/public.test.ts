/** The pages that everybody reads: in a browser without scripts, in both languages and lights, light on the network, texts as texts. */
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { BrowserContext, Locator, Page } from 'playwright-core'
import { type Code, refusals } from '../../services/kernel/refusal.ts'
import { small } from '../dataset/small.ts'
import { tryPages } from './accessibility.ts'
import { type ListedPage, publicPages, unlistedPages } from './pages.ts'
import { openPortal, type Portal } from './portal.ts'

const hostile = '<img src=x onerror=alert(1)>'
const pages: readonly ListedPage[] = publicPages.filter(({ path }) => !path.includes('$'))

let portal: Portal
/** Somebody whose browser runs no script. */
let context: BrowserContext
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  portal = await openPortal()
  const body = {
    ...{ ...small('shown'), title: hostile },
    catalogue: { populationCoverage: hostile, contactPoint: { name: hostile, email: 'dpo@chu.example' } },
  }
  expect((await portal.node.call('POST', '/api/v1/datasets', { as: 'rouen', body })).status).toBe(201)
  context = await portal.browser.newContext({ javaScriptEnabled: false, locale: 'fr' })
  page = await context.newPage()
  page.on('console', (message) => complaints.push(message.text()))
  page.on('requestfailed', (failed) => complaints.push(`failed ${failed.url()}`))
}, 120_000)
afterAll(() => portal?.close())

const goto = (path: string) => page.goto(portal.node.url + path)

/** Until the page that it leads to is whole: a click waits for its first bytes alone. */
const follow = (link: Locator) => Promise.all([page.waitForEvent('load'), link.click()])

describe('the public pages', () => {
  test.each(pages.map(({ path }) => path))('%s needs no script and weighs little', async (path) => {
    const answer = await goto(path)
    expect(answer?.status()).toBe(200)
    expect(await page.locator('h1').count()).toBe(1)
    expect(await page.locator('script, [style]').count()).toBe(0)
    expect(gzipSync((await answer?.body()) ?? '').length).toBeLessThan(100 * 1024)
    expect(complaints).toEqual([])
  })

  test.each([
    { language: 'fr', theme: 'light', paths: ['/connexion', '/transparence/mes-donnees', '/help'] },
    { language: 'en', theme: 'dark', paths: ['/help/refus/ROW_LEVEL', '/help/visite', '/accessibility'] },
  ] as const)(
    'break no rule of accessibility: $language, $theme',
    async ({ paths, ...view }) => {
      const { browser, node } = portal
      const asked = paths.map((path) => ({ path, person: null }))
      const { visits, criteria } = await tryPages({ browser, url: node.url, pages: asked, views: [view] })
      expect(visits.map(({ page, violations }) => ({ page, violations }))).toEqual(
        paths.map((page) => ({ page, violations: [] })),
      )
      expect(criteria.find(({ criterion }) => criterion === '8.5')?.met).toBe(paths.length)
    },
    60_000,
  )

  test('lead to each other, and to themselves in the other language with what was asked', async () => {
    await goto('/catalogue?q=shown')
    await follow(page.getByRole('link', { name: 'English' }))
    expect(page.url()).toBe(`${portal.node.url}/catalogue?q=shown&lang=en`)
    expect(await page.getAttribute('html', 'lang')).toBe('en')
    await follow(page.getByRole('link', { name: 'Help', exact: true }).first())
    expect(await page.title()).toBe('Help — huisclos')
    await follow(page.getByRole('link', { name: 'Français' }))
    expect(await page.title()).toBe('Aide — huisclos')
    await follow(page.getByRole('link', { name: /^Accessibilité/ }))
    expect(await page.title()).toBe('Accessibilité — huisclos')
  })

  test('have a way in, which leads to the sign-in and back to the portal', async () => {
    const { url } = portal.node
    await goto('/help')
    await follow(page.getByRole('link', { name: 'Mon espace' }))
    expect(page.url()).toBe(`${url}/connexion`)
    const { page: own, goto: ownGoto } = await portal.as('alice')
    await ownGoto('/help')
    await own.getByRole('link', { name: 'Mon espace' }).click()
    await own.getByRole('heading', { level: 1, name: 'Bonjour Alice' }).waitFor()
    await own.getByRole('link', { name: /^Accessibilité/ }).click()
    await own.getByRole('heading', { level: 1, name: 'Accessibilité' }).waitFor()
  })

  test('refuse what their address does not have', async () => {
    for (const path of ['/help?x=1', '/help/api?role=nobody', '/transparence/mes-donnees?lang=de'])
      expect((await goto(path))?.status()).toBe(422)
    expect((await goto('/help/refus/NOTHING'))?.status()).toBe(404)
  })

  test('are all in the list that the trial walks', () => {
    expect(unlistedPages()).toEqual([])
  })
})

describe('the help', () => {
  const codes = Object.keys(refusals) as Code[]

  test.each(['fr', 'en'] as const)(
    'has sentence, reason and way out of every refusal, in %s',
    async (lang) => {
      const answer = await goto(`/help/refus?lang=${lang}`)
      const index = (await answer?.text()) ?? ''
      for (const code of codes) {
        expect(index).toContain(`href="/help/refus/${code}?lang=${lang}"`)
        const single = await (await fetch(`${portal.node.url}/help/refus/${code}?lang=${lang}`)).text()
        const parts = [/<h1>(.+)<\/h1>/, /<p>([^<].+)<\/p>/, /<p class="hint">(.+)<\/p>/].map(
          (pattern) => pattern.exec(single)?.[1] ?? '',
        )
        expect({ code, parts: parts.filter((part) => part.length > 3) }).toEqual({ code, parts })
        expect(single).toContain(`<html lang="${lang}">`)
      }
    },
  )

  test('has each word at its own address, and each role with its calls', async () => {
    await goto('/help#seuil-k')
    expect(await page.locator('#seuil-k').innerText()).toBe('Seuil k')
    await follow(page.getByRole('link', { name: 'ses appels : Exploitation' }))
    expect(await page.getByText('POST /api/v1/keys/rotation', { exact: true }).count()).toBe(1)
    expect(await page.getByText('POST /api/v1/datasets', { exact: true }).count()).toBe(0)
  })

  test('shows every call with who may make it and its schemas', async () => {
    await goto('/help/api?lang=en')
    const row = (name: string) => page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) })
    expect(await row('GET /api/v1/audit/entries').innerText()).toMatch(
      /Data protection officer\s.*AuditEntry/,
    )
    expect(await row('GET /transparence').innerText()).toContain('everybody')
  })

  test('tells the tour of a demonstration that is empty without leading anywhere', async () => {
    await goto('/help/visite')
    expect(await page.getByText('pas de projet de démonstration').count()).toBe(1)
    expect(await page.locator('main section').count()).toBe(5)
    expect(await page.locator('main section a').count()).toBe(0)
  })
})

describe('"are my data used?"', () => {
  test('names data, holder and contact, and says what cannot be known', async () => {
    await goto('/transparence')
    await follow(page.getByRole('link', { name: /comment s’opposer/ }))
    const section = page.locator('main section')
    expect(await section.count()).toBe(1)
    expect(await section.getByRole('link', { name: hostile }).count()).toBe(1)
    expect(await section.getByRole('link', { name: 'dpo@chu.example' }).count()).toBe(1)
    expect(await section.getByText('Personne n’interroge ce jeu').count()).toBe(1)
    expect(await page.getByText('Ce nœud ne connaît ni votre nom').count()).toBe(1)
    expect(await page.locator('img:not([alt=""])').count()).toBe(0)
  })

  test('shows the data of one holder alone', async () => {
    await goto('/transparence/mes-donnees')
    await page.getByLabel('Hôpital ou organisme').selectOption('CHU de Rouen')
    await follow(page.getByRole('button', { name: 'Montrer' }))
    expect(new URL(page.url()).searchParams.get('holder')).toBe('chu-rouen')
    expect(await page.locator('main section').count()).toBe(1)
    await goto('/transparence/mes-donnees?holder=gh-havre')
    expect(await page.getByText('Aucun jeu de données de personnes').count()).toBe(1)
  })
})
