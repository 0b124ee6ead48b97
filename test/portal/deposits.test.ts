/** The data engineer's deposit, in a real browser: real files, real checks, exact lines. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { descriptor, patientsCsv, visitsCsv } from '../contract/study.ts'
import { yearNow } from '../demo-project.ts'
import { expectAccessible, openPortal, type Portal } from './portal.ts'

/** As the sign-in of the demonstration calls the data engineer. */
const rouen = 'Données CHU Rouen'

const hostile = '<img src=x onerror=document.title=1>'

let portal: Portal
beforeAll(async () => {
  portal = await openPortal()
  const body = { ...descriptor, title: `Séjours ${hostile}` }
  expect((await portal.node.call('POST', '/api/v1/datasets', { as: 'rouen', body })).status).toBe(201)
}, 120_000)
afterAll(() => portal?.close())

const file = (name: string, text: string, encoding: BufferEncoding = 'utf8') => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(text, encoding),
})

/** windows-1252 with letters outside ASCII, and an age that is none on line 17. */
const wrongPatients = patientsCsv
  .split('\n')
  .map((line, at) => (at === 0 ? line : line.replace(';F;', ';Féminin;')))
  .map((line, at) => (at === 16 ? line.replace(/;\d+$/, ';quarante') : line))
  .join('\n')

async function openDeposit(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Nouveau dépôt/ }).click()
  await page.getByRole('heading', { level: 2, name: '1. Les fichiers' }).waitFor()
}

