/** The airlock in a browser: asked by the researcher, decided in two clicks by each of two checkers, taken out signed. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type AirlockHouse, bySex, openAirlockHouse } from '../airlock/airlock-house.ts'
import { draft } from '../contract/study.ts'
import { expectAccessible, type Portal, portalOn } from './portal.ts'

let house: AirlockHouse
let portal: Portal
beforeAll(async () => {
  const [line] = draft.lines
  house = await openAirlockHouse({ lines: [{ ...line, exact: 'checked' }] })
  portal = await portalOn(house.node)
  await house.asked(bySex)
}, 120_000)
afterAll(async () => {
  await portal?.browser.close()
  await house?.close()
})

const hostile = '<img src=x onerror="window.caught=1"> par sexe'

describe('a release', () => {
  test('is asked by the researcher, with a file and what it shows', async () => {
    const { page, goto, complaints } = await portal.as('alice')
    await goto('/')
    await page.getByRole('link', { name: 'Sas de sortie' }).click()
    await page.getByText('Aucune demande de sortie.').waitFor()
    await page.getByRole('button', { name: 'Demander une sortie' }).click()
    await expectAccessible(page)
    await page.getByLabel('Titre').fill(hostile)
    await page.getByRole('button', { name: 'Ouvrir la demande' }).click()
    await page.getByRole('heading', { level: 1, name: hostile }).waitFor()
    await page.getByRole('button', { name: 'Ajouter un fichier' }).click()
    await page.getByLabel('Nom du fichier dans le paquet').fill('sexes.csv')
    await page.getByLabel('Ce que le fichier montre').fill(hostile)
    await page.getByLabel('Population').fill('Toutes les personnes')
    await page.getByRole('dialog').getByRole('button', { name: 'Ajouter un fichier' }).click()
    await page.getByRole('heading', { level: 2, name: 'sexes.csv' }).waitFor()
    await page.getByRole('button', { name: 'Envoyer aux relecteurs' }).click()
    await page.getByText('0 sur 2 (tour 1)').waitFor()
    await page.getByRole('cell', { name: '40' }).first().waitFor()
    await expectAccessible(page)
    expect(await page.evaluate(() => 'caught' in window)).toBe(false)
    expect(complaints).toEqual([])
  })

  test('is decided by each checker in two clicks, neither seeing the vote of the other', async () => {
    for (const checker of ['louis', 'emma']) {
      const { page, goto, complaints } = await portal.as(checker)
      await goto('/releases')
      await page.getByRole('link', { name: hostile }).click()
      await page.getByRole('cell', { name: '40' }).first().waitFor()
      expect(await page.getByText('relecteur 1', { exact: false }).count()).toBe(0)
      await page.getByRole('button', { name: /^Approuver/ }).click()
      await page.getByText(checker === 'louis' ? '1 sur 2 (tour 1)' : 'La sortie est accordée').waitFor()
      expect(complaints).toEqual([])
    }
  })

  test('is taken out as a package by its asker', async () => {
    const { page, goto } = await portal.as('alice')
    await goto('/releases')
    await page.getByText('sortie accordée').waitFor()
    await page.getByRole('link', { name: hostile }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Télécharger le paquet signé' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/\.zip$/)
  })

  test('can be sent back with its reason by keyboard alone, in English and in the dark', async () => {
    const path = await house.draft(await house.asked(bySex))
    await house.call('POST', `${path}/submission`, { as: 'alice' })
    const { page, goto } = await portal.as('louis', { lang: 'en', theme: 'dark' })
    await goto(path.replace('/api/v1', ''))
    await page.getByRole('button', { name: 'Another opinion…' }).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    for (const _ of [1, 2, 3]) await page.keyboard.press('Tab')
    await page.keyboard.type('Round the counts.')
    await expectAccessible(page)
    for (const _ of [1, 2]) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('1 of 2 (round 1)').waitFor()
    expect(await page.getByText('singling out').count()).toBeGreaterThan(0)
  })

  test('asks for withheld cells with a word of why, which the checker alone sees, by more than a colour', async () => {
    await house.asked('SELECT sex, count(*) FILTER (WHERE age = 90) AS old FROM patients GROUP BY sex')
    const { json } = await house.call('POST', `/api/v1/projects/${house.project}/releases`, {
      ...{ as: 'alice', body: { title: 'Rares' } },
    })
    const alice = await portal.as('alice')
    await alice.goto(`/releases/${json.id}`)
    await alice.page.getByRole('button', { name: 'Ajouter un fichier' }).click()
    await alice.page.getByLabel('Nom du fichier dans le paquet').fill('rares.csv')
    await alice.page.getByLabel('Ce que le fichier montre').fill('Nonagénaires par sexe')
    await alice.page.getByLabel('Population').fill('Toutes les personnes')
    await alice.page.getByLabel('Demander aussi la sortie des cases retenues').check()
    const why = `${hostile}, et rare`
    await alice.page.getByLabel('Pourquoi ces cases doivent sortir').fill(why)
    await expectAccessible(alice.page)
    await alice.page.getByRole('dialog').getByRole('button', { name: 'Ajouter un fichier' }).click()
    await alice.page.getByRole('heading', { level: 2, name: 'rares.csv' }).waitFor()
    await alice.page.getByRole('button', { name: 'Envoyer aux relecteurs' }).click()
    await alice.page.getByText('Les cases retenues sont scellées').waitFor()
    await alice.page.getByRole('cell', { name: '< 11' }).first().waitFor()
    expect(await alice.page.getByRole('cell', { name: '< 11' }).count()).toBe(2)
    expect(await alice.page.getByRole('cell', { name: 'retenue' }).count()).toBe(0)
    const louis = await portal.as('louis')
    await louis.goto(`/releases/${json.id}`)
    await louis.page.getByRole('cell', { name: /^3\s+retenue 3 personnes · T1$/ }).waitFor()
    await louis.page.getByText(why).waitFor()
    await expectAccessible(louis.page)
    const emma = await portal.as('emma', { lang: 'en', theme: 'dark' })
    await emma.goto(`/releases/${json.id}`)
    await emma.page.getByRole('cell', { name: /^2\s+withheld 2 persons · T1$/ }).waitFor()
    await expectAccessible(emma.page)
    for (const { complaints } of [alice, louis, emma]) expect(complaints).toEqual([])
  })

  test('says of a line that it opens withheld cells, to whoever reads the request', async () => {
    const { page, goto } = await portal.as('paul')
    await goto(`/requests/${house.habilitation}?tab=request`)
    await page.getByText('Cette ligne permet à deux relecteurs du sas').waitFor()
    await expectAccessible(page)
  })

  test('tells a checker who is near the project that she may not, and a stranger that nothing is there', async () => {
    const path = await house.draft(await house.asked(bySex))
    await house.call('POST', `${path}/submission`, { as: 'alice' })
    const { page, goto } = await portal.as('bruno')
    await goto(path.replace('/api/v1', ''))
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Il n’y a rien à cette adresse')
  })
})
