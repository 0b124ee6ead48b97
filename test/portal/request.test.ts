/** A lead writes a request by the pages alone: as a person does, by the keyboard, and with what must not pass. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { descriptor, draft } from '../contract/study.ts'
import { expectAccessible, openPortal, type Portal } from './portal.ts'

const hostile = '<img src=x onerror=alert(1)>'
let portal: Portal
beforeAll(async () => {
  portal = await openPortal()
  await portal.node.call('POST', '/api/v1/datasets', { as: 'rouen', body: descriptor })
}, 120_000)
afterAll(() => portal?.close())

/** The draft that the page shows, as the API has it. */
async function stored(page: Page): Promise<Record<string, unknown>> {
  const id = /requests\/([^/]+)/.exec(new URL(page.url()).pathname)?.[1]
  return (await portal.node.call('GET', `/api/v1/habilitations/${id}`, { as: 'paul' })).json
}

const saved = (page: Page) => page.getByText(/^✔ Enregistré à \d\d:\d\d$/).waitFor()

async function opened(body: object): Promise<string> {
  return (await portal.node.call('POST', '/api/v1/habilitations', { as: 'paul', body })).json.id
}

/** From the list to the step of the data, as a person fills it in. */
async function writeProject(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Nouvelle demande' }).click()
  await page.getByRole('heading', { level: 1, name: 'Étape 1 sur 6 : Projet' }).waitFor()
  await page.getByLabel('Titre du projet').fill(`Visites d’une région ${hostile}`)
  await page.getByLabel('Résumé pour le public').fill('Nous comptons les visites de personnes inventées.')
  await page.getByLabel('Sorte de projet').selectOption('PERSONAL_HEALTH')
  await page.getByLabel('Voie d’accès').selectOption('MR_004')
  await page.getByLabel('But', { exact: true }).fill('Compter les visites par sexe.')
  await page.getByRole('button', { name: 'Ajouter un objectif' }).click()
  await page.getByLabel('Objectif O1').fill('Les visites par sexe')
  await page.getByLabel('Numéro de déclaration').fill('2234567')
}

async function writePurpose(page: Page): Promise<void> {
  await page.getByRole('link', { name: /Finalité et base légale →/ }).click()
  await page.getByRole('checkbox', { name: /SNDS-III-6/ }).check()
  await page.getByLabel('Intérêt public').fill('Une vue partagée des visites.')
  await page.getByRole('button', { name: 'Répondre non à toutes' }).click()
}

async function writeData(page: Page): Promise<void> {
  await page.getByRole('link', { name: /Données et colonnes →/ }).click()
  await page.getByRole('button', { name: 'Ajouter visits-demo' }).click()
  await page.getByLabel('Pourquoi ce jeu de données').fill('Les visites sont l’objet de l’étude.')
  await page.locator('summary', { hasText: 'patients' }).click()
  await page.getByRole('checkbox', { name: 'Toutes les colonnes de patients' }).check()
  await page.locator('summary', { hasText: 'visits' }).click()
  for (const column of ['visit_id', 'patient_id', 'cost'])
    await page
      .locator('[data-path$="tables.visits"]')
      .getByRole('checkbox', { name: column, exact: true })
      .check()
}

async function writeTeamAndPeriod(page: Page): Promise<void> {
  await page.getByRole('link', { name: /Équipe →/ }).click()
  await page.getByRole('button', { name: 'M’ajouter à l’équipe' }).click()
  await page.getByLabel('Identifiant de la personne').fill('alice')
  await page.getByRole('button', { name: 'Ajouter cette personne' }).click()
  await page.getByRole('link', { name: /Durée et sécurité →/ }).click()
  const period = page.getByRole('group', { name: 'Période d’accès' })
  await period.getByLabel('Premier jour').fill(draft.accessPeriod.from)
  await period.getByLabel('Dernier jour').fill(draft.accessPeriod.until)
}

