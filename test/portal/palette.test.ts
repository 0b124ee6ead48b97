/** The palette and the shortcuts, by keyboard alone, in a real browser. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { demoProject as project, yearNow } from '../demo-project.ts'
import { expectAccessible, openPortal, type Portal } from './portal.ts'

const hostile = '<img src=x onerror=alert(1)>'

let portal: Portal
beforeAll(async () => {
  portal = await openPortal({ mode: { kind: 'demo', demo: 'full' } })
}, 120_000)
afterAll(() => portal?.close())

const palette = (page: Page) => page.getByRole('dialog', { name: 'Aller à…' })
const field = (page: Page) =>
  page.getByRole('combobox', { name: 'Page, projet, demande, jeu de données ou requête' })
const chosen = (page: Page) => page.getByRole('option', { selected: true })

async function opened(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await field(page).waitFor()
  await palette(page)
    .getByText(/^\d+ résultats?$/)
    .waitFor()
}

describe('the palette', () => {
  test('leads from a few letters without accents to a page, by keyboard alone', async () => {
    const { page, goto, complaints } = await portal.as('alice')
    await goto('/')
    await opened(page)
    await expectAccessible(page)
    await page.keyboard.type('atel')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/projects/${project}/sql`)
    await page.getByRole('heading', { level: 1, name: 'Atelier SQL' }).waitFor()
    expect(await palette(page).count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('lists pages, projects, datasets and queries, and the arrows go round', async () => {
    await portal.node.call('POST', `/api/v1/projects/${project}/queries`, {
      as: 'alice',
      body: { sql: 'SELECT count(*) FROM patients' },
    })
    const { page, goto } = await portal.as('alice')
    await goto('/')
    await opened(page)
    expect(
      await palette(page)
        .getByRole('group')
        .evaluateAll((all) => all.map((one) => one.firstChild?.textContent)),
    ).toEqual(['Pages', 'Projets', 'Demandes', 'Jeux de données', 'Requêtes récentes'])
    const first = await chosen(page).innerText()
    await page.keyboard.press('ArrowUp')
    expect(await chosen(page).innerText()).toContain('diffusée')
    await page.keyboard.press('ArrowDown')
    expect(await chosen(page).innerText()).toBe(first)
    await page.keyboard.type('requete')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/projects/${project}/sql?tab=journal`)
  })

  test('says that nothing answers, with hostile words as text, and gives the focus back', async () => {
    const { page, goto, complaints } = await portal.as('alice')
    await goto('/')
    const button = page.getByRole('button', { name: /^Aller à…/ })
    await button.press('Enter')
    await field(page).waitFor()
    await page.keyboard.type(hostile)
    await palette(page).getByText('Rien ne répond à ces mots.').waitFor()
    await expectAccessible(page)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await field(page).waitFor({ state: 'detached' })
    expect(await button.evaluate((one) => one === document.activeElement)).toBe(true)
    expect(complaints).toEqual([])
  })

  test('has the requests of whoever examines them, in English too', async () => {
    const { page, goto } = await portal.as('lucie', { lang: 'en', theme: 'dark' })
    await goto('/?lang=en&theme=dark')
    await page.keyboard.press('Control+k')
    await page.getByRole('option').first().waitFor()
    await page
      .getByRole('dialog', { name: 'Go to…' })
      .getByText(/^\d+ results?$/)
      .waitFor()
    await page.keyboard.type(`D-${yearNow}`)
    await expectAccessible(page)
    await page.keyboard.press('Enter')
    await page.waitForURL(new RegExp(`/requests/D-${yearNow}-\\d+/review\\?lang=en`))
  })
})

describe('the shortcuts of a page', () => {
  test('are shown by one key, with those of the editor where it is', async () => {
    const { page, goto, complaints } = await portal.as('alice')
    await goto(`/projects/${project}/sql`)
    await page.getByRole('textbox', { name: 'Texte de la requête SQL' }).waitFor()
    await page.keyboard.press('?')
    const list = page.getByRole('dialog', { name: 'Raccourcis de cette page' })
    await list.getByText('Exécuter la requête (dans l’éditeur)').waitFor()
    expect(await list.getByRole('term').allInnerTexts()).toEqual([
      'Ctrl + K',
      '?',
      'Ctrl + Entrée',
      'Ctrl + Espace',
      'Échap puis Tab',
    ])
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await list.waitFor({ state: 'hidden' })
    expect(complaints).toEqual([])
  })

  test('are not taken from whoever writes in the editor or in a field', async () => {
    const { page, goto } = await portal.as('alice')
    await goto(`/projects/${project}/sql`)
    const editor = page.getByRole('textbox', { name: 'Texte de la requête SQL' })
    await editor.focus()
    await page.keyboard.type('?')
    await page.keyboard.press('Control+k')
    expect(await editor.innerText()).toContain('?')
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  test('of a single key are turned off by whoever wants none; the button still shows them', async () => {
    const { page, goto } = await portal.as('alice')
    await goto('/')
    await page.getByRole('button', { name: 'Raccourcis clavier' }).press('Enter')
    const list = page.getByRole('dialog', { name: 'Raccourcis de cette page' })
    const single = list.getByRole('checkbox', { name: 'Utiliser les raccourcis d’une seule touche' })
    await single.press('Space')
    await page.keyboard.press('Escape')
    await list.waitFor({ state: 'hidden' })
    await page.keyboard.press('?')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.getByRole('button', { name: 'Raccourcis clavier' }).click()
    await single.check()
  })
})
