/** What a holder sees of the use of its data, counted against the log, and how it stops a line. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { draft } from '../contract/study.ts'
import { expectAccessible, openPortal, type Portal } from './portal.ts'

/** As the sign-in of the demonstration calls the data engineer. */
const rouen = 'Données CHU Rouen'
const hostile = '<img src=x onerror=document.title=1>'

let portal: Portal
let project: string
beforeAll(async () => {
  portal = await openPortal({ mode: { kind: 'demo', demo: 'full' } })
  const projects = await portal.node.call('GET', '/api/v1/projects', { as: 'alice' })
  project = projects.json.projects[0].id
  for (const sql of ['SELECT sex, count(*) AS n FROM patients GROUP BY sex', 'SELECT count(*) FROM stays'])
    expect((await ask(sql)).status).toBe(200)
  expect((await ask('SELECT * FROM patients')).json.code).toBe('ROW_LEVEL')
  const opened = await portal.node.call('POST', '/api/v1/habilitations', { as: 'paul', body: second })
  const sent = `/api/v1/habilitations/${opened.json.id}/submission`
  expect((await portal.node.call('POST', sent, { as: 'paul', body: {} })).status).toBe(200)
}, 180_000)
afterAll(() => portal?.close())

const ask = (sql: string) =>
  portal.node.call('POST', `/api/v1/projects/${project}/queries`, { as: 'alice', body: { sql } })

const second = {
  ...draft,
  title: `Second projet ${hostile}`,
  lines: [{ dataset: 'pmsi-demo', justification: 'Les séjours.', tables: { patients: { columns: '*' } } }],
}

const figure = async (page: Page, word: string) =>
  Number(await page.getByRole('listitem').filter({ hasText: word }).locator('strong').innerText())

describe('a holder', () => {
  test('finds its last deposit and the line that waits for it on the start page', async () => {
    const { page, goto, complaints } = await portal.as(rouen)
    await goto('/')
    await page.getByRole('heading', { name: '2 lignes à contresigner' }).waitFor()
    await page.getByRole('link', { name: /^pmsi-demo/ }).waitFor()
    await page.getByRole('link', { name: hostile }).waitFor()
    await expectAccessible(page)
    expect(complaints).toEqual([])
  })

  test('reads every question on its data, as many as the log has, and what was refused', async () => {
    const { page, goto, complaints } = await portal.as(rouen)
    await goto('/')
    await page.getByRole('link', { name: 'Mes données', exact: true }).click()
    await page.getByRole('heading', { level: 2, name: /^Relevé du/ }).waitFor()
    const logged = await portal.node.call('GET', '/api/v1/audit/entries?type=query.intent', { as: 'nadia' })
    expect(await figure(page, 'questions posées')).toBe(logged.json.entries.length)
    expect(await figure(page, 'questions refusées')).toBe(1)
    const rows = page.getByRole('region', { name: 'Questions', exact: true }).getByRole('row')
    expect(await rows.count()).toBe(logged.json.entries.length + 1)
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Refus', exact: true }).click()
    await page.getByRole('link', { name: 'ROW_LEVEL' }).waitFor()
    expect(new URL(page.url()).searchParams.get('tab')).toBe('refused')
    await expectAccessible(page)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Relevé CSV' }).click(),
    ])
    expect(await readFile((await download.path()) ?? '', 'utf8')).toContain('ROW_LEVEL')
    expect(complaints).toEqual([])
  })

  test('asks for another period by its address', async () => {
    const { page, goto } = await portal.as(rouen)
    await goto('/holdings?from=2020-01-01&until=2020-12-31')
    await page.getByText('Aucune question sur vos données dans cette période.').waitFor()
    expect(await page.getByLabel('Du', { exact: true }).inputValue()).toBe('2020-01-01')
  })

  test('sees what a version covers, with the figures beside the picture', async () => {
    const { page, goto, complaints } = await portal.as(rouen)
    await goto('/deposits/pmsi-demo?tab=versions')
    await page
      .getByRole('img', { name: /par période de/ })
      .first()
      .waitFor()
    await page.getByText('Les chiffres').first().click()
    await expectAccessible(page)
    expect(complaints).toEqual([])
  })

  test('reads the same in English and in the dark, on a small screen', async () => {
    const { page, goto } = await portal.as(rouen, { lang: 'en', theme: 'dark', width: 390 })
    await goto('/holdings?tab=lines')
    await page.getByText('waits for your signature').first().waitFor()
    await page.getByRole('heading', { level: 2, name: /^Statement from/ }).waitFor()
    await expectAccessible(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)).toBe(false)
  })

  test('suspends a line, and nobody reads it any more; recalls it, for ever', async () => {
    const { page, goto, complaints } = await portal.as(rouen)
    await goto('/holdings?tab=lines')
    await page.getByRole('button', { name: /^Suspendre/ }).click()
    const dialog = page.getByRole('dialog', { name: 'Suspendre cette ligne ?' })
    await dialog.getByLabel('Motif').fill('Un doute.')
    await dialog.getByRole('button', { name: 'Suspendre' }).click()
    await page.getByText(/^Suspendue le .* : Un doute\.$/).waitFor()
    expect((await ask('SELECT count(*) FROM stays')).status).toBe(403)
    await expectAccessible(page)
    await page.getByRole('button', { name: /^Rappeler : Séjours/ }).click()
    const recall = page.getByRole('dialog', { name: 'Rappeler cette ligne ?' })
    await recall.getByLabel('Motif').fill('Retiré.')
    await recall.getByRole('button', { name: 'Rappeler' }).click()
    await page.getByText('fermée').first().waitFor()
    expect(await page.getByRole('button', { name: /^Rappeler : Séjours/ }).count()).toBe(0)
    expect(complaints).toEqual([])
  })
})