describe('a lead', () => {
  test('writes a complete MR-004 request in six steps and sends it, in far less than six minutes', async () => {
    const { page, goto, complaints } = await portal.as('paul')
    await goto('/requests')
    const begun = Date.now()
    await writeProject(page)
    await expectAccessible(page)
    await writePurpose(page)
    await writeData(page)
    await saved(page)
    await expectAccessible(page)
    await writeTeamAndPeriod(page)
    await page.getByRole('link', { name: /Engagement →/ }).click()
    await page.getByText('Rien ne manque : vous pouvez l’envoyer.').waitFor()
    await page.getByRole('button', { name: 'Relire et envoyer' }).click()
    await page.getByRole('checkbox', { name: /Je m’engage/ }).check()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Envoyer', exact: true }).click()
    await page.getByText('Reçue').first().waitFor()
    expect(Date.now() - begun).toBeLessThan(360_000)
    expect(await stored(page)).toMatchObject({
      state: 'received',
      truthful: true,
      persons: [{ subject: 'paul' }, { subject: 'alice', profile: 'analyst' }],
      lines: [
        { tables: { patients: { columns: '*' }, visits: { columns: ['visit_id', 'patient_id', 'cost'] } } },
      ],
    })
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain(hostile)
    await expectAccessible(page)
    expect(complaints).toEqual([])
  }, 120_000)

  test('meets a help at every field, and who will read it', async () => {
    const { page, goto } = await portal.as('paul')
    const id = await opened({})
    for (const step of ['project', 'purpose', 'data', 'team', 'duration', 'commitment']) {
      await goto(`/requests/${id}/edit?step=${step}`)
      for (const one of await page.locator('details.others').all())
        await one.evaluate((node) => (node as HTMLDetailsElement).setAttribute('open', ''))
      const bare = await page
        .locator('.form-field')
        .evaluateAll((fields) =>
          fields
            .filter((one) => !one.querySelector('.help, .check') || !/Lu par/.test(one.textContent ?? ''))
            .map((one) => one.textContent),
        )
      expect(bare).toEqual([])
    }
  })

  test('is led from what is missing to the field, and finds what was typed after leaving', async () => {
    const { page, goto } = await portal.as('paul')
    const id = await opened({ title: 'Essai', route: 'MR_004' })
    await goto(`/requests/${id}/edit?step=team`)
    await page.getByRole('complementary').getByRole('link', { name: 'Numéro de déclaration' }).click()
    const field = page.getByLabel('Numéro de déclaration')
    await page.waitForFunction(() => document.activeElement?.matches('[data-path="routeReference"] input'))
    await page.keyboard.type('99')
    await goto(`/requests/${id}`)
    await goto(`/requests/${id}/edit?step=project`)
    expect(await field.inputValue()).toBe('99')
  })

  test('sees the grade change with each choice, and what the house says of a filter', async () => {
    const { page, goto } = await portal.as('paul')
    const lines = [
      { dataset: 'visits-demo', tables: { patients: { columns: '*' }, visits: { columns: '*' } } },
    ]
    const id = await opened({ title: 'Sobriété', lines })
    await goto(`/requests/${id}/edit?step=data`)
    const grade = page.getByRole('img', { name: /^Note/ })
    const before = await grade.getAttribute('aria-label')
    await page.getByLabel('Lignes gardées de visits').fill('nowhere = 1')
    await page.locator('.error', { hasText: /./ }).first().waitFor()
    await page.getByLabel('Lignes gardées de visits').fill("day >= DATE '2026-01-10'")
    await page.getByRole('checkbox', { name: 'Toutes les colonnes de patients' }).uncheck()
    await page.locator('.error', { hasText: /colonne|nowhere/ }).waitFor({ state: 'detached' })
    await saved(page)
    // It is drawn a moment after the page says that the draft is stored.
    await grade.and(page.locator(`:not([aria-label="${before}"])`)).waitFor()
  })

  test('reads what the committee will read: never what only the bill is for', async () => {
    const { page, goto } = await portal.as('paul')
    const id = await opened({ title: 'Vue', billing: { organisation: 'Payeur secret' }, aim: 'Savoir' })
    await goto(`/requests/${id}/edit?view=committee`)
    const sheet = page.locator('.sheet')
    await sheet.getByText('Savoir').waitFor()
    expect(await sheet.innerText()).not.toContain('Payeur secret')
    expect(await sheet.innerText()).toContain('publié')
    await expectAccessible(page)
  })

  test('adds a PDF and takes it back; another file is refused where it was chosen', async () => {
    const { page, goto } = await portal.as('paul')
    const id = await opened({ title: 'Pièces' })
    await goto(`/requests/${id}/edit?step=commitment`)
    const file = page.getByLabel('Ajouter un PDF')
    await file.setInputFiles({
      name: 'protocole.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('no PDF'),
    })
    await page.getByRole('alert').waitFor()
    const pdf = Buffer.from(
      '%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n',
    )
    await file.setInputFiles({ name: 'protocole.pdf', mimeType: 'application/pdf', buffer: pdf })
    await page.getByRole('link', { name: 'protocole.pdf' }).waitFor()
    await page.getByRole('button', { name: 'Retirer protocole.pdf' }).click()
    await page.getByRole('link', { name: 'protocole.pdf' }).waitFor({ state: 'detached' })
  })

  test('comes from the catalogue with a dataset, and copies an older request', async () => {
    const { page, goto } = await portal.as('paul')
    await page.goto(`${portal.node.url}/catalogue/visits-demo`)
    await page.getByRole('link', { name: 'Demander ce jeu' }).click()
    await page.getByRole('button', { name: 'Demander visits-demo' }).click()
    await page.getByRole('heading', { level: 1, name: /Étape 1/ }).waitFor()
    expect(await stored(page)).toMatchObject({ lines: [{ dataset: 'visits-demo' }] })
    await opened({ ...draft, title: 'Ancienne demande' })
    await goto('/requests?state=writing')
    await page.getByRole('button', { name: 'Copier une ancienne demande' }).click()
    await page.getByLabel('Demande à copier').selectOption({ label: await labelOf(page, 'Ancienne demande') })
    await page.getByRole('button', { name: 'Copier et continuer' }).click()
    await page.getByRole('heading', { level: 1, name: /Étape 1/ }).waitFor()
    expect(await page.getByLabel('Titre du projet').inputValue()).toBe('Ancienne demande')
    expect(await stored(page)).not.toHaveProperty('accessPeriod')
  })

  test('filters the list by its address', async () => {
    const { page, goto } = await portal.as('paul')
    await goto('/requests?state=over')
    await page.getByText('Aucune demande ne répond à ces filtres').waitFor()
    await page.getByRole('link', { name: /^À écrire/ }).click()
    await page.getByLabel('Chercher par titre').fill('Ancienne')
    await page
      .getByRole('row', { name: /Ancienne demande/ })
      .first()
      .waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBe('Ancienne')
    await expectAccessible(page)
  })
})

