/** The SQL workshop of the demonstration's project, in a real browser. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Page } from 'playwright-core'
import { demoProject as project } from '../demo-project.ts'
import { longQuery } from '../long-query.ts'
import { unzipped } from '../unzipped.ts'
import { expectAccessible, openPortal, type Portal } from './portal.ts'
import { taken } from './taken.ts'

const workshop = `/projects/${project}/sql`
const hostile = '<img src=x onerror=alert(1)>'

let portal: Portal
beforeAll(async () => {
  portal = await openPortal({ mode: { kind: 'demo', demo: 'full' } })
}, 120_000)
afterAll(() => portal?.close())

const editorOf = (page: Page) =>
  page.getByRole('textbox', { name: /Texte de la requête SQL|Text of the SQL/ })

/** The workshop with a text in its address, once what is decided of it is on the page. */
async function opened(sql: string, viewing: Parameters<Portal['as']>[1] = {}) {
  const visit = await portal.as('alice', viewing)
  await visit.goto('/')
  const language = viewing.lang === 'en' ? 'lang=en&' : ''
  await visit.goto(`${workshop}?${language}tab=table#sql=${encodeURIComponent(sql)}`)
  await editorOf(visit.page).waitFor()
  return visit
}

async function ask(page: Page): Promise<void> {
  await editorOf(page).focus()
  await page.keyboard.press('Control+Enter')
}

const cell = (page: Page, name: string | RegExp) => page.getByRole('cell', { name, exact: true }).first()

