/** What stands around every page of the portal, in a real browser. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { expectAccessible, openPortal, type Portal } from './portal.ts'

let portal: Portal
beforeAll(async () => {
  portal = await openPortal()
}, 120_000)
afterAll(() => portal?.close())

describe('the frame', () => {
  test('greets whoever is signed in, in French', async () => {
    const { page, goto, complaints } = await portal.as('alice')
    await goto('/')
    expect(await page.title()).toBe('Bonjour Alice — huisclos')
    expect(await page.getAttribute('html', 'lang')).toBe('fr')
    await expectAccessible(page)
    expect(complaints).toEqual([])
  })

  test('is complete in English, and keeps the language of the address from page to page', async () => {
    const { page, goto } = await portal.as('alice')
    await goto('/?lang=en&theme=dark')
    expect(await page.title()).toBe('Hello Alice — huisclos')
    expect(await page.getAttribute('html', 'data-theme')).toBe('dark')
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Home', exact: true }).click()
    expect(new URL(page.url()).searchParams.get('lang')).toBe('en')
  })

  test('says of an address without a page that nothing is there', async () => {
    const { page, goto } = await portal.as('alice')
    await goto('/projects/none/nowhere')
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Il n’y a rien à cette adresse')
  })

  test('leads whoever is not signed in to the sign-in, and back to the page', async () => {
    const context = await portal.browser.newContext({ locale: 'fr' })
    const page = await context.newPage()
    await page.goto(`${portal.node.url}/projects?lang=en`)
    expect(new URL(page.url()).pathname).toBe('/connexion')
    await page
      .getByRole('link')
      .filter({ hasText: /emo|émo/ })
      .click()
    await page.getByRole('button', { name: /^Bruno/ }).click()
    await page.waitForURL(`${portal.node.url}/projects?lang=en`)
    await context.close()
  })

  test('lets a person sign out, after which the start page is that of everybody', async () => {
    const { page, goto } = await portal.as('nadia')
    await goto('/')
    await page.getByText('Nadia', { exact: true }).click()
    await page.getByRole('button', { name: 'Se déconnecter' }).click()
    await page.getByRole('heading', { level: 1, name: 'Interroger sans voir' }).waitFor()
  })
})