/** The option whose words contain these. */
async function labelOf(page: Page, words: string): Promise<string> {
  const select = page.getByLabel('Demande à copier')
  await select.locator('option', { hasText: words }).first().waitFor({ state: 'attached' })
  const options = await select.locator('option').allInnerTexts()
  return options.find((one) => one.includes(words)) ?? ''
}

describe('the keyboard alone', () => {
  test('writes, sends and withdraws a request', async () => {
    const { page, goto } = await portal.as('paul')
    const { title: _, ...rest } = draft
    const id = await opened(rest)
    await goto(`/requests/${id}/edit`)
    await tabTo(page, 'Titre du projet')
    await page.keyboard.type('Au clavier')
    await saved(page)
    await tabTo(page, 'Engagement', -1)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: /Étape 6/ }).waitFor()
    await tabTo(page, 'Relire et envoyer')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Je m’engage')
    await page.keyboard.press('Space')
    await tabTo(page, 'Envoyer')
    await page.keyboard.press('Enter')
    await page.getByText('Reçue').first().waitFor()
    await tabTo(page, 'Retirer la demande')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Retirer définitivement')
    await page.keyboard.press('Enter')
    await page.getByText('Retirée').first().waitFor()
    expect(await stored(page)).toMatchObject({ state: 'withdrawn', title: 'Au clavier' })
  })
})