describe('a deposit in French', () => {
  test('says how each file is understood, and the exact line of an error', async () => {
    const { page, goto, complaints } = await portal.as(rouen)
    await goto('/')
    await page.getByRole('link', { name: 'Dépôts', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Dépôts' }).waitFor()
    await expectAccessible(page)
    await openDeposit(page)
    await page
      .getByLabel('Déposez vos fichiers ici, ou choisissez-les')
      .setInputFiles([
        file('patients-2026.csv', wrongPatients, 'latin1'),
        file('visits.csv', visitsCsv),
        file(`${hostile}.csv`, 'a;b\n'),
      ])
    await page.getByText(hostile, { exact: false }).last().waitFor()
    await page.getByRole('button', { name: /^Laisser de côté/ }).click()
    await page.getByText('Compris ainsi : 60 lignes').waitFor()
    const form = page.getByRole('form', { name: 'Forme du fichier de patients' })
    expect(await form.getByLabel('Jeu de caractères').inputValue()).toBe('windows-1252')
    expect(await form.getByLabel('Séparateur').inputValue()).toBe(';')
    await page.getByText('Compris ainsi : 180 lignes').waitFor()
    await page.getByRole('button', { name: 'Essai à blanc' }).click()
    await page.getByText('1 constat arrêterait ce dépôt : patients.age').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Remettre le dépôt' }).click()
    await page.getByText('Que faire maintenant').waitFor()
    const row = page.getByRole('row').filter({ hasText: 'patients' }).filter({ hasText: 'age' })
    expect(await row.first().getByRole('cell').allInnerTexts()).toEqual([
      'patients',
      'age',
      '17',
      '1',
      expect.stringContaining('ligne 17'),
    ])
    expect(await page.content()).not.toContain('quarante')
    await expectAccessible(page)
    expect(await page.title()).toContain(hostile)
    expect(complaints).toEqual([])
  })

  test('is handed in by keyboard alone, and becomes a version with its label', async () => {
    const { page, goto, complaints } = await portal.as(rouen)
    await goto('/deposits')
    await tabTo(page, /^Nouveau dépôt/)
    await page.keyboard.press('Enter')
    await page.locator('h1:focus').filter({ hasText: 'Dépôt :' }).waitFor()
    for (const [table, text] of [
      ['patients', patientsCsv],
      ['visits', visitsCsv],
    ] as const) {
      await tabTo(page, new RegExp(`^Fichier de la table ${table}$`))
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Space')])
      await chooser.setFiles(file('x.csv', text))
      await page.getByLabel(`Remplacer le fichier de la table ${table}`).waitFor()
    }
    await tabTo(page, /^Remettre le dépôt$/)
    await page.keyboard.press('Enter')
    await page.getByText('Accepté : version 1').waitFor()
    await page
      .getByRole('img', { name: /^Complétude de chaque colonne/ })
      .nth(1)
      .waitFor()
    await expectAccessible(page)
    expect(complaints).toEqual([])
  })
})

describe('a deposit that may name persons', () => {
  test('is held in quarantine, and the page says where and what to do', async () => {
    const { page, goto } = await portal.as(rouen)
    await goto('/deposits')
    await openDeposit(page)
    const named = patientsCsv.replaceAll(/;[FM];/g, ';anne.dupont@example.org;')
    await page
      .getByLabel('Déposez vos fichiers ici, ou choisissez-les')
      .setInputFiles([file('patients.csv', named), file('visits.csv', visitsCsv)])
    await page.getByText('Compris ainsi : 180 lignes').waitFor()
    await page.getByRole('button', { name: 'Remettre le dépôt' }).click()
    await page.getByText('en quarantaine').waitFor()
    await page.getByText(/ôtez la colonne ou remplacez-la par un pseudonyme/).waitFor()
    const row = page.getByRole('row').filter({ hasText: 'sex' }).first()
    expect((await row.getByRole('cell').allInnerTexts()).slice(0, 2)).toEqual(['patients', 'sex'])
    expect(await page.content()).not.toContain('dupont')
    await expectAccessible(page)
  })
})

/** Goes on with the Tab key until a control of this name, or of this label, has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let at = 0; at < 80; at += 1) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate(() => {
      const { activeElement: element } = document
      const label = element instanceof HTMLInputElement ? element.labels?.[0] : element
      return label?.textContent ?? ''
    })
    if (name.test(focused)) return
  }
  throw new Error(`${name} is not reached by keyboard`)
}

describe('a dialect', () => {
  test('is corrected where the file lies, and what was understood follows', async () => {
    const { page, goto } = await portal.as(rouen)
    await goto('/deposits')
    await openDeposit(page)
    const sent = file('patients.csv', patientsCsv.replaceAll(';', '|'))
    await page.getByLabel('Fichier de la table patients', { exact: true }).setInputFiles(sent)
    const form = page.getByRole('form', { name: 'Forme du fichier de patients' })
    await form.getByLabel('Séparateur').selectOption(',')
    const [changed] = await Promise.all([
      page.waitForResponse((one) => one.url().endsWith('/dialect')),
      form.getByRole('button', { name: /^Relire ainsi/ }).click(),
    ])
    expect(changed.status()).toBe(200)
    await page.getByText('Compris ainsi : 60 lignes').waitFor()
    await page.getByText('à corriger').first().waitFor()
    expect(await form.getByLabel('Séparateur').inputValue()).toBe(',')
  })
})

describe('an upload that was cut', () => {
  test('goes on after a reload from what the node has, with the same file alone', async () => {
    const { page, goto } = await portal.as(rouen)
    await goto('/deposits')
    await openDeposit(page)
    const id = page.url().split('/').at(-1) ?? ''
    const text = Buffer.from(patientsCsv)
    await page.evaluate(beginHalf, {
      id,
      table: 'patients',
      half: patientsCsv.slice(0, 300),
      bytes: text.length,
      sha256: createHash('sha256').update(text).digest('hex'),
    })
    await page.reload()
    await page.getByText(/Un envoi s’est arrêté à \d+ % de/).waitFor()
    const patches: (string | undefined)[] = []
    page.on('request', (one) => {
      if (one.method() === 'PATCH') patches.push(one.headers()['upload-offset'])
    })
    await page
      .getByLabel('Fichier de la table patients', { exact: true })
      .setInputFiles(file('patients.csv', patientsCsv))
    await page.getByText('Compris ainsi : 60 lignes').waitFor()
    expect(patches).toEqual(['300'])
  })
})

/** In the page: what a browser that is closed half-way has sent. */
async function beginHalf(given: {
  id: string
  table: string
  half: string
  bytes: number
  sha256: string
}): Promise<void> {
  const metadata = `deposit ${btoa(given.id)},table ${btoa(given.table)},contentType ${btoa('text/csv')},sha256 ${btoa(given.sha256)}`
  const headers = { 'Tus-Resumable': '1.0.0' }
  const begun = await fetch('/api/v1/uploads', {
    method: 'POST',
    headers: {
      ...headers,
      'Content-Type': 'application/json',
      'Upload-Length': String(given.bytes),
      'Upload-Metadata': metadata,
    },
  })
  const { id } = await begun.json()
  await fetch(`/api/v1/uploads/${id}`, {
    method: 'PATCH',
    headers: { ...headers, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' },
    body: given.half,
  })
}

describe('a dataset', () => {
  test('has versions, and one that is recalled leaves a certificate', async () => {
    const { page, goto, complaints } = await portal.as(rouen)
    await goto('/deposits/visits-demo?tab=versions')
    await page.getByRole('button', { name: /^Rappeler/ }).click()
    await page.getByLabel('Motif').fill('Mauvaise extraction')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Rappeler la version' }).click()
    await page.getByText(/rappelée le/).waitFor()
    const href = await page.getByRole('link', { name: 'Certificat de destruction' }).getAttribute('href')
    expect(href).toBe('/api/v1/datasets/visits-demo/versions/1/certificate')
    expect(complaints).toEqual([])
  })

  test('takes a list of opt-outs that was read here first, and gives a receipt', async () => {
    const { page, goto } = await portal.as(rouen)
    await goto('/deposits/visits-demo?tab=opt-outs')
    const list = page.getByLabel('Fichier de pseudonymes')
    const one = `h1k01_${'a'.repeat(32)}`
    await list.setInputFiles(file('liste.txt', `${one}\n1 85 05 78 006 084 91\n`))
    await page.getByText('Ligne 2 : ce n’est pas un pseudonyme de premier niveau.').waitFor()
    expect(await page.getByRole('button', { name: /^Enregistrer/ }).isDisabled()).toBe(true)
    await list.setInputFiles(file('liste.txt', `${one}\n`))
    await page.getByRole('button', { name: 'Enregistrer 1 personne' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Garder le reçu' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^recu-visits-demo-\d+\.json$/)
    await page.getByRole('button', { name: /^Mettre fin/ }).click()
    await page.getByRole('button', { name: 'Mettre fin à l’opposition' }).click()
    await page.getByText(/terminée le/).waitFor()
    await expectAccessible(page)
  })

  test('has a contract that is read and changed', async () => {
    const { page, goto } = await portal.as(rouen)
    await goto('/deposits/visits-demo?tab=contract')
    await page.getByLabel('Contact', { exact: true }).fill('DIM')
    await page.getByLabel('Une version est attendue').selectOption('quarterly')
    await page.getByRole('button', { name: 'Enregistrer le contrat' }).click()
    await page.getByText('Contrat en vigueur').waitFor()
    const path = '/api/v1/datasets/visits-demo/contract'
    expect((await portal.node.call('GET', path, { as: 'rouen' })).json).toMatchObject({
      frequency: 'quarterly',
      contact: { name: 'DIM' },
    })
    await expectAccessible(page)
  })

  test('reads the same in English and in the dark, on a small screen', async () => {
    const { page, goto } = await portal.as(rouen, { lang: 'en', theme: 'dark', width: 390 })
    await goto('/deposits')
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Deposits')
    await expectAccessible(page)
    await page
      .getByRole('link')
      .filter({ hasText: `${yearNow},` })
      .last()
      .click()
    await page.getByText('What to do now').waitFor()
    await expectAccessible(page)
    const wider = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
    expect(wider).toBe(false)
  })
})
