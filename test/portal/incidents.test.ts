/** Incidents of the DPO, and the searches that she keeps, in a real browser on the demonstration. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Hand } from './dpo-tasks.ts'
import { expectAccessible, openPortal, type Portal, type Visit } from './portal.ts'

let portal: Portal
let nadia: Visit
const hostile = '<img src=x onerror=alert(1)>'

beforeAll(async () => {
  portal = await openPortal()
  for (let at = 0; at < 5; at += 1) await portal.node.call('GET', '/api/v1/audit/entries', { as: 'alice' })
  nadia = await portal.as('nadia')
}, 120_000)
afterAll(() => portal?.close())

describe('an incident', () => {
  test('is opened from an entry of the log in four clicks, and its clocks run', async () => {
    const { page, goto } = nadia
    await goto('/')
    const hand = new Hand(page)
    await hand.go('Journal d’accès')
    await hand.click(page.locator('.entries li a').first())
    await hand.click(page.getByRole('link', { name: 'Ouvrir un incident' }))
    await page.getByText(/^Montré par l’inscription \d{4}\/\d+ du journal\.$/).waitFor()
    await page.getByLabel('Ce qui s’est passé').fill(`Un envoi ${hostile}`)
    await hand.click(hand.button('Ouvrir l’incident'))
    await page.getByRole('heading', { level: 1, name: `Un envoi ${hostile}` }).waitFor()
    expect(hand.clicks).toBeLessThanOrEqual(4)
    expect(page.url()).toMatch(/\/incidents\/I-\d{4}-0001$/)
    expect(await page.locator('img[src=x]').count()).toBe(0)
    const notice = page.locator('.incidents li').filter({ hasText: 'Notification à la CNIL (72 heures)' })
    await notice.getByText(/avant le /).waitFor()
    await page.waitForLoadState('networkidle')
    await expectAccessible(page)
  })

  test('is answered from the home page in four clicks', async () => {
    const { page, goto } = nadia
    await goto('/')
    const hand = new Hand(page)
    await hand.click(page.getByRole('link', { name: /^Un envoi/ }))
    const card = page.locator('.incidents li').filter({ hasText: 'Notification à la CNIL' })
    await hand.click(card.getByText('Répondre à cette échéance…'))
    hand.clicks += 1
    await card.getByLabel('Réponse').selectOption('sent')
    await card.getByLabel('Référence de l’envoi').fill('CNIL 2026-17')
    await hand.click(card.getByRole('button', { name: 'Enregistrer' }))
    await card.getByText(/envoyé le .* par nadia$/).waitFor()
    await card.getByText('CNIL 2026-17').waitFor()
    expect(hand.clicks).toBeLessThanOrEqual(4)
  })

  test('says what is lacking, and is closed by keyboard when nothing is', async () => {
    const { page } = nadia
    const id = page.url().split('/').at(-1)
    const closing = page.getByRole('region', { name: 'Clore l’incident' })
    expect(await closing.locator('li').allInnerTexts()).toEqual([
      'Faits',
      'Premier rapport à l’organisme d’accès (24 heures)',
      'Rapport intermédiaire à l’organisme d’accès (72 heures)',
      'Rapport final à l’organisme d’accès (un mois)',
      'Informer les personnes',
    ])
    expect(await closing.getByRole('button').isDisabled()).toBe(true)
    for (const clock of ['incident.ehds', 'incident.ehds.interim', 'incident.ehds.final']) {
      const body = { clock, answer: 'not-due', text: 'Hors du champ.' }
      await portal.node.call('POST', `/api/v1/incidents/${id}/notices`, { as: 'nadia', body })
    }
    await page.reload()
    await page.getByLabel('la confidentialité').check()
    for (const name of [
      'Nature de la violation',
      'Personnes touchées',
      'Données touchées',
      'Effets',
      'Mesures',
    ])
      await page.getByLabel(name).fill(`${name} ${hostile}`)
    await page.getByRole('button', { name: 'Enregistrer les faits' }).click()
    await page.locator('dd').getByText(`Effets ${hostile}`).waitFor()
    await page.getByText('Décider…').click()
    const persons = page.getByRole('region', { name: 'Informer les personnes' })
    await persons.getByLabel('Décision').selectOption('not-told')
    await persons.getByLabel('Raison').fill('Aucun risque élevé.')
    await persons.getByRole('button', { name: 'Enregistrer' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText(/non informées : décidé par nadia/).waitFor()
    await expectAccessible(page)
    await closing.getByRole('button').focus()
    await page.keyboard.press('Enter')
    await page.getByText(/clos par nadia/).waitFor()
    expect(await page.getByRole('button', { name: 'Clore l’incident' }).count()).toBe(0)
  })

  test('comes of a finding that is closed as one, and stands in the register', async () => {
    const { page, goto } = nadia
    await goto('/inbox')
    const finding = page.locator('.findings li').filter({ hasText: 'une action d’un autre rôle' })
    await finding.getByText('Clore ce constat…').click()
    await finding.getByLabel('Conclusion').selectOption('incident')
    await finding.getByText('Un incident s’ouvre au registre').waitFor()
    await finding.getByLabel('Motif').fill('Un compte prêté.')
    await finding.getByRole('button', { name: 'Clore' }).click()
    await page.getByRole('heading', { name: '1 incident ouvert' }).waitFor()
    await page.getByRole('link', { name: 'Un compte prêté.' }).waitFor()
    await goto('/incidents')
    await page.getByRole('heading', { name: '1 incident ouvert' }).waitFor()
    await page.getByRole('heading', { name: 'Incidents clos' }).waitFor()
    await page.waitForLoadState('networkidle')
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Registre des violations' }).click()
    await page.locator('.report').getByText('CNIL 2026-17').waitFor()
  })
})

describe('the page of the log', () => {
  const size = () => portal.node.house.audit.size
  /** What the node wrote down since then, her session left aside. */
  async function since(start: number) {
    const found = []
    for await (const { body } of portal.node.house.audit.entries(start, size()))
      if (body.type !== 'access.read' || body.route !== 'GET /api/v1/me') found.push(body)
    return found
  }

  test('is one reading of the log, which says what was read', async () => {
    const { page, goto } = nadia
    // A page that asks for nothing: what another one asks may come after a pause in which the browser seems idle.
    await goto('/projects/none/nowhere')
    await page.getByRole('heading', { level: 1, name: 'Il n’y a rien à cette adresse' }).waitFor()
    await page.waitForLoadState('networkidle')
    const before = size()
    await goto('/audit')
    await page.locator('.entries li').first().waitFor()
    await page.getByRole('heading', { name: 'Motifs de refus' }).waitFor()
    await page.waitForLoadState('networkidle')
    const beside = ['verification', 'projects', 'figures']
    expect(await since(before)).toEqual([{ type: 'audit.read', entries: expect.any(Number), beside }])
    const answered = page.waitForResponse(/api\/v1\/audit\/page\?.*outcome=refused/)
    await page.getByLabel('Issue', { exact: true }).selectOption('refused')
    await (await answered).finished()
    expect((await since(before)).at(-1)).toEqual({
      ...{ type: 'audit.read', entries: expect.any(Number) },
      beside: ['verification', 'projects'],
    })
    expect(await since(before)).toHaveLength(2)
  })

  test('keeps a search under a name, which is hers alone, and forgets it', async () => {
    const { page } = nadia
    await page.getByText('Garder cette recherche…').click()
    await page.getByLabel('Nom de la recherche').fill(`Refus ${hostile}`)
    await page.getByRole('button', { name: 'Garder', exact: true }).click()
    await page.getByRole('link', { name: `Refus ${hostile}` }).waitFor()
    await page.getByRole('link', { name: 'Tout effacer' }).click()
    await page.getByRole('link', { name: `Refus ${hostile}` }).click()
    await page.waitForURL(/outcome=refused/)
    await expectAccessible(page)
    expect((await portal.node.call('GET', '/api/v1/audit/views', { as: 'alice' })).status).toBe(403)
    await page.getByRole('button', { name: `Oublier Refus ${hostile}` }).click()
    await page.getByRole('link', { name: `Refus ${hostile}` }).waitFor({ state: 'detached' })
    const { json } = await portal.node.call('GET', '/api/v1/audit/views', { as: 'nadia' })
    expect(json.views).toEqual([])
  })
})

test('the authority sees what ran out, reads the register and acts on nothing', async () => {
  const { page, goto } = await portal.as('claire', { lang: 'en', theme: 'dark' })
  const detected = new Date(Date.now() - 2 * 86_400_000).toISOString()
  const late = { title: 'Two days ago', detected }
  expect((await portal.node.call('POST', '/api/v1/incidents', { as: 'claire', body: late })).status).toBe(403)
  await portal.node.call('POST', '/api/v1/incidents', { as: 'nadia', body: late })
  await goto('/')
  const section = page.getByRole('region', { name: 'Late incidents' })
  await section.getByRole('link', { name: 'Two days ago' }).waitFor()
  expect(await section.locator('li').count()).toBe(1)
  await goto('/incidents')
  await page.getByRole('link', { name: 'Un compte prêté.' }).click()
  await page.getByRole('heading', { name: 'Notice to the CNIL (72 hours)' }).waitFor()
  expect(await page.getByText('Answer this clock…').count()).toBe(0)
  await expectAccessible(page)
})

test('asks nobody else and breaks no rule of its policy', () => {
  expect(nadia.complaints).toEqual([])
})