/** Goes on by Tab (or back by Shift+Tab) until what has the focus is named so. */
async function tabTo(page: Page, name: string, way: 1 | -1 = 1): Promise<void> {
  for (let step = 0; step < 120; step++) {
    await page.keyboard.press(way === 1 ? 'Tab' : 'Shift+Tab')
    const words = await page.evaluate(() => {
      const at = document.activeElement
      const labels =
        at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement ? [...(at.labels ?? [])] : []
      return (labels[0]?.textContent ?? at?.textContent ?? '').trim()
    })
    if (words.startsWith(name)) return
  }
  throw new Error(`the keyboard does not reach “${name}”`)
}

describe('in English', () => {
  test('the same steps are complete', async () => {
    const { page, goto, complaints } = await portal.as('paul', { lang: 'en', theme: 'dark' })
    const id = await opened({ title: 'English' })
    await goto(`/requests/${id}/edit?step=duration`)
    await page.getByRole('heading', { level: 1, name: 'Step 5 of 6: Duration and security' }).waitFor()
    await page.getByRole('group', { name: 'Access period' }).getByLabel('First day').fill('2026-11-01')
    await page.getByText(/an answer that was begun waits to be complete/).waitFor()
    await page.getByLabel('Last day').first().fill('2027-10-31')
    await page.getByText(/^✔ Saved at/).waitFor()
    await expectAccessible(page)
    expect(complaints).toEqual([])
  })
})

describe('two windows on one draft', () => {
  const elsewhere = (id: string, body: object, headers = {}) =>
    portal.node.call('PATCH', `/api/v1/habilitations/${id}`, { as: 'paul', body, headers })
  let id = ''

  test('are told apart by the revision that a change was written on', async () => {
    id = await opened({ title: 'Une étude', aim: 'Compter.' })
    const first = await elsewhere(id, { aim: 'Compter les visites.' }, { 'if-match': '"0"' })
    expect(first).toMatchObject({ status: 200, json: { revision: 1 } })
    const late = await elsewhere(id, { aim: 'Trop tard.' }, { 'if-match': '"0"' })
    expect(late).toMatchObject({ status: 409, json: { code: 'WRONG_STATE', rule: 'change.revision' } })
    expect(late.json.hint).toMatch(/^Ce brouillon a été changé entre-temps/)
    expect(await elsewhere(id, {}, { 'if-match': 'W/"1"' })).toMatchObject({ status: 200 })
    expect(await elsewhere(id, {}, { 'if-match': '*' })).toMatchObject({ status: 200 })
    expect(await elsewhere(id, {}, { 'if-match': '"one"' })).toMatchObject({ status: 422 })
  })

  test('each keep what they changed, where it is not the same', async () => {
    const { page, goto } = await portal.as('paul')
    await goto(`/requests/${id}/edit?step=project`)
    await page.getByLabel('Titre du projet').waitFor()
    await elsewhere(id, { aim: 'Compter autrement.' })
    await page.getByLabel('Titre du projet').fill('Un autre titre')
    await saved(page)
    expect(await stored(page)).toMatchObject({ title: 'Un autre titre', aim: 'Compter autrement.' })
    expect(await page.getByLabel('But', { exact: true }).inputValue()).toBe('Compter autrement.')
  })

  test('leave the choice to the person where it is, and store nothing before', async () => {
    const { page, complaints } = await portal.as('paul')
    const title = page.getByLabel('Titre du projet')
    const clash = page.getByRole('alert', { name: 'Changé dans une autre fenêtre.' })
    await elsewhere(id, { title: hostile })
    await title.fill('Le mien')
    await clash.getByText(hostile).waitFor()
    await title.fill('Le mien, plus long')
    await page.getByLabel('But', { exact: true }).fill('Compter encore.')
    await expectAccessible(page)
    expect(await stored(page)).toMatchObject({ title: hostile })
    await clash.getByRole('button', { name: /^Garder le mien/ }).press('Enter')
    await saved(page)
    expect(await stored(page)).toMatchObject({ title: 'Le mien, plus long', aim: 'Compter encore.' })
    await elsewhere(id, { title: hostile })
    await title.fill('Encore un')
    await clash.getByRole('button', { name: /^Reprendre l’autre/ }).click()
    await clash.waitFor({ state: 'detached' })
    expect(await title.inputValue()).toBe(hostile)
    expect(await stored(page)).toMatchObject({ title: hostile })
    expect(complaints).toEqual([])
  })
})