describe('the workshop', () => {
  test('leads from a worked example to an answer with its proof, by keyboard alone', async () => {
    const { page, goto, complaints } = await portal.as('alice')
    await goto(workshop)
    await editorOf(page).waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Compter patients par sex' }).press('Enter')
    await page.getByRole('region', { name: 'Avant d’exécuter' }).getByText('Permise').waitFor()
    await page.keyboard.press('Control+Enter')
    await page.getByRole('columnheader', { name: /^sex/ }).waitFor()
    expect(await page.getByText('Aucune case n’a été masquée.').count()).toBe(1)
    const proof = page.getByRole('link', { name: /^Preuve de l’inscription/ })
    expect(String(await taken(page, () => proof.press('Enter')))).toMatch(/^c2sp\.org\/tlog-proof/)
    await expectAccessible(page)
    await editorOf(page).focus()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Tab')
    expect(await page.locator('.sql-editor:focus-within').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('proposes the columns of the project while one writes', async () => {
    const { page } = await opened('SELECT p.')
    await editorOf(page).focus()
    await page.keyboard.press('Control+End')
    await page.keyboard.press('Control+Space')
    await page.keyboard.type('se')
    expect(await page.getByRole('option').count()).toBe(0)
    await page.keyboard.press('Control+A')
    await page.keyboard.type('SELECT commu')
    await page.getByRole('option', { name: /^commune_code/ }).click()
    await page.keyboard.type(' FROM patients p WHERE p.birth_year > 1950')
    expect(await editorOf(page).innerText()).toBe(
      'SELECT commune_code FROM patients p WHERE p.birth_year > 1950',
    )
  })

  test('underlines what is refused where it stands, and puts a form that is accepted in its place', async () => {
    const { page, complaints } = await opened('SELECT sex, birth_year FROM patients')
    const status = page.getByRole('region', { name: 'Avant d’exécuter' })
    await status.getByText('Refusée : Lignes de personnes').waitFor()
    expect(await page.locator('.sql-editor .fault').innerText()).toBe('sex')
    await ask(page)
    const panel = page.getByRole('alert')
    await panel.waitFor()
    expect(await panel.locator('mark.fault').innerText()).toBe('sex')
    await expectAccessible(page)
    await panel.getByRole('button', { name: 'Remplacer' }).click()
    await status.getByText('Permise').waitFor()
    expect(await page.locator('.sql-editor .fault').count()).toBe(0)
    expect(decodeURIComponent(new URL(page.url()).hash)).toBe(
      '#sql=SELECT sex, count(*) FROM patients GROUP BY sex',
    )
    expect(complaints).toEqual([])
  })

  test('shows what is withheld as withheld, in the table, in the picture and in the file', async () => {
    const { page, complaints } = await opened(
      "SELECT h.name, count(s.patient_id) AS n FROM hospitals h LEFT JOIN stays s ON s.hospital_id = h.hospital_id AND s.ward = 'NEURO' AND s.cost_eur > 14000 GROUP BY h.name",
    )
    await ask(page)
    await cell(page, 'effectif masqué, inférieur à 11').waitFor()
    await page.getByText('Emporter').click()
    const button = (name: string) => page.getByRole('button', { name })
    const text = String(await taken(page, () => button('CSV français (Excel)').click()))
    expect(text.split('\r\n').slice(0, 2)).toEqual(['\ufeffname;n', 'CHU des Falaises;< 11'])
    const parts = unzipped(await taken(page, () => button('Excel (classeur)').click()))
    expect(parts.get('xl/sharedStrings.xml')).toMatch(/>CHU des Falaises<.*>&lt; 11<.*>Seuil k</)
    await page.getByRole('link', { name: 'Graphique' }).click()
    await page.getByRole('img', { name: 'n par name' }).waitFor()
    expect(await page.locator('.drawing style').count()).toBe(0)
    expect(await page.locator('.drawing').innerText()).toContain('< 11')
    await expectAccessible(page)
    expect(complaints).toEqual([])
  })

  test('keeps a hundred thousand rows within reach with few of them on the page', async () => {
    const { page } = await opened('SELECT a.range AS i, b.range AS j FROM range(10000) a, range(10) b')
    await ask(page)
    const region = page.getByRole('region', { name: 'Lignes de la réponse' })
    await region.waitFor()
    await region.focus()
    await page.keyboard.press('End')
    await page.locator('tr[aria-rowindex="100001"]').waitFor()
    expect(await region.getByRole('row').count()).toBeLessThanOrEqual(60)
    expect(await cell(page, '9 999').innerText()).toMatch(/9\s999/)
  })

  test('stops a query, says so calmly, and lists it with the others', async () => {
    const { page } = await opened(longQuery)
    await ask(page)
    await page.getByRole('button', { name: 'Arrêter' }).click()
    await page.getByText('Requête arrêtée à votre demande.').waitFor()
    await page.getByRole('link', { name: 'Journal', exact: true }).click()
    const row = page.getByRole('row').nth(1)
    await row.getByText('interrompue').waitFor()
    await expectAccessible(page)
    await row.getByRole('button', { name: 'Rouvrir' }).click()
    expect(await editorOf(page).innerText()).toContain('range(10000)')
  })

  test('has a table that was made among the others', async () => {
    const { page } = await opened(
      'CREATE TABLE elders AS SELECT patient_id, sex FROM patients WHERE birth_year < 1950',
    )
    await ask(page)
    await page.getByText('C’est fait').waitFor()
    const made = page.getByRole('region', { name: 'Tables créées par le projet' })
    await made.getByText('elders', { exact: true }).click()
    await made.getByRole('button', { name: 'sex' }).waitFor()
  })

  test('shows a value that looks like markup as text, in English and in the dark too', async () => {
    const { page, complaints } = await opened(`SELECT '${hostile}' AS "${hostile}"`, {
      lang: 'en',
      theme: 'dark',
    })
    await ask(page)
    await cell(page, hostile).waitFor()
    await page.getByText('Take away').click()
    await page.getByRole('button', { name: 'Copy for another tool' }).click()
    await page.getByRole('button', { name: 'Python', exact: true }).click()
    expect(await page.getByRole('textbox', { name: 'Text for Python' }).inputValue()).toContain(hostile)
    await expectAccessible(page)
    expect(complaints).toEqual([])
  })
})

describe('texts in hand', () => {
  const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true })

  test('wait in tabs of their own, which the keyboard alone opens, names, goes through and closes', async () => {
    const { page, goto, complaints } = await portal.as('paul')
    await goto(workshop)
    await editorOf(page).focus()
    await page.keyboard.type('SELECT 1 AS one')
    await page.getByRole('button', { name: 'Nouvel onglet' }).press('Enter')
    await page.locator('.sql-editor:focus-within').waitFor()
    await page.keyboard.type('SELECT 2 AS two')
    await page.getByLabel('Titre de l’onglet').fill(hostile)
    await tab(page, hostile).press('ArrowLeft')
    await tab(page, 'Requête 1').and(page.locator('[aria-selected=true]:focus')).waitFor()
    expect(await editorOf(page).innerText()).toBe('SELECT 1 AS one')
    await editorOf(page).press('Control+z')
    expect(await editorOf(page).innerText()).not.toContain('two')
    await page.keyboard.press('Control+y')
    await page.getByRole('region', { name: 'Avant d’exécuter' }).getByText('Permise').waitFor()
    await expectAccessible(page)
    await tab(page, 'Requête 1').press('End')
    await page.keyboard.press('Delete')
    await page.getByRole('button', { name: `Reprendre « ${hostile} »` }).press('Enter')
    expect(await tab(page, hostile).getAttribute('aria-selected')).toBe('true')
    expect(complaints).toEqual([])
  })

  test('are there again at the next visit, their answers are not', async () => {
    const { page, goto } = await portal.as('paul')
    await goto('/')
    await goto(workshop)
    await tab(page, hostile).waitFor()
    expect(await editorOf(page).innerText()).toBe('SELECT 2 AS two')
    await ask(page)
    await page.getByRole('columnheader', { name: /^two/ }).waitFor()
    const kept = await page.evaluate(() => Object.entries({ ...localStorage }))
    expect(kept.map(([key]) => key.replace(/[^:]+$/, ''))).toEqual(
      kept.map(() => `huisclos.draft:demo:paul:${project}:`),
    )
    const members = ['madeAt', 'text', 'title', 'touchedAt']
    for (const [, value] of kept) expect(Object.keys(JSON.parse(value)).sort()).toEqual(members)
  })

  test('are compared as texts once they were asked', async () => {
    const { page } = await portal.as('paul')
    await editorOf(page).press('Control+End')
    await page.keyboard.type(', 3 AS three')
    await ask(page)
    await page.getByRole('columnheader', { name: /^three/ }).waitFor()
    await page.getByRole('link', { name: 'Journal', exact: true }).click()
    const rows = page.getByRole('row')
    for (const place of [1, 2]) await rows.nth(place).getByRole('button', { name: 'Comparer' }).click()
    const compared = page.locator('.comparison')
    expect(await compared.locator('del').innerText()).toMatch(/^− SELECT 2 AS two\s*$/)
    expect(await compared.locator('ins').innerText()).toMatch(/^\+ SELECT 2 AS two, 3 AS three\s*$/)
    await expectAccessible(page)
  })
})

describe('texts kept in the project', () => {
  const saved = `/api/v1/projects/${project}/saved-queries`
  const list = async (as: string) => (await portal.node.call('GET', saved, { as })).json.savedQueries
  const named = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
  const by = 'SELECT sex, count(*) AS n FROM patients GROUP BY sex'

  test('are saved, shared, opened by another member, compared, removed and put back', async () => {
    const { page, goto, complaints } = await opened(by)
    await page.getByLabel('Titre de l’onglet').fill(hostile)
    await named(page, 'Enregistrer dans le projet').press('Enter')
    await page.getByText('Enregistrée, visible de vous seulement.').waitFor()
    expect(await list('paul')).toEqual([])
    await page.getByRole('link', { name: 'Enregistrées', exact: true }).press('Enter')
    await named(page, `Partager « ${hostile} » avec l’équipe`).press('Enter')
    await page.getByText('Enregistrée, partagée avec l’équipe.').waitFor()
    // Sharing changed nothing of the text: the tab goes on from the revision that it made.
    await editorOf(page).press('Control+End')
    await page.keyboard.type(' ORDER BY sex')
    await page.getByText('Changée depuis l’enregistrement.').waitFor()
    await named(page, `Comparer « ${hostile} » au texte ouvert`).click()
    expect(await page.locator('.comparison ins').innerText()).toMatch(/^\+ .* ORDER BY sex\s*$/)
    await expectAccessible(page)
    await named(page, 'Enregistrer les changements').press('Enter')
    await page.getByText('Les deux textes sont les mêmes.').waitFor()
    await page.getByText('Enregistrée, partagée avec l’équipe.').waitFor()

    const paul = await portal.as('paul', { width: 390 })
    await paul.goto(`${workshop}?tab=saved`)
    await named(paul.page, `Ouvrir « ${hostile} »`).press('Enter')
    await paul.page.getByText(`D’après « ${hostile} », par alice.`).waitFor()
    await paul.page.locator('.sql-editor:focus-within').waitFor()
    expect(await editorOf(paul.page).innerText()).toBe(`${by} ORDER BY sex`)
    expect(await named(paul.page, `Supprimer « ${hostile} »`).count()).toBe(0)
    await expectAccessible(paul.page)
    expect(await paul.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)

    await named(page, `Supprimer « ${hostile} »`).press('Enter')
    await page.locator('[role=status]:focus').getByText(hostile).waitFor()
    expect(await list('paul')).toEqual([])
    await named(page, 'Remettre').press('Enter')
    await page.getByText(`« ${hostile} » est remise.`).waitFor()
    expect(await list('paul')).toMatchObject([{ title: hostile, isShared: true, isOwn: false }])
    await goto('/')
    await goto(workshop)
    expect(await editorOf(page).innerText()).toBe(`${by} ORDER BY sex`)
    expect([...complaints, ...paul.complaints]).toEqual([])
  })

  test('are not overwritten by another window unless somebody means it', async () => {
    const { page, complaints } = await opened('SELECT 4 AS four', { lang: 'en' })
    await named(page, 'Save in the project').click()
    await page.getByText('Saved, for your eyes only.').waitFor()
    const own = (await list('alice')).find(({ isShared }: { isShared: boolean }) => !isShared)
    const body = { title: own.title, sql: 'SELECT 5 AS five', isShared: false }
    const headers = { 'If-Match': '"1"' }
    const change = () => portal.node.call('PUT', `${saved}/${own.id}`, { as: 'alice', body, headers })
    expect(await change()).toMatchObject({ status: 200, json: { revision: 2 } })
    expect(await change()).toMatchObject({ status: 409, json: { rule: 'saved-queries.revision' } })
    await editorOf(page).press('Control+End')
    await page.keyboard.type(', 6 AS six')
    await named(page, 'Save the changes').click()
    await page.getByRole('alert').getByText('perhaps in another window').waitFor()
    await expectAccessible(page)
    await named(page, 'Save my text all the same').click()
    await page.getByText('Saved, for your eyes only.').waitFor()
    // Its tab is at hand again; the other text is nowhere any more.
    await page.getByRole('link', { name: 'Saved', exact: true }).click()
    await named(page, `Open “${own.title}”`).click()
    expect(await page.getByRole('tab').count()).toBe(1)
    expect(await list('alice')).toContainEqual(
      expect.objectContaining({ id: own.id, sql: 'SELECT 4 AS four, 6 AS six', revision: 3 }),
    )
    expect(complaints).toEqual([])
  })
})

test('the plan tells what is read, how persons are counted and what may be withheld, before anything runs', async () => {
  const { page, complaints } = await opened('SELECT ward, avg(cost_eur) AS mean FROM stays GROUP BY ward')
  await page.getByRole('link', { name: 'Plan', exact: true }).click()
  await page.getByRole('region', { name: 'Ce que le texte lit' }).getByText('pmsi-demo.stays').waitFor()
  await page.getByText('elles sont d’abord réunies par personne').waitFor()
  await page.getByText('Un groupe de moins de 11 personnes est absent').waitFor()
  await page.getByRole('row', { name: /^mean/ }).getByText('T1, T2').waitFor()
  await expectAccessible(page)
  expect(complaints).toEqual([])
})

test('what the catalogue has and the project has not is named, and leads its lead to an amendment', async () => {
  const body = {
    ...{ name: 'unasked', title: hostile, kind: 'non-personal', holder: 'chu-rouen' },
    resources: [{ name: 'beds', schema: { fields: [{ name: 'ward', type: 'string' }] } }],
  }
  expect(await portal.node.call('POST', '/api/v1/datasets', { as: 'rouen', body })).toMatchObject({
    status: 201,
  })
  const { page, goto, complaints } = await portal.as('paul')
  await goto(workshop)
  await page.getByText('1 table du catalogue, non accordée').click()
  const other = page.getByRole('region', { name: 'unasked' })
  await other.getByText(hostile).waitFor()
  expect(await other.getByRole('button').count()).toBe(0)
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Les demander par un avenant' }).click()
  await page.getByRole('heading', { level: 1, name: /^Avenant : / }).waitFor()
  expect(complaints).toEqual([])
  const member = await opened('SELECT 1')
  await member.page.getByText('1 table du catalogue, non accordée').click()
  await member.page.getByText('Le responsable du projet peut les demander').waitFor()
})

describe('what a project may name', () => {
  const path = `/api/v1/projects/${project}/tables`

  test('is told with its meaning to its people', async () => {
    const { json } = await portal.node.call('GET', path, { as: 'alice' })
    const patients = json.tables.find(({ name }: { name: string }) => name === 'patients')
    expect(patients).toMatchObject({ dataset: 'pmsi-demo', class: 'personal' })
    expect(patients).not.toHaveProperty('rows')
    expect(patients.columns).toContainEqual({
      name: 'patient_id',
      type: 'VARCHAR',
      role: 'unit',
      title: expect.any(String),
    })
    expect(json.tables.find(({ name }: { name: string }) => name === 'hospitals')).toMatchObject({ rows: 6 })
  })

  test('is not there for others', async () => {
    expect(await portal.node.call('GET', path, { as: 'bruno' })).toMatchObject({ status: 404 })
  })
})

test('a project that is stopped says why, and what can still be done', async () => {
  const { json } = await portal.node.call('GET', `/api/v1/projects/${project}`, { as: 'alice' })
  const at = `/api/v1/habilitations/${json.habilitation}`
  const body = { reason: 'A question is open.' }
  expect(await portal.node.call('POST', `${at}/suspension`, { as: 'nadia', body })).toMatchObject({
    status: 200,
  })
  const { page } = await opened('SELECT count(*) FROM patients')
  await page.getByText('Ce projet est suspendu.').waitFor()
  await page.getByText('Refusée : Autorisation suspendue').waitFor()
  await expectAccessible(page)
})

test('what was saved is destroyed with the project, key and rows', async () => {
  const { store } = portal.node.house.proofs
  const left = async () => [
    ...(await store.db.selectFrom('query_saved').select('id').execute()),
    ...(await store.db.selectFrom('keys_wrapped').select('id').where('kind', '=', 'saved-queries').execute()),
  ]
  const path = `/api/v1/projects/${project}`
  const { json } = await portal.node.call('GET', path, { as: 'paul' })
  expect((await left()).length).toBeGreaterThan(1)
  const end = (as: string, act: string) =>
    portal.node.call('POST', `/api/v1/habilitations/${json.habilitation}/${act}`, { as, body: {} })
  expect(await end('paul', 'renunciation')).toMatchObject({ status: 200 })
  const { page, goto, complaints } = await portal.as('paul')
  await goto(workshop)
  await page.getByRole('heading', { name: 'Requêtes enregistrées' }).waitFor()
  await page.getByRole('listitem').getByText(hostile).waitFor()
  await expectAccessible(page)
  expect(complaints).toEqual([])
  expect(await end('karim', 'closure')).toMatchObject({ status: 200 })
  expect(await left()).toEqual([])
  const body = { title: 'A', sql: 'SELECT 1', isShared: false }
  expect(await portal.node.call('POST', `${path}/saved-queries`, { as: 'paul', body })).toMatchObject({
    status: 403,
    json: { code: 'EXPIRED' },
  })
  expect((await portal.node.call('GET', `${path}/saved-queries`, { as: 'paul' })).json).toEqual({
    savedQueries: [],
  })
})
